#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "store/codec.hpp"
#include "store/lmdb/environment.hpp"
#include "store/lmdb/keys.hpp"

/// Small steps that several verbs share.
namespace songda::store {

inline Result<void> failure_of(const Transaction& rows) {
    if (rows.failure() == 0) {
        return {};
    }
    return Error{Fault::unavailable, "store cannot be read: " + engine_message(rows.failure())};
}

/// One row, copied out; nothing when the key is absent; `corrupt` when it does not decode.
template <class Row>
Result<std::optional<Row>> find_row(Transaction& rows, Table table, ByteView key) {
    const std::optional<ByteView> stored = rows.get(table, key);
    if (!stored) {
        const Result<void> readable = failure_of(rows);
        if (!readable.ok()) {
            return readable.error();
        }
        return std::optional<Row>();
    }
    Result<Row> decoded = decode<Row>(*stored);
    if (!decoded.ok()) {
        return decoded.error();
    }
    return std::optional<Row>(std::move(decoded).value());
}

/// An index value that is an id.
template <class AnyId>
Result<std::optional<AnyId>> find_id(Transaction& rows, Table table, ByteView key) {
    const std::optional<ByteView> stored = rows.get(table, key);
    AnyId id;
    if (!stored) {
        const Result<void> readable = failure_of(rows);
        if (!readable.ok()) {
            return readable.error();
        }
        return std::optional<AnyId>();
    }
    if (stored->size() != id.bytes.size()) {
        return Error{Fault::corrupt, "index value has a wrong length"};
    }
    std::copy(stored->begin(), stored->end(), id.bytes.begin());
    return std::optional<AnyId>(id);
}

/// Calls `use(entry)` for each entry whose key starts with `prefix`, in order, until it says false.
template <class Use>
void for_each_under(Transaction& rows, Table table, ByteView prefix, Use use) {
    std::optional<Entry> entry = rows.at_or_after(table, prefix);
    while (entry && starts_with(entry->key, prefix)) {
        const Bytes key(entry->key.begin(), entry->key.end());
        if (!use(*entry)) {
            return;
        }
        entry = rows.after(table, key);
    }
}

/// Rows whose key starts with `prefix`, in order; all, or the first so many.
template <class Row>
Result<std::vector<Row>> list_rows(Transaction& rows, Table table, ByteView prefix,
                                   std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    std::vector<Row> found;
    Result<void> state;
    for_each_under(rows, table, prefix, [&](const Entry& entry) {
        Result<Row> row = decode<Row>(entry.value);
        if (!row.ok()) {
            state = row.error();
            return false;
        }
        found.push_back(std::move(row).value());
        return found.size() < limit;
    });
    state = state.ok() ? failure_of(rows) : state;
    if (!state.ok()) {
        return state.error();
    }
    return found;
}

/// The last of the rows that are numbered (4 bytes) under an id.
inline std::optional<Entry> last_under(Transaction& rows, Table table, ByteView id) {
    const Key end = Key().raw(id).number(std::numeric_limits<std::uint32_t>::max());
    const std::optional<Entry> last = rows.before(table, end);
    return last && starts_with(last->key, id) ? last : std::nullopt;
}

/// Text that goes into a key: within its limit and without the zero byte that ends it.
inline bool key_text_fits(std::string_view text, std::size_t bytes_max) {
    return text.size() <= bytes_max && text.find('\0') == std::string_view::npos;
}

} // namespace songda::store
