#include "store/lmdb/fresh_index.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "store/lmdb/keys.hpp"

namespace songda::store {
namespace {

/// Each document has two entries at most: one more than that and the full generation is in its
/// place when the next is two thirds full.
constexpr std::size_t settled_per_put = 3;

} // namespace

Result<void> FreshIndex::load(Transaction& rows) {
    std::array<FreshRows, fresh_tables.size()> read;
    std::array<std::uint64_t, fresh_tables.size()> last{};
    for (std::size_t at = 0; at < fresh_tables.size(); ++at) {
        const Result<std::uint64_t> found = read_fresh(rows, fresh_tables[at], read[at]);
        if (!found.ok()) {
            return found.error();
        }
        last[at] = found.value();
    }
    const std::unique_lock lock(mutex_);
    growing_table_ = last[1] > last[0] ? 1 : 0;
    sequence_ = last[growing_table_];
    growing_ = std::move(read[growing_table_]);
    full_ = std::move(read[1 - growing_table_]);
    settling_ = last[1 - growing_table_] > 0; // from its beginning: putting twice changes nothing
    return {};
}

std::optional<DocumentId> FreshIndex::find(const DocumentKey& key) const {
    const std::shared_lock lock(mutex_);
    const auto found = growing_.find(key);
    return found ? found : full_.find(key);
}

std::vector<InboxEntry> FreshIndex::inbox(const InboxId& inbox) const {
    const std::shared_lock lock(mutex_);
    std::vector<InboxEntry> found = full_.inbox(inbox);
    const std::vector<InboxEntry> newer = growing_.inbox(inbox);
    found.insert(found.end(), newer.begin(), newer.end());
    return found;
}

void FreshIndex::put(Transaction& rows, const FreshRow& row) {
    rows.put(fresh_tables[growing_table_], Key().number(++sequence_), encode(row));
    put_.push_back(row);
    keys_put_.emplace(as_text(row.key.view()));
}

bool FreshIndex::knows(const DocumentKey& key) const {
    return keys_put_.contains(std::string(as_text(key.view()))) || find(key).has_value();
}

std::optional<InboxEntry> FreshIndex::find(const InboxId& inbox, const DocumentId& document) const {
    for (const FreshRow& row : put_) {
        if (row.inbox == inbox && row.document == document) {
            return InboxEntry{inbox, document, row.at, std::nullopt};
        }
    }
    const std::shared_lock lock(mutex_);
    const auto found = growing_.find(inbox, document);
    return found ? found : full_.find(inbox, document);
}

void FreshIndex::settle_some(Transaction& rows) {
    if (!settling_) {
        return;
    }
    for (std::size_t left = put_.size() * settled_per_put; left > 0; --left) {
        while (waiting_.empty() && part_ < FreshRows::parts) {
            waiting_ = full_.in_order(part_++); // nobody but this thread changes it
            std::reverse(waiting_.begin(), waiting_.end());
        }
        if (waiting_.empty()) {
            rows.clear(full_table());
            emptied_ = true;
            return;
        }
        const IndexRow& row = waiting_.back();
        // An entry that was opened, or settled before a restart, stands in its place already.
        if (!rows.get(row.table, row.key)) {
            rows.put(row.table, row.key, row.value);
        }
        waiting_.pop_back();
    }
}

void FreshIndex::committed() {
    const std::unique_lock lock(mutex_);
    for (const FreshRow& row : put_) {
        growing_.add(row);
    }
    const std::size_t settled = waiting_.empty() ? part_ : std::max<std::size_t>(part_, 1) - 1;
    for (; settling_ && forgotten_ < settled; ++forgotten_) {
        full_.forget(forgotten_);
    }
    if (emptied_) {
        full_ = {};
        settling_ = false;
    }
    if (!settling_ && growing_.documents() >= generation_) {
        std::swap(growing_, full_);
        growing_table_ = 1 - growing_table_;
        settling_ = true;
        part_ = 0;
        forgotten_ = 0;
    }
    put_.clear();
    keys_put_.clear();
    emptied_ = false;
}

void FreshIndex::given_up() {
    put_.clear();
    keys_put_.clear();
    emptied_ = false;
    waiting_.clear();
    part_ = forgotten_; // what was not committed is settled again
}

} // namespace songda::store
