// SM2 messages of the store in memory.
#include <algorithm>

#include "base/sha256.hpp"
#include "store/limits.hpp"
#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;

Result<std::optional<MessageRow>> MemoryStore::find_message(const DocumentId& document) {
    const Lock lock(mutex_);
    return look_up(messages_, document);
}

Result<Bytes> MemoryStore::read_message(const MessageRow& row) {
    const Lock lock(mutex_);
    const auto bytes = look_up(message_bytes_, row.document);
    return bytes && row.made && sha256(*bytes) == row.hash
               ? Result(*bytes)
               : Error{Fault::corrupt, "stored message does not match its hash"};
}

Result<std::vector<MessageRow>> MemoryStore::due_messages(TimeMs now, std::size_t limit) {
    const Lock lock(mutex_);
    std::vector<MessageRow> due;
    for (const auto& [id, row] : messages_) {
        if (row.due && *row.due <= now) {
            due.push_back(row);
        }
    }
    std::stable_sort(due.begin(), due.end(),
                     [](const auto& left, const auto& right) { return *left.due < *right.due; });
    due.resize(std::min({due.size(), limit, list_rows_max}));
    return due;
}

Result<void> MemoryStore::put_messages(std::span<const MessageWrite> writes) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    for (const MessageWrite& write : writes) {
        if (write.bytes.empty()) {
            return Error{Fault::invalid_input, "a message without bytes"};
        }
    }
    for (const MessageWrite& write : writes) {
        const auto found = messages_.find(write.document);
        if (found == messages_.end() || found->second.made) {
            continue;
        }
        if (!write.revision.empty() && !put_seal_revision(write)) {
            continue;
        }
        MessageRow& row = found->second;
        row.due.reset();
        row.reason.clear();
        row.made = write.at;
        row.length = static_cast<std::uint32_t>(write.bytes.size());
        row.hash = sha256(write.bytes);
        message_bytes_[write.document] = write.bytes;
    }
    return {};
}

/// False: the file is no longer the one that it was made for.
bool MemoryStore::put_seal_revision(const MessageWrite& write) {
    std::vector<RevisionRow>& revisions = revisions_[write.document];
    const std::uint64_t before =
        revisions.empty() ? documents_.at(write.document).file.size : revisions.back().size;
    if (before != write.behind) {
        return false;
    }
    const auto row = augmentations_.find(write.document);
    const bool levelled = row != augmentations_.end();
    const auto length = static_cast<std::uint32_t>(write.revision.size());
    revisions.push_back({write.at, levelled ? row->second.level : SignatureLevel::b_b,
                         levelled ? row->second.proven_until : std::nullopt, 0, 0, length,
                         before + length, write.file_hash});
    append(behind_[write.document], write.revision);
    if (levelled) {
        ++row->second.fence;
        if (row->second.due && row->second.level < row->second.wanted) {
            row->second.due = std::min(*row->second.due, write.at);
        }
    }
    return true;
}

Result<void> MemoryStore::put_off_messages(std::span<const MessageDelay> delays) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    for (const MessageDelay& delay : delays) {
        const auto found = messages_.find(delay.document);
        if (found != messages_.end() && !found->second.made) {
            found->second.due = delay.due;
            found->second.reason = delay.reason;
            ++found->second.attempts;
        }
    }
    return {};
}

Result<std::uint64_t> MemoryStore::count_unmade_messages() {
    const Lock lock(mutex_);
    return static_cast<std::uint64_t>(std::count_if(
        messages_.begin(), messages_.end(), [](const auto& each) { return !each.second.made; }));
}

} // namespace songda::fakes
