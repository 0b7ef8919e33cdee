#pragma once

#include <array>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "store/codec.hpp"
#include "store/lmdb/environment.hpp"

namespace songda::store {

/// An entry of an index, ready to be put.
struct IndexRow {
    Table table = Table::document_key;
    Bytes key;
    Bytes value;
};

/// What the fresh tables say (docs/formats/store.md, "Fresh documents"), in memory. Split by first
/// byte, so that it can be put in order and given back in small pieces. Belongs to whoever locks.
class FreshRows {
public:
    static constexpr std::size_t parts = 512; ///< 256 of document keys, then 256 of inboxes

    void add(const FreshRow& row);
    [[nodiscard]] std::size_t documents() const { return documents_; }

    [[nodiscard]] std::optional<DocumentId> find(const DocumentKey& key) const;
    [[nodiscard]] std::optional<InboxEntry> find(const InboxId& inbox,
                                                 const DocumentId& document) const;
    /// In no order.
    [[nodiscard]] std::vector<InboxEntry> inbox(const InboxId& inbox) const;

    /// One part's entries in the order of their keys.
    [[nodiscard]] std::vector<IndexRow> in_order(std::size_t part) const;
    void forget(std::size_t part);

private:
    /// Keys and inboxes are as good as random.
    struct Hash {
        template <class AnyId>
        std::size_t operator()(const AnyId& id) const {
            std::size_t value = 0;
            std::memcpy(&value, id.bytes.data() + 1, sizeof value);
            return value;
        }
    };
    using Lying = std::pair<DocumentId, TimeMs>; // since when

    /// One bit for some of a key's bytes: nearly every key that is not fresh is known by it, with
    /// one look at memory where the map takes four.
    static constexpr std::size_t marks = std::size_t{1} << 22U;
    [[nodiscard]] static std::size_t mark_of(const DocumentKey& key);

    std::vector<bool> marked_; // made by the first key
    std::array<std::unordered_map<DocumentKey, DocumentId, Hash>, parts / 2> keys_;
    std::array<std::unordered_multimap<InboxId, Lying, Hash>, parts / 2> inboxes_;
    std::size_t documents_ = 0; // added so far
};

inline constexpr std::array fresh_tables = {Table::fresh_0, Table::fresh_1};

/// Both tables as one snapshot has them: for who opened the store beside the service, and for fsck.
/// Reads up to two generations. Fault: corrupt.
[[nodiscard]] Result<FreshRows> read_fresh(Transaction& rows);
/// Adds one table's rows; returns the last sequence, 0 when it is empty.
[[nodiscard]] Result<std::uint64_t> read_fresh(Transaction& rows, Table table, FreshRows& to);

} // namespace songda::store
