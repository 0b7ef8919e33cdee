#pragma once

#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <unordered_set>
#include <vector>

#include "store/lmdb/fresh_rows.hpp"

namespace songda::store {

/// Keeps the two indexes whose keys are random, document_key and inbox, from costing a page of
/// their own for every document: entries of new documents stand in the order of their arrival in a
/// fresh table, and in memory for readers; when a generation of them is full, they are put into the
/// indexes in the order of their keys, many to a page, a few with each commit that brings new ones.
/// docs/formats/store.md, "Fresh documents".
///
/// Reading: from any thread, *before* the reader's snapshot is taken: what is not here any more is
/// in a later snapshot's index. All else: the committer's thread. Only the one writer of documents
/// has it.
class FreshIndex {
public:
    /// Entries a generation, at which the next begins.
    explicit FreshIndex(std::size_t generation) : generation_(generation) {}

    /// Fault: corrupt.
    [[nodiscard]] Result<void> load(Transaction& rows);

    [[nodiscard]] std::optional<DocumentId> find(const DocumentKey& key) const;
    [[nodiscard]] std::vector<InboxEntry> inbox(const InboxId& inbox) const;

    /// One more, part of this transaction.
    void put(Transaction& rows, const FreshRow& row);
    /// As `find`, and what this transaction has put.
    [[nodiscard]] bool knows(const DocumentKey& key) const;
    [[nodiscard]] std::optional<InboxEntry> find(const InboxId& inbox,
                                                 const DocumentId& document) const;
    /// Puts some entries of the full generation in their places, more than this transaction has put
    /// new ones, so that it is empty before the next is full.
    void settle_some(Transaction& rows);
    /// How the transaction ended.
    void committed();
    void given_up();

private:
    [[nodiscard]] Table full_table() const { return fresh_tables[1 - growing_table_]; }

    const std::size_t generation_;
    // The committer's:
    std::size_t growing_table_ = 0;
    std::uint64_t sequence_ = 0; // the last used
    std::vector<FreshRow> put_;  // by this transaction
    std::unordered_set<std::string> keys_put_;
    bool settling_ = false;         // there is a full generation
    std::size_t part_ = 0;          // of `full_`: the next to be settled
    std::size_t forgotten_ = 0;     // parts before it are settled for good
    std::vector<IndexRow> waiting_; // the last part's rest, in reverse
    bool emptied_ = false;          // this transaction empties the full table

    mutable std::shared_mutex mutex_;
    FreshRows growing_; // guarded by mutex_
    FreshRows full_;    // guarded by mutex_
};

} // namespace songda::store
