#include <algorithm>

#include "base/sha256.hpp"
#include "store/limits.hpp"
#include "store/lmdb/augmentation_rows.hpp"
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

/// A message on its way into the store.
struct Filed {
    const MessageWrite* write;
    std::size_t message;            ///< its place among the blobs; that of the revision is the next
    std::optional<Behind> behind{}; ///< of a revision
};

/// The file that the revision was made for is the one that is there.
bool is_as_seen(const std::optional<Behind>& behind, const MessageWrite& write) {
    return behind && behind->size == write.behind;
}

/// Level and time of the level stay; who is augmenting the document from the file as it was finds
/// its fence gone, and begins anew at once where something waits for it.
Result<void> put_seal_revision(Transaction& rows, const Behind& behind, const MessageWrite& write,
                               BlobPlace place) {
    const auto found = find_row<AugmentationRow>(rows, Table::augmentation, write.document.view());
    if (!found.ok()) {
        return found.error();
    }
    const auto& before = found.value();
    const auto length = static_cast<std::uint32_t>(write.revision.size());
    put_revision_row(rows, behind,
                     {write.at, before ? before->level : SignatureLevel::b_b,
                      before ? before->proven_until : std::nullopt, place.segment, place.offset,
                      length, behind.size + length, write.file_hash});
    if (before) {
        AugmentationRow after = *before;
        ++after.fence;
        if (after.due && after.level < after.wanted) {
            after.due = std::min(*after.due, write.at);
        }
        put_augmentation_row(rows, &*before, after);
    }
    return {};
}

/// Whether it was put. One that stays as it was is no fault.
Result<bool> put_one(Transaction& rows, const Filed& filed, const std::vector<BlobPlace>& places) {
    const MessageWrite& write = *filed.write;
    const auto before = unmade(rows, write.document);
    if (!before.ok() || !before.value()) {
        return before.ok() ? Result(false) : before.error();
    }
    if (filed.behind) {
        const auto behind = find_behind(rows, write.document);
        if (!behind.ok() || !is_as_seen(behind.value(), write)) {
            return behind.ok() ? Result(false) : behind.error();
        }
        const auto put = put_seal_revision(rows, *behind.value(), write, places[filed.message + 1]);
        if (!put.ok()) {
            return put.error();
        }
    }
    put_message_row(rows, &*before.value(), made_at(*before.value(), write, places[filed.message]));
    return true;
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
    std::vector<Filed> filed;
    for (const MessageWrite& write : writes) {
        if (allowed.ok() && (write.bytes.empty() || !segments_.fits(write.bytes.size()) ||
                             !segments_.fits(write.revision.size()))) {
            allowed = Error{Fault::invalid_input, "a message without bytes, or too large"};
        }
        filed.push_back({&write, blobs.size()});
        const Blob message{write.bytes, {}, sha256(write.bytes), write.document};
        if (write.revision.empty()) {
            blobs.push_back(message);
            continue;
        }
        Transaction rows = environment_.read();
        auto behind = find_behind(rows, write.document);
        if (!behind.ok()) {
            return behind.error();
        }
        if (!is_as_seen(behind.value(), write)) {
            filed.pop_back();
            continue;
        }
        blobs.push_back(message);
        blobs.push_back({write.revision, behind.value()->hash, write.file_hash, write.document});
        filed.back().behind = *std::move(behind).value();
    }
    if (!allowed.ok() || filed.empty()) {
        return allowed;
    }
    Result<Appended> files = append_files(blobs);
    if (!files.ok()) {
        return files.error();
    }
    return run_with_files(files.value(), [&](Batch& batch) -> Result<void> {
        bool any = false;
        for (const Filed& each : filed) {
            const auto put = put_one(batch.rows, each, files.value().places());
            if (!put.ok()) {
                return put.error();
            }
            any = any || put.value();
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
