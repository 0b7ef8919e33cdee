// Packages for an outage, and the logs of kiosks that handed some out.
#include "store/limits.hpp"
#include "store/lmdb/keys.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

constexpr std::size_t id_bytes_max = 64;

Result<std::optional<OutagePackage>> read_package(Transaction& rows, const KioskId& kiosk,
                                                  std::string_view id) {
    for (const OutageState state : {OutageState::out, OutageState::back, OutageState::conflict}) {
        auto found =
            find_row<OutagePackage>(rows, Table::outage_package, outage_key(state, kiosk, id));
        if (!found.ok() || found.value()) {
            return found;
        }
    }
    return std::optional<OutagePackage>();
}

} // namespace

Result<bool> LmdbStore::step_outage(const std::optional<OutagePackage>& before,
                                    const OutagePackage& after, const AuditRow& audit) {
    if (!key_text_fits(after.id, id_bytes_max) ||
        (before && (before->kiosk != after.kiosk || before->id != after.id))) {
        return Error{Fault::invalid_input, "another package"};
    }
    const Result<void> row = check_row(after);
    const Result<void> fits = row.ok() ? check_row(audit) : row;
    if (!fits.ok()) {
        return fits.error();
    }
    bool stepped = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto stored = read_package(batch.rows, after.kiosk, after.id);
        if (!stored.ok()) {
            return stored.error();
        }
        stepped = stored.value() == before &&
                  batch.rows.get(Table::kiosk, after.kiosk.view()).has_value();
        if (!stepped) {
            return {};
        }
        if (before) {
            batch.rows.erase(Table::outage_package, outage_key(*before));
        }
        batch.rows.put(Table::outage_package, outage_key(after), encode(after));
        batch.audit(audit);
        return {};
    });
    return done.ok() ? Result<bool>(stepped) : done.error();
}

Result<std::vector<OutagePackage>> LmdbStore::packages_out(const KioskId& kiosk) {
    Transaction rows = environment_.read();
    return list_rows<OutagePackage>(rows, Table::outage_package,
                                    outage_place(OutageState::out).raw(kiosk.view()),
                                    list_rows_max);
}

Result<std::vector<OutagePackage>> LmdbStore::packages_in_conflict(std::size_t limit) {
    Transaction rows = environment_.read();
    return list_rows<OutagePackage>(rows, Table::outage_package,
                                    outage_place(OutageState::conflict),
                                    std::min(limit, list_rows_max));
}

Result<std::optional<OutagePackage>> LmdbStore::find_package(const KioskId& kiosk,
                                                             std::string_view id) {
    Transaction rows = environment_.read();
    return read_package(rows, kiosk, id);
}

Result<std::optional<OutageHead>> LmdbStore::outage_head(const KioskId& kiosk) {
    Transaction rows = environment_.read();
    return find_row<OutageHead>(rows, Table::outage_head, kiosk.view());
}

Result<bool> LmdbStore::append_outage_log(const std::optional<OutageHead>& before,
                                          const OutageHead& after,
                                          std::span<const OutageLineRow> lines) {
    const std::uint64_t first = before ? before->lines : 0;
    if (lines.empty() || after.lines != first + lines.size() ||
        (before && before->kiosk != after.kiosk)) {
        return Error{Fault::invalid_input, "these lines do not lie between the two"};
    }
    for (const OutageLineRow& line : lines) {
        const Result<void> fits = check_row(line);
        if (!fits.ok()) {
            return fits.error();
        }
    }
    bool appended = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto stored =
            find_row<OutageHead>(batch.rows, Table::outage_head, after.kiosk.view());
        if (!stored.ok()) {
            return stored.error();
        }
        appended = stored.value() == before;
        if (!appended) {
            return {};
        }
        std::uint64_t number = first;
        for (const OutageLineRow& line : lines) {
            batch.rows.put(Table::outage_line, Key().raw(after.kiosk.view()).number(++number),
                           encode(line));
        }
        batch.rows.put(Table::outage_head, after.kiosk.view(), encode(after));
        return {};
    });
    return done.ok() ? Result<bool>(appended) : done.error();
}

Result<std::vector<OutageLineRow>> LmdbStore::outage_lines(const KioskId& kiosk,
                                                           std::uint64_t after, std::size_t limit) {
    Transaction rows = environment_.read();
    std::vector<OutageLineRow> found;
    for (std::uint64_t number = after + 1; found.size() < std::min(limit, list_rows_max);
         ++number) {
        auto row = find_row<OutageLineRow>(rows, Table::outage_line,
                                           Key().raw(kiosk.view()).number(number));
        if (!row.ok()) {
            return row.error();
        }
        if (!row.value()) {
            break;
        }
        found.push_back(*std::move(row).value());
    }
    return found;
}

} // namespace songda::store
