#include "delivery/mail_report.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/check.hpp"
#include "delivery/leg_watch.hpp"
#include "delivery/settle.hpp"
#include "delivery/tracking.hpp"

namespace songda::delivery {
namespace {

using Kind = MailReport::Kind;
using store::LegEvent;
using store::LegRow;
using store::LegUpdate;

struct Words {
    Kind kind;
    std::string_view name;
    std::string_view zh;
    std::string_view en;
};
constexpr std::array all_words = {
    Words{Kind::failed, "failed", "收到退信（不改变此投递的状态）",
          "a bounce came that does not change this leg"},
    Words{Kind::delayed, "delayed", "邮件延迟，对方邮件服务器仍在尝试",
          "the mail is delayed; the servers go on trying"},
    Words{Kind::delivered, "delivered", "邮件服务器称已投入收件人邮箱",
          "a mail server says that it is in the mailbox"},
    Words{Kind::passed_on, "passed_on", "邮件已转往下一服务器，此后不再有消息",
          "the mail was passed on to where no more is told"},
    Words{Kind::complaint, "complaint", "收件人将邮件标为垃圾邮件，请改用其他渠道",
          "the recipient called the mail spam; use another channel"},
    Words{Kind::unclear, "unclear", "有回信无法识别，请人工查看退信邮箱",
          "mail came back that cannot be read; look at the bounce mailbox"},
};

std::string detail_of(const MailReport& report, std::string_view first) {
    std::string detail(first);
    if (!report.trace.empty()) {
        detail += detail.empty() ? "" : ": ";
        detail += report.trace.substr(0, mail_trace_bytes_max);
    }
    return detail + " [mail " + report.source + ']';
}

bool was_settled(std::span<const LegEvent> events, const MailReport& report) {
    const std::string mark = "[mail " + report.source + ']';
    return std::any_of(events.begin(), events.end(),
                       [&](const LegEvent& each) { return each.detail.ends_with(mark); });
}

TimeMs happened_at(const LegRow& leg, const MailReport& report, TimeMs now) {
    const bool sane = report.happened && leg.created <= *report.happened && *report.happened <= now;
    return sane ? *report.happened : now;
}

/// Steps that the report means in this state; none: it only tells.
std::vector<LegStep> steps_of(LegState state, bool given_up, const MailReport& report) {
    if (report.kind == Kind::failed) {
        switch (state) {
        case LegState::unknown: return {LegStep::found_accepted, LegStep::bounce};
        case LegState::accepted:
        case LegState::reached: return {LegStep::bounce};
        case LegState::in_transit:
        case LegState::attempted:
        case LegState::lost_track: return {LegStep::lost};
        default: return {};
        }
    }
    if (report.kind == Kind::delivered && report.believed) {
        if (state == LegState::unknown || given_up) {
            return {LegStep::late_report_reached};
        }
        const bool open = state == LegState::accepted || state == LegState::in_transit ||
                          state == LegState::attempted || state == LegState::lost_track;
        return open ? std::vector{LegStep::reached} : std::vector<LegStep>{};
    }
    return {};
}

ReportSettlement moved(const LegRow& leg, const MailReport& report, LegState state,
                       const std::vector<LegStep>& steps, TimeMs now) {
    LegUpdate update;
    const TimeMs happened = happened_at(leg, report, now);
    update.reason = reason_name(report.reason);
    for (const LegStep step : steps) {
        const auto next = state_after(state, step);
        SONGDA_CHECK(next.has_value());
        state = *next;
        update.events.push_back({std::string(step_name(step)), happened, now,
                                 static_cast<std::uint8_t>(state), detail_of(report, update.reason),
                                 report.whole});
    }
    update.state = static_cast<std::uint8_t>(state);
    update.due = due_in(state, leg, now);
    return {ReportSettlement::Kind::moved, std::move(update)};
}

ReportSettlement noted(const LegRow& leg, const MailReport& report, bool given_up, TimeMs now) {
    LegUpdate update;
    update.state = leg.state;
    update.due = leg.due;
    // What nobody knew is known now, and no later report undoes it.
    update.reason = given_up && report.kind == Kind::failed
                        ? std::string(reason_name(report.reason))
                        : leg.reason;
    update.events = {{std::string(report_event), happened_at(leg, report, now), now, leg.state,
                      detail_of(report, report_name(report.kind)), report.whole}};
    return {ReportSettlement::Kind::noted, std::move(update)};
}

const Words* find_words(const LegEvent& event) {
    if (event.kind != report_event) {
        return nullptr;
    }
    const std::string_view name =
        std::string_view(event.detail).substr(0, event.detail.find_first_of(": "));
    const auto found = std::find_if(all_words.begin(), all_words.end(),
                                    [&](const Words& each) { return each.name == name; });
    return found == all_words.end() ? nullptr : &*found;
}

} // namespace

std::string_view report_name(Kind kind) {
    for (const Words& each : all_words) {
        if (each.kind == kind) {
            return each.name;
        }
    }
    return "";
}

ReportSettlement settle_mail_report(const LegRow& leg, std::span<const LegEvent> events,
                                    const MailReport& report, TimeMs now) {
    const auto state = leg_state(leg.state);
    SONGDA_CHECK(state.has_value());
    if (was_settled(events, report)) {
        return {};
    }
    if (*state == LegState::sending) {
        return {ReportSettlement::Kind::later, {}};
    }
    // Given up because nobody knew: the one failure that a late report may still change.
    const bool given_up =
        *state == LegState::failed && may_record(leg, LegStep::late_report_reached);
    const std::vector<LegStep> steps = steps_of(*state, given_up, report);
    if (!steps.empty()) {
        return moved(leg, report, *state, steps, now);
    }
    const auto notes = std::count_if(events.begin(), events.end(), [](const LegEvent& each) {
        return each.kind == report_event;
    });
    return static_cast<std::size_t>(notes) < report_notes_max ? noted(leg, report, given_up, now)
                                                              : ReportSettlement{};
}

bool is_step(const LegEvent& event) {
    return event.kind != status_event && event.kind != report_event &&
           event.kind != tracked_event_kind && event.kind != tracked_arrival_kind;
}

std::string_view note_words_zh(const LegEvent& event) {
    const Words* const found = find_words(event);
    return found == nullptr ? std::string_view() : found->zh;
}

std::string_view note_words(const LegEvent& event) {
    const Words* const found = find_words(event);
    return found == nullptr ? std::string_view() : found->en;
}

} // namespace songda::delivery
