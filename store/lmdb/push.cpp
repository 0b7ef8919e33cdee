#include <algorithm>

#include "base/sha256.hpp"
#include "store/limits.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/push_rows.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

Result<std::vector<PushSubscription>> list_push(Transaction& rows, const InboxId& inbox) {
    auto all = list_rows<PushSubscription>(rows, Table::push_subscription, inbox.view());
    if (all.ok()) {
        std::sort(all.value().begin(), all.value().end(), came_before);
    }
    return all;
}

} // namespace

Key push_key(const InboxId& inbox, std::string_view endpoint) {
    // The hash, since an endpoint may be longer than a key may be.
    return Key().raw(inbox.view()).raw(sha256(as_bytes(endpoint)));
}

Result<void> LmdbStore::put_push(const PushSubscription& subscription) {
    const Result<void> checked = check_row(subscription);
    if (!checked.ok()) {
        return checked;
    }
    const Key key = push_key(subscription.inbox, subscription.endpoint.reveal());
    return committer_->run([&](Batch& batch) -> Result<void> {
        const auto all = list_push(batch.rows, subscription.inbox);
        if (!all.ok()) {
            return all.error();
        }
        if (all.value().size() >= push_subscriptions_max &&
            !batch.rows.get(Table::push_subscription, key)) {
            const PushSubscription& first = all.value().front();
            batch.rows.erase(Table::push_subscription,
                             push_key(first.inbox, first.endpoint.reveal()));
        }
        batch.rows.put(Table::push_subscription, key, encode(subscription));
        return {};
    });
}

Result<std::vector<PushSubscription>> LmdbStore::push_subscriptions(const InboxId& inbox) {
    Transaction rows = environment_.read();
    return list_push(rows, inbox);
}

Result<void> LmdbStore::drop_push(const InboxId& inbox, std::string_view endpoint) {
    return committer_->run([&](Batch& batch) -> Result<void> {
        batch.rows.erase(Table::push_subscription, push_key(inbox, endpoint));
        return {};
    });
}

} // namespace songda::store
