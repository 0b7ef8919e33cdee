// Legs, inboxes, grants and keys of the store in memory.
#include <algorithm>

#include "base/certificate.hpp"
#include "store/limits.hpp"
#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;

std::vector<ClaimedLeg> MemoryStore::claim(const ClaimRequest& request) {
    std::map<std::string, std::set<std::pair<TimeMs, LegId>>> waiting;
    for (const auto& [id, leg] : legs_) {
        if (leg.channel == request.channel && leg.due && *leg.due <= request.now) {
            waiting[leg.department.text].insert({*leg.due, id});
        }
    }
    std::vector<ClaimedLeg> claimed;
    while (!waiting.empty() && claimed.size() < std::min(request.max, claim_max)) {
        auto turn = waiting.upper_bound(last_served_[request.channel]);
        turn = turn == waiting.end() ? waiting.begin() : turn;
        LegRow& leg = legs_[turn->second.begin()->second];
        last_served_[request.channel] = turn->first;
        turn->second.erase(turn->second.begin());
        if (turn->second.empty()) {
            waiting.erase(turn);
        }
        claimed.push_back({leg, leg.fence + 1});
        ++leg.fence;
        leg.due = request.now + request.lease_ms;
        leg.state = request.on_claim[leg.state];
    }
    return claimed;
}

void MemoryStore::apply(LegRow& row, std::uint32_t fence, const LegUpdate& update) {
    row.fence = fence;
    row.dead_since = dead_after(row, update, gives_up_);
    row.state = update.state;
    row.due = update.due;
    row.reason = update.reason;
    row.deadline = update.deadline.value_or(row.deadline);
    row.attempts = static_cast<std::uint16_t>(
        std::clamp<std::int64_t>(std::int64_t{row.attempts} + update.attempts_delta, 0, 65'535));
    std::vector<LegEvent>& events = events_[row.id];
    events.insert(events.end(), update.events.begin(), update.events.end());
    testify_events(row, update.events);
    if (update.audit) {
        record(*update.audit);
    }
}

Result<Turnover> MemoryStore::turn_over(std::span<const LegFinish> finishes,
                                        const ClaimRequest& request) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    Turnover answer;
    for (const LegFinish& each : finishes) {
        const auto found = legs_.find(each.leg);
        const bool current =
            found != legs_.end() && each.fence != 0 && found->second.fence == each.fence;
        if (current) {
            const std::uint8_t before = found->second.state;
            apply(found->second, each.fence + 1, each.update);
            follow_moved(each.leg, each.update);
            settle_waiting_tracked(each.leg, before, each.update);
        }
        answer.finished.push_back(current);
    }
    answer.claimed = claim(request);
    return answer;
}

Result<bool> MemoryStore::append_leg_event(const LegId& leg, std::uint8_t expected_state,
                                           const LegUpdate& update) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const auto found = legs_.find(leg);
    if (found == legs_.end() || found->second.state != expected_state) {
        return false;
    }
    const bool moves = update.state != expected_state;
    apply(found->second, found->second.fence + (moves ? 1U : 0U), update);
    follow_moved(leg, update);
    settle_waiting_tracked(leg, expected_state, update);
    return true;
}

void MemoryStore::insert_leg(const LegWrite& write) {
    legs_[write.leg.id] = write.leg;
    events_[write.leg.id] = write.events;
    const LegRow& leg = write.leg;
    if (leg.purpose == LegPurpose::supervision) {
        return;
    }
    inbox_.try_emplace({leg.inbox, leg.document},
                       InboxEntry{leg.inbox, leg.document, leg.created, std::nullopt});
}

Result<void> MemoryStore::add_leg(const LegWrite& write) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const auto document = look_up(documents_, write.leg.document);
    if (!document || document->department != write.leg.department) {
        return Error{Fault::not_found, "no such document"};
    }
    if (legs_.contains(write.leg.id)) {
        return Error{Fault::conflict, "leg id exists"};
    }
    insert_leg(write);
    testify_events(write.leg, write.events);
    return {};
}

Result<std::optional<LegRow>> MemoryStore::find_leg(const LegId& id) {
    const Lock lock(mutex_);
    return look_up(legs_, id);
}

Result<std::vector<LegRow>> MemoryStore::legs_of(const DocumentId& document) {
    const Lock lock(mutex_);
    std::vector<LegRow> found;
    for (const auto& [id, leg] : legs_) {
        if (leg.document == document) {
            found.push_back(leg);
        }
    }
    return found;
}

Result<std::vector<LegEvent>> MemoryStore::leg_events(const LegId& leg) {
    const Lock lock(mutex_);
    return look_up(events_, leg).value_or(std::vector<LegEvent>{});
}

Result<std::vector<LegRow>> MemoryStore::dead_letters(const DepartmentCode& department,
                                                      std::optional<DeadLetter> after,
                                                      std::size_t limit) {
    const Lock lock(mutex_);
    std::map<DeadLetter, LegRow> dead;
    for (const auto& [id, leg] : legs_) {
        if (leg.department == department && leg.dead_since) {
            dead.emplace(DeadLetter{*leg.dead_since, id}, leg);
        }
    }
    std::vector<LegRow> found;
    for (auto at = after ? dead.upper_bound(*after) : dead.begin();
         at != dead.end() && found.size() < limit; ++at) {
        found.push_back(at->second);
    }
    return found;
}

Result<std::vector<InboxEntry>> MemoryStore::inbox(const InboxId& id) {
    const Lock lock(mutex_);
    std::vector<InboxEntry> found;
    for (const auto& [key, entry] : inbox_) {
        if (key.first == id) {
            found.push_back(entry);
        }
    }
    return found;
}

Result<bool> MemoryStore::mark_opened(const InboxId& inbox, const DocumentId& document, TimeMs at) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const auto found = inbox_.find({inbox, document});
    if (found == inbox_.end()) {
        return Error{Fault::not_found, "no such entry"};
    }
    const bool first = !found->second.opened;
    found->second.opened = found->second.opened.value_or(at);
    if (first) {
        testify_to(document, {nullptr, nullptr, nullptr, nullptr, &found->second});
    }
    return first;
}

Result<bool> MemoryStore::try_link(const LinkTry& attempt) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const auto leg = legs_.find(attempt.leg);
    if (leg == legs_.end()) {
        return false;
    }
    const LinkAccess link =
        look_up(links_, attempt.leg).value_or(LinkAccess{attempt.leg, 0, std::nullopt});
    const TimeMs end = link.expires ? *link.expires : leg->second.created + attempt.life_ms;
    const bool open = link.failures < attempt.failures_max && attempt.now < end;
    if (open && !attempt.right) {
        links_[attempt.leg] = {attempt.leg, static_cast<std::uint8_t>(link.failures + 1),
                               link.expires};
    }
    return open && attempt.right;
}

Result<void> MemoryStore::renew_link(const LegId& leg, TimeMs expires) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    if (!legs_.contains(leg)) {
        return Error{Fault::not_found, "no such leg"};
    }
    links_[leg] = {leg, 0, expires};
    return {};
}

Result<void> MemoryStore::put_api_key(const ApiKey& key, const AuditRow& audit) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    if (key.kid.empty()) {
        return Error{Fault::invalid_input, "kid is empty"};
    }
    if (!keys_.try_emplace(key.kid, key).second) {
        return Error{Fault::conflict, "kid exists"};
    }
    record(audit);
    return {};
}

Result<std::optional<ApiKey>> MemoryStore::find_api_key(std::string_view kid) {
    const Lock lock(mutex_);
    return look_up(keys_, std::string(kid));
}

Result<std::vector<ApiKey>> MemoryStore::list_api_keys() {
    const Lock lock(mutex_);
    std::vector<ApiKey> found;
    for (const auto& [kid, key] : keys_) {
        found.push_back(key);
    }
    return found;
}

Result<void> MemoryStore::revoke_api_key(std::string_view kid, TimeMs at, const AuditRow& audit) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const auto found = keys_.find(kid);
    if (found == keys_.end()) {
        return Error{Fault::not_found, "no such key"};
    }
    if (!found->second.revoked) {
        found->second.revoked = at;
        record(audit);
    }
    return {};
}

Result<bool> MemoryStore::step_qr_key(const std::optional<store::QrKeyRow>& before,
                                      const store::QrKeyRow& after, const AuditRow& audit) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    if (before && (before->department != after.department || before->spki != after.spki)) {
        return Error{Fault::invalid_input, "another key"};
    }
    const std::pair key(after.department.text, key_id_of(after.spki));
    if (look_up(qr_keys_, key) != before) {
        return false;
    }
    qr_keys_[key] = after;
    record(audit);
    return true;
}

Result<std::vector<store::QrKeyRow>> MemoryStore::qr_keys() {
    const Lock lock(mutex_);
    std::vector<store::QrKeyRow> found;
    for (const auto& [key, row] : qr_keys_) {
        found.push_back(row);
    }
    return found;
}

} // namespace songda::fakes
