#include "tests/simulation/outside.hpp"

#include <array>

#include "tests/simulation/mortal_store.hpp"

namespace songda::simulation {
namespace {

using delivery::ChannelKind;
using delivery::Found;
using delivery::LegState;
using delivery::MailReport;
using delivery::Outcome;
using delivery::Reason;
using delivery::ReportKind;
using Kind = Outcome::Kind;

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t hour_ms = 60 * minute_ms;
constexpr std::int64_t day_ms = 24 * hour_ms;

/// What this other side does with an attempt.
enum class Whim { takes, takes_late, takes_silently, takes_and_death, lost_before, death, refuses };

constexpr std::array whims = {Whim::takes,           Whim::takes,       Whim::takes,
                              Whim::takes,           Whim::takes_late,  Whim::takes_silently,
                              Whim::takes_and_death, Whim::lost_before, Whim::death,
                              Whim::refuses,         Whim::refuses,     Whim::refuses};

} // namespace

void Outside::look_at(const delivery::Dispatch& dispatch) {
    Truth& truth = world_.truth;
    LegTruth& leg = truth.leg(dispatch.leg.id);
    const std::string name = to_text(dispatch.leg.id);
    if (!idempotent_ && (leg.taken > 0 || leg.in_doubt)) {
        truth.fault("leg " + name + " is sent again although it may have been taken");
    }
    const DocumentTruth* const document = truth.document(dispatch.leg.document);
    if (document == nullptr || dispatch.leg.purpose != store::LegPurpose::service) {
        return;
    }
    if (document->status != store::DocumentStatus::valid) {
        truth.fault("leg " + name + " carries a document that does not hold");
    }
    if (document->valid_until && *document->valid_until < china_date(world_.clock.now()) &&
        china_date(document->issued) <= *document->valid_until) {
        truth.fault("leg " + name + " carries an expired document");
    }
    if (document->level < document->wanted) {
        truth.fault("leg " + name + " carries a file that has not its level");
    }
}

Outcome Outside::send(const delivery::Dispatch& dispatch) {
    const LegId id = dispatch.leg.id;
    look_at(dispatch);
    ++world_.truth.counts["sends"];
    const Whim whim = world_.peace ? Whim::takes : whims[below(whims.size())];
    if (away_ && !world_.peace) {
        return {Kind::temporary, below(2) == 0 ? Reason::provider_down : Reason::network, {}, 0};
    }
    LegTruth& leg = world_.truth.leg(id);
    leg.in_doubt = true; // until an answer is given
    switch (whim) {
    case Whim::takes:
    case Whim::takes_late: {
        const Outcome outcome = take(dispatch);
        const TimeMs from = world_.clock.now();
        if (whim == Whim::takes_late) {
            ++world_.truth.counts["late answers"];
            // A machine that stood still: the lease may be over when the answer comes.
            world_.clock.advance(static_cast<std::int64_t>(below(5 * minute_ms)));
            world_.meanwhile();
        }
        leg.in_doubt = false;
        if (delivery::facts_of(kind_).taken == delivery::LegStep::reached) {
            leg.facts.push_back({LegState::reached, from, world_.clock.now()});
        }
        return outcome;
    }
    case Whim::takes_silently:
        static_cast<void>(take(dispatch));
        leg.answer_lost = true;
        ++world_.truth.counts["lost answers"];
        return idempotent_ ? Outcome{Kind::temporary, Reason::timeout, {}, 0}
                           : Outcome{Kind::ambiguous, Reason::outcome_unknown, {}, 0};
    case Whim::takes_and_death:
        static_cast<void>(take(dispatch));
        leg.answer_lost = true;
        throw Death{};
    case Whim::lost_before:
        return idempotent_ ? Outcome{Kind::temporary, Reason::timeout, {}, 0}
                           : Outcome{Kind::ambiguous, Reason::outcome_unknown, {}, 0};
    case Whim::death: throw Death{};
    case Whim::refuses: break;
    }
    leg.in_doubt = false;
    return refuse();
}

Found Outside::find(const store::LegRow& row, delivery::SentBetween /*sent*/) {
    const TimeMs now = world_.clock.now();
    LegTruth& leg = world_.truth.leg(row.id);
    if (away_ || below(3) == 0) {
        return {};
    }
    if (leg.taken == 0) {
        leg.in_doubt = false; // it was looked for, and is not there
        ++world_.truth.counts["found absent"];
        return {.kind = Found::Kind::absent};
    }
    if (!leg.arrived || leg.came_back || now < *leg.arrived) {
        ++world_.truth.counts["found taken"];
        return {.kind = Found::Kind::taken};
    }
    const bool clock_is_wrong = below(4) == 0;
    const TimeMs happened = clock_is_wrong ? now : *leg.arrived;
    leg.facts.push_back({LegState::reached, happened, happened});
    ++world_.truth.counts[clock_is_wrong ? "found at a wrong time" : "found arrived"];
    return {.kind = Found::Kind::reached,
            .happened = clock_is_wrong ? TimeMs{below(2) == 0 ? 0 : now.value + day_ms} : happened};
}

Outcome Outside::take(const delivery::Dispatch& dispatch) {
    LegTruth& leg = world_.truth.leg(dispatch.leg.id);
    const bool known = idempotent_ && leg.taken > 0;
    if (!known) {
        ++leg.taken;
        plan_what_follows(dispatch.leg.id);
    }
    return {Kind::accepted, Reason::none, "taken", 0};
}

Outcome Outside::refuse() {
    constexpr std::int64_t asked_ms = 17 * minute_ms;
    switch (below(8)) {
    case 0: return {Kind::permanent, Reason::address_invalid, "550", 0};
    case 1: return {Kind::permanent, Reason::policy_rejected, "554", 0};
    case 2: return {Kind::configuration, Reason::config_auth, "535", 0};
    case 3: return {Kind::temporary, Reason::rate_limited, "429", asked_ms};
    case 4: return {Kind::temporary, Reason::mailbox_full, "452", 0};
    case 5: return {Kind::not_now, Reason::quiet_hours, {}, 9 * hour_ms};
    default: return {Kind::temporary, Reason::provider_down, "451", 0};
    }
}

void Outside::plan_what_follows(const LegId& leg) {
    switch (kind_) {
    case ChannelKind::portal: world_.truth.leg(leg).arrived = world_.clock.now(); break;
    case ChannelKind::email: plan_mail(leg); break;
    case ChannelKind::sms: plan_reports(leg); break;
    case ChannelKind::post: plan_letter(leg); break;
    default: break; // what becomes of it is seen by people
    }
}

/// Now and then it is said more than once, before the answer to its sending is known, and by liars.
void Outside::tell(Tell tell) {
    tell.number = ++world_.truth.numbers;
    const std::uint64_t times = 1 + (below(4) == 0 ? 1 + below(2) : 0);
    for (std::uint64_t i = 0; i < times; ++i) {
        world_.truth.tells.push_back(tell);
        tell.at = tell.at + static_cast<std::int64_t>(below(40 * hour_ms));
    }
    if (tell.mail && below(8) == 0) {
        tell.forged = true;
        tell.number = ++world_.truth.numbers;
        world_.truth.tells.push_back(tell);
    }
}

void Outside::plan_mail(const LegId& id) {
    using Report = MailReport::Kind;
    LegTruth& leg = world_.truth.leg(id);
    const TimeMs now = world_.clock.now();
    const auto at = [&](TimeMs from) {
        return below(4) == 0 ? from : from + static_cast<std::int64_t>(below(50 * hour_ms));
    };
    const auto say = [&](Report kind, TimeMs when, std::optional<TimeMs> happened) {
        Tell one{at(when), id, 0, false, MailReport{}, {}};
        one.mail->kind = kind;
        one.mail->reason = kind == Report::failed ? Reason::mailbox_full : Reason::none;
        one.mail->trace = "5.2.2";
        one.mail->happened = happened;
        tell(std::move(one));
    };
    const TimeMs arrives = now + static_cast<std::int64_t>(below(5 * hour_ms));
    const std::uint64_t fate = below(100);
    if (fate < 16) {
        leg.came_back = true;
        say(Report::failed, now, now);
        return;
    }
    if (fate < 22) {
        return; // into a hole
    }
    leg.arrived = arrives;
    if (fate < 52) {
        return; // and nobody says so
    }
    if (fate < 60) {
        say(Report::delayed, now, now);
        say(Report::passed_on, now, std::nullopt);
    }
    if (fate < 64) {
        say(Report::complaint, arrives, arrives);
        say(Report::unclear, now, std::nullopt);
    }
    const bool dated = below(5) != 0;
    say(Report::delivered, arrives, dated ? std::optional(arrives) : std::nullopt);
    if (fate < 72) { // in the mailbox, the server said, and then it was not
        leg.came_back = true;
        say(Report::failed, arrives, arrives + hour_ms);
    }
}

void Outside::plan_reports(const LegId& id) {
    constexpr std::array kinds = {ReportKind::moving, ReportKind::failed, ReportKind::reached,
                                  ReportKind::acknowledged};
    for (const ReportKind kind : kinds) {
        if (below(2) == 0) {
            continue;
        }
        const TimeMs at = world_.clock.now() + static_cast<std::int64_t>(below(30 * hour_ms));
        Tell one{at, id, 0, false, {}, delivery::LegReport{}};
        one.report->kind = kind;
        one.report->reason = kind == ReportKind::failed ? Reason::address_invalid : Reason::none;
        // The provider's clock runs ahead or behind.
        one.report->happened = at + (static_cast<std::int64_t>(below(2 * hour_ms)) - hour_ms);
        tell(std::move(one));
    }
}

/// A carrier's scans: late, twice, out of order, some that contradict others, take others back or
/// that nobody understands.
void Outside::plan_letter(const LegId& id) {
    using enum LegState;
    static const std::array<std::vector<LegState>, 9> ways = {{
        {accepted, in_transit, reached},
        {accepted, in_transit, attempted, in_transit, reached, acknowledged},
        {in_transit, acknowledged},
        {accepted, in_transit, refused, returning, returned},
        {in_transit, available, expired, returning, returned},
        {in_transit, failed},
        {in_transit, reached, returned}, // and nobody knows
        {in_transit, reached, failed},   // the last takes the one before back
        {accepted, created},             // which nobody understands
    }};
    constexpr std::size_t taking_back = 7;
    const std::size_t way = below(ways.size());
    TimeMs at = world_.clock.now();
    std::string before;
    for (const LegState state : ways[way]) {
        at = at + static_cast<std::int64_t>(1 + below(20 * hour_ms));
        store::TrackedEvent event;
        event.source = "carrier";
        event.id = to_text(id) + '-' + std::to_string(world_.truth.numbers + 1);
        event.code = state_name(state);
        event.occurred = at;
        event.state = state == created ? std::uint8_t{0} : static_cast<std::uint8_t>(state);
        event.reason = state == failed ? "lost" : "";
        if (way == taking_back && state == failed) {
            event.voids = {before};
        }
        before = event.id;
        Tell one{at, id};
        one.tracked = std::move(event);
        if (below(3) == 0) {
            one.at = at + static_cast<std::int64_t>(below(70 * hour_ms));
        } else if (below(8) == 0) { // its clock runs ahead
            one.at = at + -static_cast<std::int64_t>(below(hour_ms));
        }
        tell(std::move(one));
    }
}

} // namespace songda::simulation
