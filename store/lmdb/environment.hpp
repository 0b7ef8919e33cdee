#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <lmdb.h>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace songda::store {

/// The tables. Names, keys and values: docs/formats/store.md.
enum class Table : std::uint8_t {
    meta,
    intent,
    intent_open,
    counter,
    document,
    department_document,
    document_key,
    idempotency,
    case_number,
    status,
    prefix,
    leg,
    document_leg,
    due,
    leg_event,
    inbox,
    link_access,
    api_key,
    audit,
    fresh_0,
    fresh_1,
    case_event,
    draft,
    draft_decision,
    waiting_draft,
    paper_copy,
    edition,
    edition_content,
    related,
    last_day,
    revision,
    augmentation,
    augmentation_due,
    augmentation_wait,
    qr_key,
    message,
    message_due,
    service,
    service_open,
    consent,
    push_subscription,
    rating,
    rating_due,
    rating_count,
    evidence,
    evidence_chain,
    evidence_department,
    evidence_batch,
    evidence_unstamped,
    kiosk,
    kiosk_certificate,
    kiosk_seen,
    try_count,
    collection,
    tracked,
    dead_letter,
    outage_package,
    outage_head,
    outage_line,
};
inline constexpr std::array<const char*, 59> table_names = {"meta",
                                                            "intent",
                                                            "intent_open",
                                                            "counter",
                                                            "document",
                                                            "department_document",
                                                            "document_key",
                                                            "idempotency",
                                                            "case_number",
                                                            "status",
                                                            "prefix",
                                                            "leg",
                                                            "document_leg",
                                                            "due",
                                                            "leg_event",
                                                            "inbox",
                                                            "link_access",
                                                            "api_key",
                                                            "audit",
                                                            "fresh_0",
                                                            "fresh_1",
                                                            "case_event",
                                                            "draft",
                                                            "draft_decision",
                                                            "waiting_draft",
                                                            "paper_copy",
                                                            "edition",
                                                            "edition_content",
                                                            "related",
                                                            "last_day",
                                                            "revision",
                                                            "augmentation",
                                                            "augmentation_due",
                                                            "augmentation_wait",
                                                            "qr_key",
                                                            "message",
                                                            "message_due",
                                                            "service",
                                                            "service_open",
                                                            "consent",
                                                            "push_subscription",
                                                            "rating",
                                                            "rating_due",
                                                            "rating_count",
                                                            "evidence",
                                                            "evidence_chain",
                                                            "evidence_department",
                                                            "evidence_batch",
                                                            "evidence_unstamped",
                                                            "kiosk",
                                                            "kiosk_certificate",
                                                            "kiosk_seen",
                                                            "try_count",
                                                            "collection",
                                                            "tracked",
                                                            "dead_letter",
                                                            "outage_package",
                                                            "outage_head",
                                                            "outage_line"};

[[nodiscard]] std::string engine_message(int code);
/// No room: on the disk, in the quota, under the file size limit, or in the map.
[[nodiscard]] bool is_no_space(int code);

struct Entry {
    ByteView key;
    ByteView value;
};

class Environment;

/// One transaction. Views that it returns live until it ends or, in a write transaction, until the
/// next write: copy out. The first engine error sticks in `failure()`; after it reads find nothing
/// and writes do nothing, and the transaction can only be given up. Belongs to one thread.
class Transaction {
public:
    Transaction(Transaction&&) = delete;
    ~Transaction();

    [[nodiscard]] std::optional<ByteView> get(Table table, ByteView key);
    /// First entry with a key ≥ `from`.
    [[nodiscard]] std::optional<Entry> at_or_after(Table table, ByteView from);
    /// First entry with a key > `after`.
    [[nodiscard]] std::optional<Entry> after(Table table, ByteView after);
    /// Last entry with a key < `before`; an empty key: the last of the table.
    [[nodiscard]] std::optional<Entry> before(Table table, ByteView before);
    void put(Table table, ByteView key, ByteView value);
    void erase(Table table, ByteView key);
    /// Removes every entry.
    void clear(Table table);
    /// Ends a write transaction; 0 or the engine's code. Durable when 0.
    [[nodiscard]] int commit();

    [[nodiscard]] int failure() const { return failure_; }
    [[nodiscard]] std::uint64_t entries(Table table);

private:
    friend class Environment;
    Transaction(Environment& environment, MDB_txn* handle, bool writes, int failure)
        : environment_(environment), handle_(handle), writes_(writes), failure_(failure) {}
    [[nodiscard]] std::optional<Entry> seek(Table table, ByteView key, MDB_cursor_op how);
    void note(int code);

    Environment& environment_;
    MDB_txn* handle_;
    bool writes_;
    int failure_;
    std::array<MDB_cursor*, table_names.size()> cursors_{};
};

/// The LMDB file in its default, synced mode. Reads from any thread; one writer at a time.
class Environment {
public:
    Environment() = default;
    Environment(const Environment&) = delete;
    ~Environment();

    [[nodiscard]] Result<void> open(const std::string& directory, std::uint64_t map_bytes);
    /// A snapshot. Short-lived: while it is open no page is reused.
    [[nodiscard]] Transaction read();
    [[nodiscard]] Transaction write();
    /// Copies the file while it is used; no fsync.
    [[nodiscard]] int copy_to(int descriptor);
    [[nodiscard]] std::uint64_t used_bytes();

private:
    friend class Transaction;
    MDB_env* handle_ = nullptr;
    std::array<MDB_dbi, table_names.size()> tables_{};
    std::mutex mutex_;
    std::vector<MDB_txn*> idle_readers_; // reset, ready to renew; guarded by mutex_
};

} // namespace songda::store
