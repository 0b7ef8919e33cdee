#include "base/sha256.hpp"
#include "store/limits.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/message_rows.hpp"

namespace songda::store {
namespace {

using FoundRow = Result<std::optional<MessageRow>>;

/// Nothing: it wants no message, or has one.
FoundRow unmade(Transaction& rows, const DocumentId& document) {
    auto found = find_row<MessageRow>(rows, Table::message, document.view());
    if (found.ok() && found.value() && found.value()->made) {
        return std::optional<MessageRow>();
    }
    return found;
}

MessageRow made_at(const MessageRow& before, const MessageWrite& write, BlobPlace place) {
    MessageRow after = before;
    after.due.reset();
    after.reason.clear();
    after.made = write.at;
    after.segment = place.segment;
    after.offset = place.offset;
    after.length = static_cast<std::uint32_t>(write.bytes.size());
    after.hash = sha256(write.bytes);
    return after;
}

MessageRow put_off(const MessageRow& before, const MessageDelay& delay) {
    MessageRow after = before;
    after.due = delay.due;
    after.reason = delay.reason;
    after.attempts =
        static_cast<std::uint16_t>(std::min<std::uint32_t>(after.attempts + 1U, 0xFFFF));
    return after;
}

} // namespace

FoundRow LmdbStore::find_message(const DocumentId& document) {
    Transaction rows = environment_.read();
    return find_row<MessageRow>(rows, Table::message, document.view());
}

Result<Bytes> LmdbStore::read_message(const MessageRow& row) {
    auto bytes = segments_.read(row.segment, row.offset, row.length);
    if (bytes.ok() && (!row.made || sha256(bytes.value()) != row.hash)) {
        return Error{Fault::corrupt, "stored message does not match its hash"};
    }
    return bytes;
}

Result<std::vector<MessageRow>> LmdbStore::due_messages(TimeMs now, std::size_t limit) {
    Transaction rows = environment_.read();
    const Key end = Key().time(now + 1);
    std::vector<MessageRow> due;
    std::optional<Entry> entry = rows.at_or_after(Table::message_due, {});
    while (entry && due.size() < std::min(limit, list_rows_max) &&
           as_text(entry->key) < as_text(end)) {
        const Bytes key(entry->key.begin(), entry->key.end());
        const auto id = last_id<DocumentId>(key);
        auto row = id ? find_row<MessageRow>(rows, Table::message, id->view())
                      : FoundRow(std::optional<MessageRow>());
        if (!row.ok() || !row.value()) {
            return Error{Fault::corrupt, "index names a message that cannot be read"};
        }
        due.push_back(*std::move(row).value());
        entry = rows.after(Table::message_due, key);
    }
    const Result<void> readable = failure_of(rows);
    return readable.ok() ? Result(std::move(due)) : readable.error();
}

Result<void> LmdbStore::put_messages(std::span<const MessageWrite> writes) {
    Result<void> allowed = only_exclusive();
    std::vector<Blob> blobs;
    for (const MessageWrite& write : writes) {
        if (allowed.ok() && (write.bytes.empty() || !segments_.fits(write.bytes.size()))) {
            allowed = Error{Fault::invalid_input, "a message without bytes, or too large"};
        }
        blobs.push_back({write.bytes, {}, sha256(write.bytes), write.document});
    }
    if (!allowed.ok() || writes.empty()) {
        return allowed;
    }
    Result<Appended> files = append_files(blobs);
    if (!files.ok()) {
        return files.error();
    }
    return run_with_files(files.value(), [&](Batch& batch) -> Result<void> {
        bool any = false;
        for (std::size_t at = 0; at < writes.size(); ++at) {
            const auto before = unmade(batch.rows, writes[at].document);
            if (!before.ok()) {
                return before.error();
            }
            if (before.value()) {
                put_message_row(batch.rows, &*before.value(),
                                made_at(*before.value(), writes[at], files.value().places()[at]));
                any = true;
            }
        }
        if (any) {
            batch.keep_files(files.value());
        }
        return {};
    });
}

Result<void> LmdbStore::put_off_messages(std::span<const MessageDelay> delays) {
    const Result<void> allowed = only_exclusive();
    if (!allowed.ok() || delays.empty()) {
        return allowed;
    }
    return committer_->run([&](Batch& batch) -> Result<void> {
        for (const MessageDelay& delay : delays) {
            const auto before = unmade(batch.rows, delay.document);
            if (!before.ok()) {
                return before.error();
            }
            if (!before.value()) {
                continue;
            }
            const MessageRow after = put_off(*before.value(), delay);
            const Result<void> fits = check_row(after);
            if (!fits.ok()) {
                return fits;
            }
            put_message_row(batch.rows, &*before.value(), after);
        }
        return {};
    });
}

Result<std::uint64_t> LmdbStore::count_unmade_messages() {
    Transaction rows = environment_.read();
    const std::uint64_t count = rows.entries(Table::message_due);
    const Result<void> readable = failure_of(rows);
    return readable.ok() ? Result(count) : readable.error();
}

} // namespace songda::store
