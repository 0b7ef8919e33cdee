#include "base/certificate.hpp"
#include "store/limits.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

Key key_of(const QrKeyRow& row) {
    return Key().text(row.department.text).raw(key_id_of(row.spki).view());
}

Result<void> check_step(const std::optional<QrKeyRow>& before, const QrKeyRow& after,
                        const AuditRow& audit) {
    if (!key_text_fits(after.department.text, department_bytes_max)) {
        return Error{Fault::invalid_input, "department is too long"};
    }
    if (before && (before->department != after.department || before->spki != after.spki)) {
        return Error{Fault::invalid_input, "another key"};
    }
    const Result<void> row = check_row(after);
    return row.ok() ? check_row(audit) : row;
}

} // namespace

Result<bool> LmdbStore::step_qr_key(const std::optional<QrKeyRow>& before, const QrKeyRow& after,
                                    const AuditRow& audit) {
    const Result<void> checked = check_step(before, after, audit);
    if (!checked.ok()) {
        return checked.error();
    }
    bool stepped = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto stored = find_row<QrKeyRow>(batch.rows, Table::qr_key, key_of(after));
        if (!stored.ok()) {
            return stored.error();
        }
        stepped = stored.value() == before;
        if (stepped) {
            batch.rows.put(Table::qr_key, key_of(after), encode(after));
            batch.audit(audit);
        }
        return {};
    });
    return done.ok() ? Result<bool>(stepped) : done.error();
}

Result<std::vector<QrKeyRow>> LmdbStore::qr_keys() {
    Transaction rows = environment_.read();
    return list_rows<QrKeyRow>(rows, Table::qr_key, {});
}

} // namespace songda::store
