#include <map>
#include <utility>

#include "store/detail/ticket_mint.hpp"
#include "store/limits.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/number_rows.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

Result<void> check_intent(const Intent& intent) {
    if (!key_text_fits(intent.department.text, department_bytes_max) ||
        !key_text_fits(intent.sequence, sequence_name_bytes_max)) {
        return Error{Fault::invalid_input, "a text is too long to be a key, or holds a zero byte"};
    }
    return check_row(IntentRecord{intent, std::nullopt});
}

/// Nothing: new. True: stored, open and equal. A conflict: anything else under this id.
Result<bool> is_known_intent(Transaction& rows, const Intent& intent) {
    const Result<std::optional<IntentRecord>> stored =
        find_row<IntentRecord>(rows, Table::intent, intent.id.view());
    if (!stored.ok()) {
        return stored.error();
    }
    if (!stored.value()) {
        return false;
    }
    const bool open = rows.get(Table::intent_open, intent.id.view()).has_value();
    if (!open || stored.value()->intent != intent) {
        return Error{Fault::conflict, "another intent with this id is on record"};
    }
    return true;
}

/// Two digests under one id would be two tickets and one record.
Result<void> check_ids(std::span<const Intent> intents) {
    std::map<DocumentId, const Intent*> first;
    for (const Intent& intent : intents) {
        const auto [entry, is_new] = first.try_emplace(intent.id, &intent);
        if (!is_new && *entry->second != intent) {
            return Error{Fault::conflict, "two intents of one call have the same id"};
        }
    }
    return {};
}

Result<void> write_intents(Transaction& rows, std::span<const Intent> intents) {
    std::vector<bool> known;
    for (const Intent& intent : intents) {
        const Result<bool> found = is_known_intent(rows, intent);
        if (!found.ok()) {
            return found.error();
        }
        known.push_back(found.value());
        const Result<void> allowed = check_numbers(rows, {&intent, found.value() ? 0U : 1U});
        if (!allowed.ok()) {
            return allowed;
        }
    }
    for (std::size_t at = 0; at < intents.size(); ++at) {
        if (!known[at]) {
            const Intent& intent = intents[at];
            rows.put(Table::intent, intent.id.view(), encode(IntentRecord{intent, std::nullopt}));
            rows.put(Table::intent_open, intent.id.view(), {});
            raise_counter(rows, intent);
        }
    }
    return {};
}

} // namespace

Result<std::vector<SigningTicket>> LmdbStore::put_intents(std::span<const Intent> intents) {
    Result<void> allowed = only_exclusive();
    allowed = allowed.ok() ? check_ids(intents) : allowed;
    for (std::size_t at = 0; allowed.ok() && at < intents.size(); ++at) {
        allowed = check_intent(intents[at]);
    }
    if (!allowed.ok()) {
        return allowed.error();
    }
    const Result<void> done =
        committer_->run([&](Batch& batch) { return write_intents(batch.rows, intents); });
    if (!done.ok()) {
        return done.error();
    }
    std::vector<SigningTicket> tickets;
    tickets.reserve(intents.size());
    for (const Intent& intent : intents) {
        tickets.push_back(TicketMint::mint(intent.id, intent.digest));
    }
    return tickets;
}

Result<std::size_t> LmdbStore::void_intents(std::span<const DocumentId> ids,
                                            std::string_view reason) {
    std::size_t closed = 0;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        std::vector<IntentRecord> open;
        for (const DocumentId& id : ids) {
            auto stored = find_row<IntentRecord>(batch.rows, Table::intent, id.view());
            if (!stored.ok()) {
                return stored.error();
            }
            if (!stored.value() || !batch.rows.get(Table::intent_open, id.view())) {
                continue;
            }
            stored.value()->voided = reason;
            const Result<void> fits = check_row(*stored.value());
            if (!fits.ok()) {
                return fits;
            }
            open.push_back(*std::move(stored).value());
        }
        for (const IntentRecord& record : open) {
            const ByteView id = record.intent.id.view();
            closed += batch.rows.get(Table::intent_open, id) ? 1U : 0U;
            batch.rows.put(Table::intent, id, encode(record));
            batch.rows.erase(Table::intent_open, id);
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return closed;
}

Result<std::vector<Intent>> LmdbStore::open_intents() {
    Transaction rows = environment_.read();
    std::vector<Intent> found;
    Result<void> state;
    for_each_under(rows, Table::intent_open, {}, [&](const Entry& entry) {
        auto stored = find_row<IntentRecord>(rows, Table::intent, entry.key);
        if (!stored.ok() || !stored.value()) {
            state = Error{Fault::corrupt, "open intent without its row"};
            return false;
        }
        found.push_back(std::move(stored.value()->intent));
        return true;
    });
    if (state.ok()) {
        state = failure_of(rows);
    }
    if (!state.ok()) {
        return state.error();
    }
    return found;
}

Result<std::optional<Intent>> LmdbStore::find_intent(const DocumentId& id) {
    Transaction rows = environment_.read();
    auto stored = find_row<IntentRecord>(rows, Table::intent, id.view());
    if (!stored.ok()) {
        return stored.error();
    }
    return stored.value() ? std::optional(stored.value()->intent) : std::nullopt;
}

} // namespace songda::store
