#include "delivery/settle_report.hpp"

#include <algorithm>
#include <initializer_list>

#include "base/check.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/leg_watch.hpp"

namespace songda::delivery {
namespace {

using Kind = ReportVerdict::Kind;
using enum LegState;
using Steps = std::initializer_list<LegStep>;

/// A leg that waits to be sent once more although it had arrived, or is refused, was sent.
bool waits(LegState state) {
    return state == queued || state == retry_wait;
}

bool is_out(LegState state) {
    return state == accepted || state == in_transit || state == attempted || state == lost_track;
}

class Walk {
public:
    Walk(const store::LegRow& leg, const LegReport& report, TimeMs now)
        : leg_(leg), report_(report), now_(now), state_(*leg_state(leg.state)) {}

    ReportVerdict take(Steps steps) {
        ReportVerdict verdict{Kind::applied, {}};
        for (const LegStep step : steps) {
            const auto after = state_after(state_, step);
            SONGDA_CHECK(after.has_value());
            state_ = *after;
            // As when a courier takes it: being leased is no event.
            if (step != LegStep::lease && step != LegStep::due) {
                verdict.update.events.push_back(
                    {std::string(step_name(step)), std::min(report_.happened, now_), now_,
                     static_cast<std::uint8_t>(state_), report_.detail, report_.trace});
            }
        }
        verdict.update.state = static_cast<std::uint8_t>(state_);
        verdict.update.reason = reason_name(report_.reason);
        verdict.update.due = due_in(state_, leg_, now_);
        return verdict;
    }
    ReportVerdict take_waiting(Steps steps) {
        if (state_ == retry_wait) {
            state_ = *state_after(retry_wait, LegStep::due);
        }
        state_ = *state_after(state_, LegStep::lease);
        return take(steps);
    }

private:
    const store::LegRow& leg_;
    const LegReport& report_;
    const TimeMs now_;
    LegState state_;
};

ReportVerdict nothing(Kind kind) {
    return {kind, {}};
}

ReportVerdict settle_reached(LegState state, Walk walk) {
    if (waits(state)) {
        return walk.take_waiting({LegStep::reached});
    }
    if (is_out(state) || state == available) {
        return walk.take({LegStep::reached});
    }
    if (state == unknown || state == failed) {
        return walk.take({LegStep::late_report_reached});
    }
    return nothing(state == reached || state == acknowledged ? Kind::repeated : Kind::impossible);
}

ReportVerdict settle_acknowledged(LegState state, Walk walk) {
    if (waits(state)) {
        return walk.take_waiting({LegStep::reached, LegStep::ack});
    }
    if (is_out(state) || state == reached) {
        return walk.take({LegStep::ack});
    }
    if (state == unknown || state == failed) {
        return walk.take({LegStep::late_report_reached, LegStep::ack});
    }
    return nothing(state == acknowledged ? Kind::repeated : Kind::impossible);
}

ReportVerdict settle_failed(LegState state, Walk walk) {
    if (waits(state)) {
        return walk.take_waiting({LegStep::perm_fail});
    }
    if (state == unknown) {
        return walk.take({LegStep::found_accepted, LegStep::bounce});
    }
    if (state == accepted) {
        return walk.take({LegStep::bounce});
    }
    if (is_out(state)) {
        return walk.take({LegStep::lost});
    }
    if (state == reached || state == acknowledged) {
        return nothing(Kind::outweighed);
    }
    return nothing(state == failed ? Kind::repeated : Kind::impossible);
}

ReportVerdict settle_moving(LegState state, Walk walk) {
    if (state == unknown) {
        return walk.take({LegStep::found_accepted, LegStep::moving});
    }
    if (is_out(state) && state != in_transit) {
        return walk.take({LegStep::moving});
    }
    return nothing(Kind::repeated);
}

} // namespace

ReportVerdict settle_report(const store::LegRow& leg, const LegReport& report, TimeMs now) {
    const auto state = leg_state(leg.state);
    SONGDA_CHECK(state.has_value()); // only numbers of the table are ever written
    if (*state == sending) {
        return nothing(Kind::later);
    }
    if (*state == failed && leg.reason == reason_name(Reason::overturned)) {
        return nothing(Kind::outweighed); // a person looked into what it says
    }
    const Walk walk(leg, report, now);
    switch (report.kind) {
    case ReportKind::moving: return settle_moving(*state, walk);
    case ReportKind::failed: return settle_failed(*state, walk);
    case ReportKind::reached: return settle_reached(*state, walk);
    case ReportKind::acknowledged: return settle_acknowledged(*state, walk);
    }
    return nothing(Kind::impossible);
}

} // namespace songda::delivery
