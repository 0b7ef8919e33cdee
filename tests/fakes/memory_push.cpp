// Browsers that are told of an inbox, in the store in memory.
#include <algorithm>

#include "store/limits.hpp"
#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;

Result<void> MemoryStore::put_push(const PushSubscription& subscription) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    auto& all = pushes_[subscription.inbox];
    const auto earlier = std::find_if(all.begin(), all.end(), [&](const PushSubscription& each) {
        return each.endpoint.reveal() == subscription.endpoint.reveal();
    });
    if (earlier != all.end()) {
        all.erase(earlier);
    } else if (all.size() >= push_subscriptions_max) {
        all.erase(all.begin());
    }
    all.push_back(subscription);
    std::sort(all.begin(), all.end(), came_before);
    return {};
}

Result<std::vector<PushSubscription>> MemoryStore::push_subscriptions(const InboxId& inbox) {
    const Lock lock(mutex_);
    return look_up(pushes_, inbox).value_or(std::vector<PushSubscription>{});
}

Result<void> MemoryStore::drop_push(const InboxId& inbox, std::string_view endpoint) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    std::erase_if(pushes_[inbox],
                  [&](const PushSubscription& each) { return each.endpoint.reveal() == endpoint; });
    return {};
}

} // namespace songda::fakes
