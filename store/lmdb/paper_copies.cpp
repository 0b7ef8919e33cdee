#include "store/limits.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

Key copy_key(const DocumentId& document, std::uint32_t number) {
    return Key().raw(document.view()).number(number);
}

Result<std::vector<PaperCopy>> list_copies(Transaction& rows, const DocumentId& document) {
    return list_rows<PaperCopy>(rows, Table::paper_copy, document.view());
}

} // namespace

Result<std::uint32_t> LmdbStore::add_paper_copy(const DocumentId& document, const PaperCopy& copy,
                                                const AuditRow& audit) {
    for (const Result<void>& checked : {check_row(copy), check_row(audit)}) {
        if (!checked.ok()) {
            return checked.error();
        }
    }
    std::uint32_t number = 0;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto copies = list_copies(batch.rows, document);
        if (!copies.ok()) {
            return copies.error();
        }
        for (const PaperCopy& earlier : copies.value()) {
            ++number;
            if (!copy.key.empty() && earlier.key == copy.key) {
                return {};
            }
        }
        if (!batch.rows.get(Table::document, document.view())) {
            return Error{Fault::not_found, "no such document"};
        }
        if (number >= paper_copies_max) {
            return Error{Fault::conflict, "the document has too many paper copies"};
        }
        ++number;
        batch.rows.put(Table::paper_copy, copy_key(document, number), encode(copy));
        batch.audit(audit);
        return {};
    });
    return done.ok() ? Result<std::uint32_t>(number) : done.error();
}

Result<std::vector<PaperCopy>> LmdbStore::paper_copies(const DocumentId& document) {
    Transaction rows = environment_.read();
    return list_copies(rows, document);
}

Result<void> LmdbStore::revoke_paper_copy(const DocumentId& document, std::uint32_t number,
                                          TimeMs at, std::string_view reason,
                                          const AuditRow& audit) {
    const Result<void> checked = check_row(audit);
    if (!checked.ok()) {
        return checked;
    }
    return committer_->run([&](Batch& batch) -> Result<void> {
        const Key key = copy_key(document, number);
        auto copy = find_row<PaperCopy>(batch.rows, Table::paper_copy, key);
        if (!copy.ok()) {
            return copy.error();
        }
        if (!copy.value()) {
            return Error{Fault::not_found, "no such copy"};
        }
        if (copy.value()->revoked) {
            return {};
        }
        copy.value()->revoked = at;
        copy.value()->reason = reason;
        const Result<void> fits = check_row(*copy.value());
        if (fits.ok()) {
            batch.rows.put(Table::paper_copy, key, encode(*copy.value()));
            batch.audit(audit);
        }
        return fits;
    });
}

} // namespace songda::store
