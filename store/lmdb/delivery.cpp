#include <algorithm>

#include "store/limits.hpp"
#include "store/lmdb/evidence_rows.hpp"
#include "store/lmdb/leg_rows.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"
#include "store/lmdb/service_rows.hpp"
#include "store/lmdb/tracking_rows.hpp"

namespace songda::store {
namespace {

/// One department's due legs in order, read one at a time.
struct Turn {
    std::string department;
    Bytes last_key; // key before the next one to look at
};

Key own_keys(std::uint8_t channel, std::string_view department) {
    Key key;
    key.raw({&channel, 1}).text(department);
    return key;
}

Bytes after_department(std::uint8_t channel, std::string_view department) {
    Bytes key = own_keys(channel, department).bytes();
    key.back() = 1; // the text ends with 0, so this lies behind all of its keys
    return key;
}

/// Departments with anything in the channel's due index, starting behind `last_served`.
std::vector<Turn> departments_in_turn(Transaction& rows, std::uint8_t channel,
                                      std::string_view last_served) {
    std::vector<Turn> turns;
    std::optional<Entry> entry = rows.at_or_after(Table::due, {&channel, 1});
    while (entry && entry->key[0] == channel) {
        const std::string_view key = as_text(entry->key).substr(1);
        const std::string department(key.substr(0, key.find('\0')));
        turns.push_back({department, own_keys(channel, department).bytes()});
        entry = rows.at_or_after(Table::due, after_department(channel, department));
    }
    const auto first = std::find_if(turns.begin(), turns.end(), [&](const Turn& turn) {
        return turn.department > last_served;
    });
    std::rotate(turns.begin(), first, turns.end());
    return turns;
}

/// Ids of due legs, departments taking turns.
std::vector<LegId> choose_due(Transaction& rows, const ClaimRequest& request,
                              std::string& last_served) {
    std::vector<LegId> chosen;
    const std::size_t max = std::min(request.max, claim_max);
    if (max == 0) {
        return chosen;
    }
    std::vector<Turn> turns = departments_in_turn(rows, request.channel, last_served);
    while (!turns.empty() && chosen.size() < max) {
        for (auto turn = turns.begin(); turn != turns.end() && chosen.size() < max;) {
            const Key own = own_keys(request.channel, turn->department);
            const Key end = own_keys(request.channel, turn->department).time(request.now + 1);
            const std::optional<Entry> next = rows.after(Table::due, turn->last_key);
            if (!next || !starts_with(next->key, own) || as_text(next->key) >= as_text(end)) {
                turn = turns.erase(turn);
                continue;
            }
            turn->last_key.assign(next->key.begin(), next->key.end());
            const std::optional<LegId> id = last_id<LegId>(next->key);
            if (id) {
                chosen.push_back(*id);
                last_served = turn->department;
            }
            ++turn;
        }
    }
    return chosen;
}

ClaimedLeg claim(Transaction& rows, const LegRow& row, const ClaimRequest& request) {
    LegRow claimed = row;
    claimed.fence = row.fence + 1;
    claimed.due = request.now + request.lease_ms;
    claimed.state = request.on_claim[row.state];
    replace_leg(rows, row, claimed);
    return {row, claimed.fence};
}

/// For the service case, and by what was tracked while a courier had the leg.
Result<void> put_consequences(Batch& batch, const LmdbOptions& options, const LegRow& before,
                              const LegUpdate& update) {
    Result<void> followed = put_what_follows(batch, options.follow_leg, before, update);
    return followed.ok() ? settle_waiting_tracked(batch, options, before, update) : followed;
}

Result<bool> finish(Batch& batch, const LegFinish& request, const LmdbOptions& options) {
    const auto stored = find_row<LegRow>(batch.rows, Table::leg, request.leg.view());
    if (!stored.ok()) {
        return stored.error();
    }
    if (!stored.value() || request.fence == 0 || stored.value()->fence != request.fence) {
        return false;
    }
    apply_leg_update(batch, *stored.value(), request.fence + 1, request.update);
    const Result<void> followed = put_consequences(batch, options, *stored.value(), request.update);
    if (!followed.ok()) {
        return followed.error();
    }
    return true;
}

Result<std::vector<bool>> finish_all(Batch& batch, std::span<const LegFinish> finishes,
                                     const LmdbOptions& options) {
    std::vector<bool> answers;
    for (const LegFinish& each : finishes) {
        const Result<bool> answer = finish(batch, each, options);
        if (!answer.ok()) {
            return answer.error();
        }
        answers.push_back(answer.value());
    }
    return answers;
}

/// What is to be claimed, before anything of it is written: a leg that cannot be read is nobody
/// else's concern. If the commit fails only the order of turns has moved.
Result<std::vector<LegRow>> read_due(Transaction& rows, const ClaimRequest& request,
                                     std::string& last_served) {
    std::vector<LegRow> legs;
    for (const LegId& id : choose_due(rows, request, last_served)) {
        auto stored = find_row<LegRow>(rows, Table::leg, id.view());
        if (!stored.ok() || !stored.value()) {
            return Error{Fault::corrupt, "due index names a leg that cannot be read"};
        }
        legs.push_back(*std::move(stored).value());
    }
    return legs;
}

/// A leg that is not there is answered later.
Result<void> check_updated(Transaction& rows, const LegId& leg, const LegUpdate& update) {
    auto stored = find_row<LegRow>(rows, Table::leg, leg.view());
    if (!stored.ok()) {
        return stored.error();
    }
    return stored.value() ? check_updated_row(*stored.value(), update) : Result<void>();
}

} // namespace

Result<Turnover> LmdbStore::turn_over(std::span<const LegFinish> finishes,
                                      const ClaimRequest& request) {
    for (const LegFinish& each : finishes) {
        const Result<void> checked = check_leg_update(each.update);
        if (!checked.ok()) {
            return checked.error();
        }
    }
    Turnover answer;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        for (const LegFinish& each : finishes) {
            Result<void> checked = check_updated(batch.rows, each.leg, each.update);
            if (!checked.ok()) {
                return checked;
            }
        }
        auto finished = finish_all(batch, finishes, options_);
        if (!finished.ok()) {
            batch.refuse(finished.error());
            return finished.error();
        }
        const auto due = read_due(batch.rows, request, last_served_[request.channel]);
        if (!due.ok() && finishes.empty()) {
            return due.error();
        }
        answer.finished = std::move(finished).value();
        if (!due.ok()) {
            return {}; // what was sent is written down all the same; the next claim says it
        }
        for (const LegRow& leg : due.value()) {
            answer.claimed.push_back(claim(batch.rows, leg, request));
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return answer;
}

Result<bool> LmdbStore::append_leg_event(const LegId& leg, std::uint8_t expected_state,
                                         const LegUpdate& update) {
    const Result<void> checked = check_leg_update(update);
    if (!checked.ok()) {
        return checked.error();
    }
    bool applied = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        Result<void> fits = check_updated(batch.rows, leg, update);
        if (!fits.ok()) {
            return fits;
        }
        const auto stored = find_row<LegRow>(batch.rows, Table::leg, leg.view());
        if (!stored.ok()) {
            return stored.error();
        }
        if (stored.value() && stored.value()->state == expected_state) {
            const bool moves = update.state != expected_state;
            const std::uint32_t fence = stored.value()->fence + (moves ? 1U : 0U);
            apply_leg_update(batch, *stored.value(), fence, update);
            const Result<void> followed =
                put_consequences(batch, options_, *stored.value(), update);
            if (!followed.ok()) {
                batch.refuse(followed.error());
                return followed;
            }
            applied = true;
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return applied;
}

Result<void> LmdbStore::add_leg(const LegWrite& write) {
    Result<void> checked = check_leg_write(write);
    if (!checked.ok()) {
        return checked;
    }
    return committer_->run([&](Batch& batch) -> Result<void> {
        const auto document =
            find_row<DocumentRow>(batch.rows, Table::document, write.leg.document.view());
        if (!document.ok()) {
            return document.error();
        }
        if (!document.value() || document.value()->department != write.leg.department) {
            return Error{Fault::not_found, "leg of an unknown document"};
        }
        if (batch.rows.get(Table::leg, write.leg.id.view())) {
            return Error{Fault::conflict, "leg id exists"};
        }
        Result<void> lies_in_inbox = put_inbox_entry(batch, write.leg);
        if (lies_in_inbox.ok()) {
            put_new_leg(batch.rows, write);
            put_evidence(batch, write.leg, write.events);
        }
        return lies_in_inbox;
    });
}

Result<std::optional<LegRow>> LmdbStore::find_leg(const LegId& id) {
    Transaction rows = environment_.read();
    return find_row<LegRow>(rows, Table::leg, id.view());
}

Result<std::vector<LegRow>> LmdbStore::legs_of(const DocumentId& document) {
    Transaction rows = environment_.read();
    return read_legs(rows, document);
}

Result<std::vector<LegRow>> LmdbStore::dead_letters(const DepartmentCode& department,
                                                    std::optional<DeadLetter> after,
                                                    std::size_t limit) {
    Transaction rows = environment_.read();
    const Key own = Key().text(department.text);
    const std::size_t most = std::min(limit, list_rows_max);
    std::vector<LegRow> found;
    Bytes last = after ? dead_letter_key(department, *after).bytes() : own.bytes();
    std::optional<Entry> entry = rows.after(Table::dead_letter, last);
    while (entry && found.size() < most && starts_with(entry->key, own)) {
        last.assign(entry->key.begin(), entry->key.end());
        const auto id = last_id<LegId>(last);
        auto leg = id ? find_row<LegRow>(rows, Table::leg, id->view())
                      : Result<std::optional<LegRow>>(std::nullopt);
        if (!leg.ok() || !leg.value()) {
            return Error{Fault::corrupt, "a dead letter names a leg that cannot be read"};
        }
        found.push_back(*std::move(leg).value());
        entry = rows.after(Table::dead_letter, last);
    }
    const Result<void> readable = failure_of(rows);
    return readable.ok() ? Result(std::move(found)) : readable.error();
}

Result<std::vector<LegEvent>> LmdbStore::leg_events(const LegId& leg) {
    Transaction rows = environment_.read();
    return list_rows<LegEvent>(rows, Table::leg_event, leg.view());
}

} // namespace songda::store
