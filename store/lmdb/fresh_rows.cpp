#include "store/lmdb/fresh_rows.hpp"

#include <algorithm>

#include "store/lmdb/keys.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {

std::size_t FreshRows::mark_of(const DocumentKey& key) {
    return read_number(ByteView(key.bytes).last(sizeof(std::uint32_t))) % marks;
}

void FreshRows::add(const FreshRow& row) {
    marked_.resize(marks);
    marked_[mark_of(row.key)] = true;
    keys_[row.key.bytes[0]].emplace(row.key, row.document);
    if (row.inbox) {
        inboxes_[row.inbox->bytes[0]].emplace(*row.inbox, Lying{row.document, row.at});
    }
    ++documents_;
}

std::optional<DocumentId> FreshRows::find(const DocumentKey& key) const {
    if (marked_.empty() || !marked_[mark_of(key)]) {
        return std::nullopt;
    }
    const auto& part = keys_[key.bytes[0]];
    const auto found = part.find(key);
    return found == part.end() ? std::nullopt : std::optional(found->second);
}

std::optional<InboxEntry> FreshRows::find(const InboxId& inbox, const DocumentId& document) const {
    const auto [begin, end] = inboxes_[inbox.bytes[0]].equal_range(inbox);
    for (auto at = begin; at != end; ++at) {
        if (at->second.first == document) {
            return InboxEntry{inbox, document, at->second.second, std::nullopt};
        }
    }
    return std::nullopt;
}

std::vector<InboxEntry> FreshRows::inbox(const InboxId& inbox) const {
    std::vector<InboxEntry> found;
    const auto [begin, end] = inboxes_[inbox.bytes[0]].equal_range(inbox);
    for (auto at = begin; at != end; ++at) {
        found.push_back({inbox, at->second.first, at->second.second, std::nullopt});
    }
    return found;
}

std::vector<IndexRow> FreshRows::in_order(std::size_t part) const {
    std::vector<IndexRow> rows;
    if (part < keys_.size()) {
        for (const auto& [key, document] : keys_[part]) {
            rows.push_back({Table::document_key, Key().raw(key.view()).bytes(),
                            Key().raw(document.view()).bytes()});
        }
    } else {
        for (const auto& [inbox, lying] : inboxes_[part - keys_.size()]) {
            const auto& [document, at] = lying;
            rows.push_back({Table::inbox, Key().raw(inbox.view()).raw(document.view()).bytes(),
                            encode(InboxEntry{inbox, document, at, std::nullopt})});
        }
    }
    std::sort(rows.begin(), rows.end(),
              [](const IndexRow& left, const IndexRow& right) { return left.key < right.key; });
    return rows;
}

void FreshRows::forget(std::size_t part) {
    if (part < keys_.size()) {
        keys_[part] = {};
    } else {
        inboxes_[part - keys_.size()] = {};
    }
}

Result<std::uint64_t> read_fresh(Transaction& rows, Table table, FreshRows& to) {
    std::uint64_t last = 0;
    Result<void> state;
    for_each_under(rows, table, {}, [&](const Entry& entry) {
        const Result<FreshRow> row = decode<FreshRow>(entry.value);
        if (!row.ok() || entry.key.size() != sizeof last) {
            state = Error{Fault::corrupt, "fresh row cannot be read"};
            return false;
        }
        last = read_number(entry.key);
        to.add(row.value());
        return true;
    });
    state = state.ok() ? failure_of(rows) : state;
    if (!state.ok()) {
        return state.error();
    }
    return last;
}

Result<FreshRows> read_fresh(Transaction& rows) {
    FreshRows found;
    for (const Table table : fresh_tables) {
        const Result<std::uint64_t> read = read_fresh(rows, table, found);
        if (!read.ok()) {
            return read.error();
        }
    }
    return found;
}

} // namespace songda::store
