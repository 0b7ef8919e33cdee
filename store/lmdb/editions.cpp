#include "base/sha256.hpp"
#include "store/limits.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

Key kind_key(EditionKind kind) {
    const auto number = static_cast<std::uint8_t>(kind);
    return Key().raw({&number, 1});
}

/// All editions of one name, or with a number one of them.
Key name_key(EditionKind kind, std::string_view name) {
    return kind_key(kind).text(name);
}

Key edition_key(const EditionRow& row) {
    return name_key(row.kind, row.name).number(row.number);
}

bool is_same_edition(const EditionRow& left, const EditionRow& right) {
    return left.kind == right.kind && left.name == right.name && left.number == right.number &&
           left.content == right.content;
}

/// Does `row` take the place of what is in force? Rows come in the order of their numbers.
bool supersedes(const EditionRow& row, const std::optional<EditionRow>& present, Date day) {
    return row.state == EditionState::published && row.effective_from &&
           *row.effective_from <= day &&
           (!present || *present->effective_from <= *row.effective_from);
}

Result<void> check_edition(const EditionRow& row, const AuditRow& audit) {
    if (row.name.empty() || !key_text_fits(row.name, edition_name_bytes_max)) {
        return Error{Fault::invalid_input, "an edition's name is empty or too long"};
    }
    if (row.state == EditionState::published && !row.effective_from) {
        return Error{Fault::invalid_input, "a published edition needs its first day"};
    }
    const Result<void> checked = check_row(row);
    return checked.ok() ? check_row(audit) : checked;
}

} // namespace

Result<std::uint32_t> LmdbStore::put_edition(const EditionRow& edition, ByteView content,
                                             const AuditRow& audit) {
    const Result<void> checked = check_edition(edition, audit);
    if (!checked.ok()) {
        return checked.error();
    }
    if (content.empty() || content.size() > edition_bytes_max ||
        sha256(content) != edition.content) {
        return Error{Fault::invalid_input, "an edition's content is too long or not its own"};
    }
    EditionRow row = edition;
    row.state = EditionState::draft;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto earlier =
            list_rows<EditionRow>(batch.rows, Table::edition, name_key(row.kind, row.name));
        if (!earlier.ok()) {
            return earlier.error();
        }
        row.number = static_cast<std::uint32_t>(earlier.value().size() + 1);
        batch.rows.put(Table::edition, edition_key(row), encode(row));
        batch.rows.put(Table::edition_content, row.content, content);
        batch.audit(audit);
        return {};
    });
    return done.ok() ? Result<std::uint32_t>(row.number) : done.error();
}

Result<bool> LmdbStore::step_edition(const EditionRow& before, const EditionRow& after,
                                     const AuditRow& audit) {
    const Result<void> checked = check_edition(after, audit);
    if (!checked.ok()) {
        return checked.error();
    }
    if (!is_same_edition(before, after)) {
        return Error{Fault::invalid_input, "another edition"};
    }
    bool stepped = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto stored = find_row<EditionRow>(batch.rows, Table::edition, edition_key(before));
        if (!stored.ok()) {
            return stored.error();
        }
        stepped = stored.value() == before && may_follow(before.state, after.state);
        if (stepped) {
            batch.rows.put(Table::edition, edition_key(after), encode(after));
            batch.audit(audit);
        }
        return {};
    });
    return done.ok() ? Result<bool>(stepped) : done.error();
}

Result<std::vector<EditionRow>> LmdbStore::editions(EditionKind kind, std::string_view name) {
    if (!key_text_fits(name, edition_name_bytes_max)) {
        return std::vector<EditionRow>();
    }
    Transaction rows = environment_.read();
    return list_rows<EditionRow>(rows, Table::edition, name_key(kind, name));
}

Result<std::vector<EditionRow>> LmdbStore::all_editions(EditionKind kind) {
    Transaction rows = environment_.read();
    return list_rows<EditionRow>(rows, Table::edition, kind_key(kind));
}

Result<std::optional<EditionRow>> LmdbStore::edition_in_force(EditionKind kind,
                                                              std::string_view name, Date day) {
    const auto all = editions(kind, name);
    if (!all.ok()) {
        return all.error();
    }
    std::optional<EditionRow> found;
    for (const EditionRow& row : all.value()) {
        found = supersedes(row, found, day) ? std::optional(row) : found;
    }
    return found;
}

Result<std::vector<EditionRow>> LmdbStore::editions_in_force(EditionKind kind, Date day) {
    const auto all = all_editions(kind);
    if (!all.ok()) {
        return all.error();
    }
    std::vector<EditionRow> found;
    std::optional<EditionRow> present;
    const auto finish = [&] {
        if (present) {
            found.push_back(*std::exchange(present, std::nullopt));
        }
    };
    std::string_view name;
    for (const EditionRow& row : all.value()) {
        if (row.name != name) {
            finish();
            name = row.name;
        }
        present = supersedes(row, present, day) ? std::optional(row) : present;
    }
    finish();
    return found;
}

Result<Bytes> LmdbStore::edition_content(const EditionRow& edition) {
    Transaction rows = environment_.read();
    const std::optional<ByteView> stored = rows.get(Table::edition_content, edition.content);
    const Result<void> readable = failure_of(rows);
    if (!readable.ok()) {
        return readable.error();
    }
    if (!stored || sha256(*stored) != edition.content) {
        return Error{Fault::corrupt,
                     "an edition's content is not there or does not match its hash"};
    }
    return Bytes(stored->begin(), stored->end());
}

} // namespace songda::store
