#include "store/limits.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rating_rows.hpp"

namespace songda::store {
namespace {

Result<void> check_step(const std::optional<RatingRow>& before, const RatingRow& after,
                        const AuditRow& audit) {
    if (!key_text_fits(after.department.text, department_bytes_max) || after.case_key.empty() ||
        !key_text_fits(after.case_key, rating_case_bytes_max)) {
        return Error{Fault::invalid_input, "a rating's department or case"};
    }
    if (!key_text_fits(after.template_version, template_version_bytes_max)) {
        return Error{Fault::invalid_input, "a rating's template"};
    }
    if (before && (before->department != after.department || before->case_key != after.case_key)) {
        return Error{Fault::invalid_input, "another case"};
    }
    const Result<void> row = check_row(after);
    return row.ok() ? check_row(audit) : row;
}

/// One more, or one less.
void count(Transaction& rows, const RatingRow& row, std::int64_t change) {
    if (!row.counts) {
        return;
    }
    const Key key = rating_count_key(row);
    const auto stored = rows.get(Table::rating_count, key);
    const std::uint64_t now =
        (stored ? read_number(*stored) : 0) + static_cast<std::uint64_t>(change);
    if (now == 0) {
        rows.erase(Table::rating_count, key);
    } else {
        rows.put(Table::rating_count, key, Key().number(now));
    }
}

void put_rating(Transaction& rows, const std::optional<RatingRow>& before, const RatingRow& after) {
    if (before) {
        count(rows, *before, -1);
    }
    if (before && before->due) {
        rows.erase(Table::rating_due, rating_due_key(*before));
    }
    count(rows, after, 1);
    rows.put(Table::rating, rating_key(after.department, after.case_key), encode(after));
    if (after.due) {
        rows.put(Table::rating_due, rating_due_key(after), as_bytes(after.case_key));
    }
}

} // namespace

Result<bool> LmdbStore::step_rating(const std::optional<RatingRow>& before, const RatingRow& after,
                                    const AuditRow& audit) {
    const Result<void> checked = check_step(before, after, audit);
    if (!checked.ok()) {
        return checked.error();
    }
    const Key key = rating_key(after.department, after.case_key);
    bool stepped = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto stored = find_row<RatingRow>(batch.rows, Table::rating, key);
        if (!stored.ok()) {
            return stored.error();
        }
        stepped = stored.value() == before;
        if (stepped) {
            put_rating(batch.rows, before, after);
            batch.audit(audit);
        }
        return {};
    });
    return done.ok() ? Result<bool>(stepped) : done.error();
}

Result<std::optional<RatingRow>> LmdbStore::find_rating(const DepartmentCode& department,
                                                        std::string_view case_key) {
    Transaction rows = environment_.read();
    return find_row<RatingRow>(rows, Table::rating, rating_key(department, case_key));
}

Result<std::vector<RatingCount>> LmdbStore::rating_counts(const DepartmentCode& department) {
    Transaction rows = environment_.read();
    const Key own = Key().text(department.text);
    std::vector<RatingCount> found;
    for_each_under(rows, Table::rating_count, own, [&](const Entry& entry) {
        if (const auto count = read_rating_count(entry, own.bytes().size())) {
            found.push_back(*count);
        }
        return true;
    });
    const Result<void> readable = failure_of(rows);
    return readable.ok() ? Result<std::vector<RatingCount>>(std::move(found)) : readable.error();
}

Result<std::vector<RatingRow>> LmdbStore::open_ratings(const DepartmentCode& department,
                                                       std::size_t limit) {
    Transaction rows = environment_.read();
    const std::size_t most = std::min(limit, list_rows_max);
    std::vector<RatingRow> found;
    Result<void> state;
    for_each_under(rows, Table::rating_due, Key().text(department.text), [&](const Entry& entry) {
        if (found.size() >= most) {
            return false;
        }
        auto row =
            find_row<RatingRow>(rows, Table::rating, rating_key(department, as_text(entry.value)));
        if (!row.ok() || !row.value()) {
            state =
                row.ok() ? Error{Fault::corrupt, "a rating that is due is not there"} : row.error();
            return false;
        }
        found.push_back(*std::move(row).value());
        return true;
    });
    state = state.ok() ? failure_of(rows) : state;
    return state.ok() ? Result<std::vector<RatingRow>>(std::move(found)) : state.error();
}

} // namespace songda::store
