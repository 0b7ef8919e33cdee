#include "store/lmdb/inspector.hpp"
#include "store/lmdb/push_rows.hpp"
#include "store/lmdb/rating_rows.hpp"

namespace songda::store {
namespace {

bool is_key(const Entry& entry, const Key& key) {
    return as_text(entry.key) == as_text(key);
}

} // namespace

/// What recipients left with us: browsers to be told, ratings.
void inspect_recipients(Inspector& inspector) {
    inspector.each(Table::push_subscription, [&](Transaction&, const Entry& entry) {
        const auto row = inspector.row<PushSubscription>(Table::push_subscription, entry);
        inspector.expect(!row || is_key(entry, push_key(row->inbox, row->endpoint.reveal())),
                         Table::push_subscription, entry.key, "its key does not fit");
    });
    inspector.each(Table::rating, [&](Transaction& rows, const Entry& entry) {
        const auto row = inspector.row<RatingRow>(Table::rating, entry);
        inspector.expect(!row || is_key(entry, rating_key(row->department, row->case_key)),
                         Table::rating, entry.key, "its key does not fit");
        inspector.expect(!row || !row->due ||
                             rows.get(Table::rating_due, rating_due_key(*row)).has_value(),
                         Table::rating, entry.key, "is not among those that are due");
        inspector.expect(!row || !row->counts ||
                             rows.get(Table::rating_count, rating_count_key(*row)).has_value(),
                         Table::rating, entry.key, "is not counted");
    });
    inspector.each(Table::rating_due, [&](Transaction& rows, const Entry& entry) {
        const std::size_t end = as_text(entry.key).find('\0');
        const DepartmentCode department{std::string(as_text(entry.key).substr(0, end))};
        const auto row =
            find_row<RatingRow>(rows, Table::rating, rating_key(department, as_text(entry.value)));
        inspector.expect(row.ok() && row.value() && row.value()->due &&
                             is_key(entry, rating_due_key(*row.value())),
                         Table::rating_due, entry.key, "of no rating that is due then");
    });
}

} // namespace songda::store
