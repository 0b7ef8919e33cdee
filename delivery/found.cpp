#include "delivery/found.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "delivery/leg_watch.hpp"
#include "delivery/settle.hpp"
#include "delivery/settle_report.hpp"

namespace songda::delivery {
namespace {

using Kind = Found::Kind;

/// Clocks that count seconds cut off what is behind them.
constexpr std::int64_t second_ms = 1000;
constexpr std::size_t detail_max = 500;

bool leaves_open(LegStep step) {
    return step == LegStep::ambiguous || step == LegStep::lease_lost ||
           step == LegStep::idempotent_resend;
}

std::string detail_of(const Found& found, const Happened& happened) {
    std::string detail = "asked";
    detail += found.trace.empty() ? "" : ": " + found.trace;
    return (detail + doubt_of(happened, found.happened)).substr(0, detail_max);
}

/// As a report that came by itself.
store::LegUpdate as_reported(const store::LegRow& leg, const Found& found, TimeMs since,
                             TimeMs now) {
    const Happened happened = when_happened(found.happened, since, now);
    const bool reached = found.kind == Kind::reached;
    const ReportVerdict verdict =
        settle_report(leg,
                      {.kind = reached ? ReportKind::reached : ReportKind::failed,
                       .reason = found.reason,
                       .happened = happened.at,
                       .detail = detail_of(found, happened)},
                      now);
    SONGDA_CHECK(verdict.kind == ReportVerdict::Kind::applied); // the leg is UNKNOWN
    return verdict.update;
}

} // namespace

SentBetween sent_between(const store::LegRow& leg, std::span<const store::LegEvent> events,
                         std::int64_t attempt_ms, TimeMs now) {
    SentBetween sent{leg.created, now};
    TimeMs before = leg.created;
    bool open = false;
    for (const store::LegEvent& event : events) {
        const auto step = parse_step(event.kind);
        if (!step) {
            continue; // a note, or what became of the document
        }
        if (!leaves_open(*step)) {
            open = false;
        } else if (!std::exchange(open, true)) {
            const TimeMs earliest = event.learned + -attempt_ms;
            sent.since = *step == LegStep::ambiguous ? std::max(before, earliest) : before;
        }
        if (*step == LegStep::ambiguous || *step == LegStep::lease_lost) {
            sent.until = event.learned;
        }
        before = event.learned;
    }
    return open ? sent : SentBetween{leg.created, now};
}

Happened when_happened(std::optional<TimeMs> said, TimeMs since, TimeMs now) {
    if (!said) {
        return {now, false};
    }
    const bool fits = *said <= now && since < *said + second_ms;
    return fits ? Happened{std::max(*said, since), false} : Happened{now, true};
}

std::string doubt_of(const Happened& happened, std::optional<TimeMs> said) {
    return happened.doubted ? " clock-says " + to_rfc3339(*said) : std::string();
}

store::LegUpdate settle_found(const store::LegRow& leg, const Found& found, TimeMs since,
                              TimeMs now) {
    SONGDA_CHECK(found.kind != Kind::unsure);
    if (found.kind == Kind::reached || found.kind == Kind::failed) {
        return as_reported(leg, found, since, now);
    }
    const LegStep step =
        found.kind == Kind::taken ? LegStep::found_accepted : LegStep::found_absent;
    store::LegUpdate update = std::move(settle_by_operator(leg, step, now, now)).value();
    update.events.front().detail = detail_of(found, {now});
    return update;
}

void date_arrival(store::LegUpdate& update, const Outcome& outcome, TimeMs since, TimeMs now) {
    const Happened happened = when_happened(outcome.happened, since, now);
    store::LegEvent& event = update.events.back();
    event.happened = happened.at;
    event.detail = (event.detail + doubt_of(happened, outcome.happened)).substr(0, detail_max);
}

} // namespace songda::delivery
