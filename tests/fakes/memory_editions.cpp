#include <algorithm>

#include "base/sha256.hpp"
#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;

Result<std::uint32_t> MemoryStore::put_edition(const EditionRow& edition, ByteView content,
                                               const AuditRow& audit) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    if (edition.name.empty() || content.empty() || sha256(content) != edition.content) {
        return Error{Fault::invalid_input, "not its own"};
    }
    auto& all = editions_[{edition.kind, edition.name}];
    EditionRow& row = all.emplace_back(edition);
    row.state = EditionState::draft;
    row.number = static_cast<std::uint32_t>(all.size());
    edition_contents_[edition.content] = Bytes(content.begin(), content.end());
    record(audit);
    return row.number;
}

Result<bool> MemoryStore::step_edition(const EditionRow& before, const EditionRow& after,
                                       const AuditRow& audit) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    if (before.kind != after.kind || before.name != after.name || before.number != after.number ||
        before.content != after.content) {
        return Error{Fault::invalid_input, "another edition"};
    }
    for (EditionRow& row : editions_[{before.kind, before.name}]) {
        if (row == before && may_follow(before.state, after.state)) {
            row = after;
            record(audit);
            return true;
        }
    }
    return false;
}

Result<std::vector<EditionRow>> MemoryStore::editions(EditionKind kind, std::string_view name) {
    const Lock lock(mutex_);
    return look_up(editions_, {kind, std::string(name)}).value_or(std::vector<EditionRow>());
}

Result<std::vector<EditionRow>> MemoryStore::all_editions(EditionKind kind) {
    const Lock lock(mutex_);
    std::vector<EditionRow> found;
    for (const auto& [key, all] : editions_) {
        if (key.first == kind) {
            found.insert(found.end(), all.begin(), all.end());
        }
    }
    return found;
}

Result<std::optional<EditionRow>> MemoryStore::edition_in_force(EditionKind kind,
                                                                std::string_view name, Date day) {
    std::optional<EditionRow> found;
    for (const EditionRow& row : editions(kind, name).value()) {
        const bool counts = row.state == EditionState::published && *row.effective_from <= day;
        if (counts && (!found || *row.effective_from >= *found->effective_from)) {
            found = row;
        }
    }
    return found;
}

Result<std::vector<EditionRow>> MemoryStore::editions_in_force(EditionKind kind, Date day) {
    std::vector<std::string> names;
    {
        const Lock lock(mutex_);
        for (const auto& [key, all] : editions_) {
            if (key.first == kind) {
                names.push_back(key.second);
            }
        }
    }
    std::vector<EditionRow> found;
    for (const std::string& name : names) {
        if (const auto row = edition_in_force(kind, name, day).value()) {
            found.push_back(*row);
        }
    }
    return found;
}

Result<Bytes> MemoryStore::edition_content(const EditionRow& edition) {
    const Lock lock(mutex_);
    const auto found = look_up(edition_contents_, edition.content);
    return found ? Result<Bytes>(*found) : Error{Fault::corrupt, "not there"};
}

} // namespace songda::fakes
