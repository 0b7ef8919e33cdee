#include "store/lmdb/leg_rows.hpp"

#include <algorithm>
#include <limits>

#include "store/codec.hpp"
#include "store/limits.hpp"
#include "store/lmdb/evidence_rows.hpp"
#include "store/lmdb/keys.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

std::uint32_t next_event(Transaction& rows, const LegId& leg) {
    const std::optional<Entry> last = last_under(rows, Table::leg_event, leg.view());
    return last ? static_cast<std::uint32_t>(read_number(last->key.last(4))) + 1 : 1;
}

void append_events(Transaction& rows, const LegId& leg, const std::vector<LegEvent>& events) {
    if (events.empty()) {
        return;
    }
    std::uint32_t sequence = next_event(rows, leg);
    for (const LegEvent& event : events) {
        rows.put(Table::leg_event, Key().raw(leg.view()).number(sequence++), encode(event));
    }
}

Result<void> check_events(const std::vector<LegEvent>& events) {
    for (const LegEvent& event : events) {
        Result<void> checked = check_row(event);
        if (!checked.ok()) {
            return checked;
        }
    }
    return {};
}

} // namespace

Result<void> check_leg_write(const LegWrite& write) {
    if (!key_text_fits(write.leg.department.text, department_bytes_max)) {
        return Error{Fault::invalid_input, "department code is too long"};
    }
    // The longest reason that a later update may bring has its own check.
    Result<void> checked = check_row(write.leg);
    if (checked.ok() && (write.leg.purpose == LegPurpose::service) == write.leg.tells.has_value()) {
        checked = Error{Fault::invalid_input, "a notice tells something, and nothing else does"};
    }
    return checked.ok() ? check_events(write.events) : checked;
}

Result<void> check_added_leg(Transaction& rows, const DocumentRow& document,
                             const LegWrite& write) {
    if (write.leg.document != document.id || write.leg.department != document.department) {
        return Error{Fault::invalid_input, "leg of another document"};
    }
    if (rows.get(Table::leg, write.leg.id.view())) {
        return Error{Fault::conflict, "leg id exists"};
    }
    return check_leg_write(write);
}

Result<void> check_leg_update(const LegUpdate& update) {
    Result<void> checked = check_events(update.events);
    if (checked.ok() && update.audit) {
        checked = check_row(*update.audit);
    }
    return checked;
}

Result<void> check_updated_row(const LegRow& before, const LegUpdate& update) {
    LegRow after = before;
    after.reason = update.reason;
    after.due = update.due;
    after.dead_since = TimeMs{}; // perhaps
    return check_row(after);
}

Result<std::vector<LegRow>> read_legs(Transaction& rows, const DocumentId& document) {
    std::vector<LegRow> legs;
    Result<void> state;
    for_each_under(rows, Table::document_leg, document.view(), [&](const Entry& entry) {
        auto stored = find_row<LegRow>(rows, Table::leg, entry.key.last(LegId{}.bytes.size()));
        if (!stored.ok() || !stored.value()) {
            state = Error{Fault::corrupt, "index names a leg that cannot be read"};
            return false;
        }
        legs.push_back(*std::move(stored).value());
        return true;
    });
    state = state.ok() ? failure_of(rows) : state;
    if (!state.ok()) {
        return state.error();
    }
    return legs;
}

void put_new_leg(Transaction& rows, const LegWrite& write) {
    const LegRow& leg = write.leg;
    rows.put(Table::leg, leg.id.view(), encode(leg));
    rows.put(Table::document_leg, Key().raw(leg.document.view()).raw(leg.id.view()), {});
    if (leg.due) {
        rows.put(Table::due, due_key(leg), {});
    }
    append_events(rows, leg.id, write.events);
}

Result<std::optional<InboxEntry>> find_inbox_entry(Batch& batch, const InboxId& inbox,
                                                   const DocumentId& document) {
    auto settled = find_row<InboxEntry>(batch.rows, Table::inbox,
                                        Key().raw(inbox.view()).raw(document.view()));
    if (!settled.ok() || settled.value()) {
        return settled;
    }
    if (batch.fresh != nullptr) {
        return batch.fresh->find(inbox, document);
    }
    const Result<FreshRows> fresh = read_fresh(batch.rows);
    if (!fresh.ok()) {
        return fresh.error();
    }
    return fresh.value().find(inbox, document);
}

Result<void> put_inbox_entry(Batch& batch, const LegRow& leg) {
    if (!lies_in_inbox(leg)) {
        return {};
    }
    const auto first = find_inbox_entry(batch, leg.inbox, leg.document);
    if (!first.ok()) {
        return first.error();
    }
    if (!first.value()) {
        batch.rows.put(Table::inbox, Key().raw(leg.inbox.view()).raw(leg.document.view()),
                       encode(InboxEntry{leg.inbox, leg.document, leg.created, std::nullopt}));
    }
    return {};
}

void replace_leg(Transaction& rows, const LegRow& before, const LegRow& after) {
    if (before.due != after.due) {
        if (before.due) {
            rows.erase(Table::due, due_key(before));
        }
        if (after.due) {
            rows.put(Table::due, due_key(after), {});
        }
    }
    if (before.dead_since != after.dead_since) {
        if (before.dead_since) {
            rows.erase(Table::dead_letter,
                       dead_letter_key(before.department, {*before.dead_since, before.id}));
        }
        if (after.dead_since) {
            rows.put(Table::dead_letter,
                     dead_letter_key(after.department, {*after.dead_since, after.id}), {});
        }
    }
    rows.put(Table::leg, after.id.view(), encode(after));
}

void apply_leg_update(Batch& batch, const LegRow& before, std::uint32_t fence,
                      const LegUpdate& update) {
    constexpr std::int64_t attempts_max = std::numeric_limits<std::uint16_t>::max();
    LegRow after = before;
    after.fence = fence;
    after.state = update.state;
    after.due = update.due;
    after.reason = update.reason;
    after.deadline = update.deadline.value_or(before.deadline);
    after.dead_since = dead_after(before, update, batch.gives_up);
    after.attempts = static_cast<std::uint16_t>(std::clamp<std::int64_t>(
        std::int64_t{before.attempts} + update.attempts_delta, 0, attempts_max));
    replace_leg(batch.rows, before, after);
    append_events(batch.rows, before.id, update.events);
    put_evidence(batch, after, update.events);
    if (update.audit) {
        batch.audit(*update.audit);
    }
}

} // namespace songda::store
