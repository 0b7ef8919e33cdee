#include "delivery/settle.hpp"

#include <algorithm>
#include <initializer_list>

#include "base/check.hpp"
#include "delivery/dead_letter.hpp"
#include "delivery/leg_watch.hpp"
#include "delivery/policy.hpp"

namespace songda::delivery {
namespace {

using store::LegRow;
using store::LegUpdate;

/// Walks the table; a step that it does not allow is a defect of ours.
LegState walk(LegState state, std::initializer_list<LegStep> steps) {
    for (const LegStep step : steps) {
        const auto next = state_after(state, step);
        SONGDA_CHECK(next.has_value());
        state = *next;
    }
    return state;
}

LegState state_of(const LegRow& leg) {
    const auto state = leg_state(leg.state);
    SONGDA_CHECK(state.has_value()); // only numbers of the table are ever written
    return *state;
}

const ChannelPolicy& policy_of_leg(const LegRow& leg) {
    return policy_of(static_cast<ChannelKind>(leg.channel));
}

/// A waiting leg that was leased.
LegState sending(const LegRow& leg) {
    return state_of(leg) == LegState::retry_wait
               ? walk(LegState::retry_wait, {LegStep::due, LegStep::lease})
               : walk(state_of(leg), {LegStep::lease});
}

void record(LegUpdate& update, LegStep step, LegState after, TimeMs now, std::string detail = {}) {
    update.state = static_cast<std::uint8_t>(after);
    update.events.push_back(
        {std::string(step_name(step)), now, now, update.state, std::move(detail)});
}

std::string reason_and_trace(const Outcome& outcome) {
    std::string text(reason_name(outcome.reason));
    if (!outcome.trace.empty()) {
        text += text.empty() ? outcome.trace : ": " + outcome.trace;
    }
    return text;
}

/// Temporary failure: again later, or never if the deadline comes first.
void wait_or_give_up(LegUpdate& update, const LegRow& leg, TimeMs again, TimeMs now) {
    if (again <= leg.deadline) {
        update.due = again;
        return;
    }
    record(update, LegStep::exhausted, walk(LegState::retry_wait, {LegStep::exhausted}), now);
}

/// When it is looked at next where it has come to, and until when it may be collected there.
void wait_there(LegUpdate& update, const LegRow& leg, TimeMs now) {
    const LegState state = *leg_state(update.state);
    update.due = due_in(state, leg, now);
    if (state == LegState::available) {
        update.deadline = pickup_end(leg, now);
    }
}

LegUpdate one_step(const LegRow& leg, LegStep step, Reason reason, TimeMs now) {
    LegUpdate update;
    update.reason = reason_name(reason);
    record(update, step, walk(state_of(leg), {step}), now, update.reason);
    return update;
}

LegUpdate settle_lost_lease(const LegRow& leg, bool idempotent, TimeMs now) {
    LegUpdate update = one_step(leg, LegStep::lease_lost, Reason::lease_lost, now);
    update.attempts_delta = 1; // it may have been made
    if (idempotent) {
        record(update, LegStep::idempotent_resend,
               walk(LegState::unknown, {LegStep::idempotent_resend}), now);
        update.due = now;
    } else {
        update.due = due_in(LegState::unknown, leg, now);
    }
    return update;
}

/// Why a leg is where time alone brought it.
Reason reason_of_time(LegStep step) {
    switch (step) {
    case LegStep::give_up: return Reason::outcome_unknown;
    case LegStep::no_news:
    case LegStep::lost: return Reason::no_news;
    case LegStep::deadline: return Reason::deadline_passed;
    default: return Reason::none;
    }
}

/// Why a leg failed that an operator says has failed.
Reason reason_of_operator(LegStep step) {
    switch (step) {
    case LegStep::give_up: return Reason::outcome_unknown;
    case LegStep::bounce: return Reason::bounced;
    case LegStep::lost: return Reason::lost;
    case LegStep::overturned: return Reason::overturned;
    default: return Reason::none;
    }
}

/// The step of the table for a leg whose time is over.
LegUpdate settle_overdue(const LegRow& leg, LegStep step, TimeMs now) {
    LegUpdate update = one_step(leg, step, reason_of_time(step), now);
    wait_there(update, leg, now);
    return update;
}

/// How often a leg is looked at that waits for its document. Giving the document back releases it
/// at once; this finds one that a courier was just about to send.
constexpr std::int64_t held_look_ms = 10 * 60'000;
/// A revision releases them all at once, and there may be many: this finds what was added
/// meanwhile.
constexpr std::int64_t level_look_ms = 60 * 60'000;
constexpr std::string_view level_reason_begin = "awaits_B-";

std::string level_reason(SignatureLevel awaited) {
    return "awaits_" + std::string(level_name(awaited));
}

bool may_hold_again(store::DocumentStatus status) {
    return store::may_follow(status, store::DocumentStatus::valid);
}

LegUpdate hold(const LegRow& leg, std::string_view why, TimeMs now,
               std::int64_t look_ms = held_look_ms) {
    LegUpdate update;
    update.reason = why;
    update.due = now + look_ms;
    if (state_of(leg) == LegState::held) {
        update.state = leg.state;
    } else {
        record(update, LegStep::hold, walk(state_of(leg), {LegStep::hold}), now, update.reason);
    }
    return update;
}

/// Its time to be delivered begins anew.
LegUpdate release(const LegRow& leg, TimeMs now) {
    LegUpdate update;
    record(update, LegStep::release, walk(state_of(leg), {LegStep::release}), now);
    update.due = now;
    update.deadline = now + policy_of_leg(leg).give_up;
    return update;
}

LegUpdate stop(const LegRow& leg, std::string_view why, TimeMs now) {
    const LegStep step = state_of(leg) == LegState::available ? LegStep::withdraw : LegStep::cancel;
    LegUpdate update;
    update.reason = why;
    record(update, step, walk(state_of(leg), {step}), now, update.reason);
    return update;
}

/// Not tried, for a limit of our own: the wait is not the leg's fault, so its time begins anew.
LegUpdate settle_put_off(const LegRow& leg, Reason why, TimeMs again) {
    LegUpdate update = settle_untried(leg, why, again);
    update.reason = reason_name(why);
    update.deadline = std::max(leg.deadline, again + policy_of_leg(leg).give_up);
    return update;
}

/// The leg goes on as it was.
LegUpdate mark(const LegRow& leg, std::string_view why, TimeMs now) {
    LegUpdate update = stay(leg);
    update.events = {{std::string(status_event), now, now, leg.state, std::string(why)}};
    return update;
}

} // namespace

const std::array<std::uint8_t, 256>& states_on_claim() {
    static const auto states = [] {
        std::array<std::uint8_t, 256> map{};
        for (std::size_t i = 0; i < map.size(); ++i) {
            map[i] = static_cast<std::uint8_t>(i);
        }
        const auto set = [&map](LegState before, LegState held) {
            map[static_cast<std::size_t>(before)] = static_cast<std::uint8_t>(held);
        };
        set(LegState::queued, walk(LegState::queued, {LegStep::lease}));
        set(LegState::retry_wait, walk(LegState::retry_wait, {LegStep::due, LegStep::lease}));
        return map;
    }();
    return states;
}

LegUpdate stay(const LegRow& leg) {
    LegUpdate update;
    update.state = leg.state;
    update.due = leg.due;
    update.reason = leg.reason;
    return update;
}

std::optional<LegUpdate> settle_by_time(const LegRow& leg, bool idempotent, Moment moment) {
    const LegState state = state_of(leg);
    const LegWatch& watch = watch_of(state);
    if (state == LegState::sending) {
        return settle_lost_lease(leg, idempotent, moment.now);
    }
    if (awaits_of(leg) != Awaits::nothing) {
        return std::nullopt; // how its document stands decides
    }
    const bool waits = state == LegState::queued || state == LegState::retry_wait;
    if (waits && moment.now <= leg.deadline) {
        return std::nullopt;
    }
    if (state == LegState::available && moment.now < leg.deadline) {
        return settle_overdue(leg, LegStep::renotify, moment.now);
    }
    if (watch.overdue) {
        return settle_overdue(leg, *watch.overdue, moment.now);
    }
    // A person decides, and is told again; or there is nothing to wait for in this state, and the
    // entry that made it due is dropped.
    LegUpdate update = stay(leg);
    update.due = due_in(state, leg, moment.now);
    return update;
}

LegUpdate settle_outcome(const LegRow& leg, const Outcome& outcome, Moment moment) {
    using Kind = Outcome::Kind;
    if (outcome.kind == Kind::not_now) {
        return settle_put_off(leg, outcome.reason, moment.now + outcome.retry_after_ms);
    }
    const LegState from = sending(leg);
    const ChannelPolicy& policy = policy_of_leg(leg);
    LegUpdate update;
    update.reason = reason_name(outcome.reason);
    update.attempts_delta = outcome.kind == Kind::configuration ? 0 : 1;
    const auto step = [&](LegStep which) {
        record(update, which, walk(from, {which}), moment.now, reason_and_trace(outcome));
    };
    switch (outcome.kind) {
    case Kind::accepted:
        step(facts_of(static_cast<ChannelKind>(leg.channel)).taken);
        wait_there(update, leg, moment.now);
        return update;
    case Kind::reached:
        step(LegStep::reached);
        wait_there(update, leg, moment.now);
        return update;
    case Kind::permanent: step(LegStep::perm_fail); return update;
    case Kind::ambiguous:
        step(LegStep::ambiguous);
        update.due = due_in(LegState::unknown, leg, moment.now);
        return update;
    case Kind::temporary:
    case Kind::configuration: {
        step(LegStep::temp_fail);
        if (policy.tries > 0 && leg.attempts + update.attempts_delta >= policy.tries) {
            record(update, LegStep::exhausted, walk(LegState::retry_wait, {LegStep::exhausted}),
                   moment.now);
            return update;
        }
        const std::int64_t wait =
            std::max(retry_delay(policy, leg.attempts, moment.jitter), outcome.retry_after_ms);
        wait_or_give_up(update, leg, moment.now + wait, moment.now);
        return update;
    }
    case Kind::not_now: break; // put off above
    }
    return update;
}

LegUpdate settle_untried(const LegRow& leg, Reason why, TimeMs again) {
    LegUpdate update;
    update.state = static_cast<std::uint8_t>(walk(sending(leg), {LegStep::temp_fail}));
    update.reason = leg.reason.empty() ? reason_name(why) : leg.reason;
    update.due = again;
    return update;
}

Fate fate_of(LegState state, bool by_status, store::DocumentStatus holds) {
    const bool good = holds == store::DocumentStatus::valid;
    switch (state) {
    case LegState::created:
    case LegState::queued:
    case LegState::retry_wait:
        return good ? Fate::stays : may_hold_again(holds) ? Fate::held : Fate::stopped;
    case LegState::held:
        if (good) {
            return by_status ? Fate::released : Fate::stays;
        }
        return may_hold_again(holds) ? (by_status ? Fate::held : Fate::stays) : Fate::stopped;
    case LegState::available: return good || may_hold_again(holds) ? Fate::marked : Fate::stopped;
    case LegState::sending:
    case LegState::unknown:
    case LegState::accepted:
    case LegState::in_transit:
    case LegState::attempted:
    case LegState::lost_track:
    case LegState::reached:
    case LegState::acknowledged:
    case LegState::returning:
    case LegState::disputed: return Fate::marked;
    case LegState::refused:
    case LegState::expired:
    case LegState::returned:
    case LegState::failed:
    case LegState::cancelled: return Fate::stays;
    }
    return Fate::stays;
}

std::optional<LegUpdate> settle_status(const LegRow& leg, store::DocumentStatus holds, TimeMs now) {
    const std::string_view name = store::status_name(holds);
    // A leg whose outcome was given up on may be with the recipient.
    const LegState state = may_have_arrived(leg) ? LegState::unknown : state_of(leg);
    switch (fate_of(state, awaits_of(leg) == Awaits::status, holds)) {
    case Fate::stays: return std::nullopt;
    case Fate::stopped: return stop(leg, name, now);
    case Fate::held: return hold(leg, name, now);
    case Fate::released: return release(leg, now);
    case Fate::marked: return mark(leg, name, now);
    }
    return std::nullopt;
}

Awaits awaits_of(const LegRow& leg) {
    if (state_of(leg) != LegState::held) {
        return Awaits::nothing;
    }
    if (leg.reason == turn_reason) {
        return Awaits::turn;
    }
    if (leg.reason.starts_with(level_reason_begin)) {
        return Awaits::level;
    }
    const bool by_status = std::any_of(
        store::document_statuses.begin(), store::document_statuses.end(),
        [&](store::DocumentStatus each) { return leg.reason == store::status_name(each); });
    return by_status ? Awaits::status : Awaits::nothing;
}

std::optional<LegUpdate> settle_standing(const LegRow& leg, const Standing& standing, TimeMs now) {
    const bool good = standing.holds == store::DocumentStatus::valid;
    if (!good && !may_hold_again(standing.holds)) {
        return stop(leg, store::status_name(standing.holds), now);
    }
    if (standing.awaited) {
        return hold(leg, level_reason(*standing.awaited), now, level_look_ms);
    }
    if (!good) {
        return hold(leg, store::status_name(standing.holds), now);
    }
    return state_of(leg) == LegState::held ? std::optional(release(leg, now)) : std::nullopt;
}

LegUpdate settle_unread(const LegRow& leg, TimeMs now) {
    LegUpdate update = stay(leg);
    update.due = now + held_look_ms;
    return update;
}

LegUpdate settle_untold(const LegRow& leg, TimeMs now) {
    LegUpdate update = stay(leg);
    wait_there(update, leg, now);
    return update;
}

void hold_for_level(LegRow& leg, SignatureLevel awaited, TimeMs now) {
    leg.state = static_cast<std::uint8_t>(walk(LegState::created, {LegStep::hold}));
    leg.reason = level_reason(awaited);
    leg.due = now + level_look_ms;
}

LegUpdate settle_turn(const LegRow& leg, TimeMs now) {
    return release(leg, now);
}

LegUpdate settle_not_needed(const LegRow& leg, TimeMs now) {
    return stop(leg, reason_name(Reason::served_already), now);
}

void hold_as_fallback(LegRow& leg, TimeMs turn) {
    leg.state = static_cast<std::uint8_t>(walk(LegState::created, {LegStep::hold}));
    leg.reason = turn_reason;
    leg.due = turn;
}

std::optional<LegUpdate> settle_offered(const LegRow& leg, TimeMs now) {
    LegUpdate update;
    LegState state = state_of(leg);
    const auto take = [&](LegStep step) {
        state = walk(state, {step});
        record(update, step, state, now);
    };
    switch (state) {
    case LegState::held: take(LegStep::release); break;
    case LegState::created: take(LegStep::enqueue); break;
    case LegState::retry_wait: state = walk(state, {LegStep::due}); break;
    case LegState::queued: break;
    case LegState::available: return settle_untold(leg, now);
    default: return std::nullopt;
    }
    state = walk(state, {LegStep::lease}); // being leased is no event
    take(LegStep::offered);
    wait_there(update, leg, now);
    return update;
}

std::optional<LegUpdate> settle_collected(const LegRow& leg, std::string_view detail, TimeMs now) {
    auto update = settle_offered(leg, now);
    if (update) {
        record(*update, LegStep::collect, walk(LegState::available, {LegStep::collect}), now,
               std::string(detail));
        update->due.reset();
        update->reason.clear();
    }
    return update;
}

std::optional<LegUpdate> settle_opened(const LegRow& leg, TimeMs now) {
    const LegState state = state_of(leg);
    if (!facts_of(static_cast<ChannelKind>(leg.channel)).by_link) { // paper that is out has not
        return std::nullopt;
    }
    LegUpdate update;
    if (state == LegState::unknown || may_have_arrived(leg)) {
        record(update, LegStep::late_report_reached, walk(state, {LegStep::late_report_reached}),
               now);
        record(update, LegStep::ack, walk(LegState::reached, {LegStep::ack}), now);
        return update;
    }
    const auto after = state_after(state, LegStep::ack);
    if (!after) {
        return std::nullopt;
    }
    record(update, LegStep::ack, *after, now);
    return update;
}

bool may_record(const LegRow& leg, LegStep step) {
    const LegState from = state_of(leg);
    const Awaits awaits = awaits_of(leg);
    const bool waits_for_document = awaits == Awaits::status || awaits == Awaits::level;
    if (step == LegStep::replay) {
        return watch_of(from).by_operator.has(step) && may_replay(leg);
    }
    return watch_of(from).by_operator.has(step) &&
           (from != LegState::failed || may_have_arrived(leg)) &&
           !(waits_for_document && step == LegStep::release);
}

Result<LegUpdate> settle_by_operator(const LegRow& leg, LegStep step, TimeMs happened, TimeMs now) {
    const LegState from = state_of(leg);
    if (!may_record(leg, step)) {
        return Error{Fault::conflict, std::string(step_name(step)) + " is not for a leg that is " +
                                          std::string(state_name(from)) +
                                          (leg.reason.empty() ? "" : " (" + leg.reason + ')')};
    }
    if (now < happened) {
        return Error{Fault::invalid_input, "it cannot have happened in the future"};
    }
    LegUpdate update;
    const LegState after = walk(from, {step});
    update.state = static_cast<std::uint8_t>(after);
    update.reason = reason_name(reason_of_operator(step));
    update.events = {
        {std::string(step_name(step)), happened, now, update.state, std::string(operator_detail)}};
    wait_there(update, leg, now);
    if (after == LegState::queued || after == LegState::retry_wait) {
        // Its time to be delivered begins anew.
        update.deadline = now + policy_of_leg(leg).give_up;
    }
    if (step == LegStep::replay) {
        update.attempts_delta = -std::int32_t{leg.attempts}; // and so do the waits in between
    }
    return update;
}

} // namespace songda::delivery
