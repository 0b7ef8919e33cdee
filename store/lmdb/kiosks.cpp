#include "store/limits.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

Result<void> check_step(const std::optional<KioskRow>& before, const KioskRow& after,
                        const std::optional<KioskCertificate>& certificate, const AuditRow& audit) {
    if ((before && before->id != after.id) || (certificate && certificate->kiosk != after.id)) {
        return Error{Fault::invalid_input, "another kiosk"};
    }
    const Result<void> row = check_row(after);
    return row.ok() ? check_row(audit) : row;
}

/// One serial belongs to one kiosk that works.
Result<bool> serial_is_free(Transaction& rows, const KioskRow& after) {
    const auto known = list_rows<KioskRow>(rows, Table::kiosk, {});
    if (!known.ok()) {
        return known.error();
    }
    for (const KioskRow& each : known.value()) {
        if (each.id != after.id && each.serial == after.serial && !each.revoked && !after.revoked) {
            return false;
        }
    }
    return true;
}

bool is_enrolled_by(const std::optional<KioskRow>& before, const KioskRow& after,
                    const std::optional<KioskCertificate>& certificate) {
    return certificate && before && before->code_until && !after.code_until;
}

Result<void> forget_certificates(Batch& batch, const KioskId& kiosk) {
    const auto known = list_rows<KioskCertificate>(batch.rows, Table::kiosk_certificate, {});
    if (!known.ok()) {
        return known.error();
    }
    for (const KioskCertificate& each : known.value()) {
        if (each.kiosk == kiosk) {
            batch.rows.erase(Table::kiosk_certificate, each.certificate);
        }
    }
    return {};
}

} // namespace

Result<bool> LmdbStore::step_kiosk(const std::optional<KioskRow>& before, const KioskRow& after,
                                   const std::optional<KioskCertificate>& certificate,
                                   const AuditRow& audit) {
    const Result<void> checked = check_step(before, after, certificate, audit);
    if (!checked.ok()) {
        return checked.error();
    }
    bool stepped = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto stored = find_row<KioskRow>(batch.rows, Table::kiosk, after.id.view());
        if (!stored.ok()) {
            return stored.error();
        }
        stepped = stored.value() == before;
        if (!stepped) {
            return {};
        }
        const auto is_free = serial_is_free(batch.rows, after);
        if (!is_free.ok()) {
            return is_free.error();
        }
        if (!is_free.value()) {
            return Error{Fault::conflict, "another kiosk has this serial"};
        }
        if (certificate && batch.rows.get(Table::kiosk_certificate, certificate->certificate)) {
            return Error{Fault::conflict, "the certificate is there"};
        }
        batch.rows.put(Table::kiosk, after.id.view(), encode(after));
        if (is_enrolled_by(before, after, certificate)) {
            const Result<void> forgotten = forget_certificates(batch, after.id);
            if (!forgotten.ok()) {
                return forgotten;
            }
        }
        if (certificate) {
            batch.rows.put(Table::kiosk_certificate, certificate->certificate,
                           encode(*certificate));
        }
        batch.audit(audit);
        return {};
    });
    return done.ok() ? Result<bool>(stepped) : done.error();
}

Result<std::vector<KioskRow>> LmdbStore::kiosks() {
    Transaction rows = environment_.read();
    return list_rows<KioskRow>(rows, Table::kiosk, {});
}

Result<std::optional<KioskRow>> LmdbStore::find_kiosk(const KioskId& id) {
    Transaction rows = environment_.read();
    return find_row<KioskRow>(rows, Table::kiosk, id.view());
}

Result<std::optional<KioskCertificate>>
LmdbStore::find_kiosk_certificate(const Digest& certificate) {
    Transaction rows = environment_.read();
    return find_row<KioskCertificate>(rows, Table::kiosk_certificate, certificate);
}

Result<void> LmdbStore::note_kiosk(const KioskSeen& seen) {
    const Result<void> checked = check_row(seen);
    if (!checked.ok()) {
        return checked;
    }
    return committer_->run([&](Batch& batch) -> Result<void> {
        if (!batch.rows.get(Table::kiosk, seen.kiosk.view())) {
            return Error{Fault::not_found, "no such kiosk"};
        }
        batch.rows.put(Table::kiosk_seen, seen.kiosk.view(), encode(seen));
        return {};
    });
}

Result<std::vector<KioskSeen>> LmdbStore::kiosks_seen() {
    Transaction rows = environment_.read();
    return list_rows<KioskSeen>(rows, Table::kiosk_seen, {});
}

Result<std::vector<bool>> LmdbStore::count_tries(std::span<const TryLimit> tries, TimeMs now) {
    std::vector<bool> counted;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        for (const TryLimit& each : tries) {
            const auto stored = find_row<TryCount>(batch.rows, Table::try_count, each.what);
            if (!stored.ok()) {
                return stored.error();
            }
            TryCount row = stored.value().value_or(TryCount{each.what, 0, now});
            if (each.window_ms != 0 && row.since + each.window_ms <= now) {
                row = {each.what, 0, now};
            }
            counted.push_back(row.count < each.most);
            if (counted.back()) {
                ++row.count;
                batch.rows.put(Table::try_count, row.what, encode(row));
            }
        }
        return {};
    });
    return done.ok() ? Result<std::vector<bool>>(std::move(counted)) : done.error();
}

Result<void> LmdbStore::end_tries(std::span<const Digest> forgotten,
                                  std::span<const Digest> uncounted) {
    return committer_->run([&](Batch& batch) -> Result<void> {
        for (const Digest& what : forgotten) {
            batch.rows.erase(Table::try_count, what);
        }
        for (const Digest& what : uncounted) {
            auto stored = find_row<TryCount>(batch.rows, Table::try_count, what);
            if (!stored.ok()) {
                return stored.error();
            }
            if (stored.value() && stored.value()->count > 0) {
                --stored.value()->count;
                batch.rows.put(Table::try_count, what, encode(*stored.value()));
            }
        }
        return {};
    });
}

} // namespace songda::store
