#include "delivery/leg_watch.hpp"

#include "delivery/policy.hpp"

namespace songda::delivery {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t inquiry_ms = 30 * day_ms;
constexpr std::int64_t way_back_ms = 30 * day_ms;
constexpr std::int64_t unread_ms = 3 * day_ms; // delivery.md §9.1, portal

struct Meaning {
    LegStep step;
    std::string_view zh;
    std::string_view en;
};
constexpr std::array meanings = {
    Meaning{LegStep::enqueue, "排队发送", "queue it"},
    Meaning{LegStep::release, "放行，发送", "let it go"},
    Meaning{LegStep::cancel, "撤销，不再发送", "do not send it"},
    Meaning{LegStep::lease_lost, "收回派发，结果视为不明",
            "take it from its courier; the outcome is unknown"},
    Meaning{LegStep::due, "立即重试", "try it again now"},
    Meaning{LegStep::found_accepted, "经查渠道已受理", "the channel has it"},
    Meaning{LegStep::found_absent, "经查对方未收到，将再次发送",
            "it never came there; it is sent again"},
    Meaning{LegStep::late_report_reached, "经查已到达", "it has arrived after all"},
    Meaning{LegStep::give_up, "无法查明，放弃", "it cannot be found out"},
    Meaning{LegStep::moving, "仍在途", "it is on its way"},
    Meaning{LegStep::attempt_failed, "投递一次未成", "one attempt failed"},
    Meaning{LegStep::offered, "已可领取", "it may be collected"},
    Meaning{LegStep::reached, "已到达收件人", "it reached the addressee"},
    Meaning{LegStep::collect, "收件人已领取", "the addressee has collected it"},
    Meaning{LegStep::renotify, "已再次通知领取", "the addressee was told again"},
    Meaning{LegStep::withdraw, "撤回，不再供领取", "it is withdrawn"},
    Meaning{LegStep::refused, "收件人拒收", "the addressee refused it"},
    Meaning{LegStep::bounce, "被退信", "it bounced"},
    Meaning{LegStep::void_order, "渠道已取消", "the channel cancelled it"},
    Meaning{LegStep::returning, "正在退回", "it is coming back"},
    Meaning{LegStep::returned, "已退回并收到", "it is back"},
    Meaning{LegStep::lost, "遗失", "it is lost"},
    Meaning{LegStep::correction, "有异议，待核实", "it is contested"},
    Meaning{LegStep::upheld, "核实：确已到达", "found: it did arrive"},
    Meaning{LegStep::overturned, "核实：并未到达", "found: it did not arrive"},
    Meaning{LegStep::replay, "重新投递，沿用原幂等键", "send it once more under the same key"},
};

/// The next reminder, or the end.
TimeMs next_look(TimeMs end, TimeMs now) {
    const TimeMs begin = end + -pickup_ms;
    for (const int days : reminder_days) {
        if (now < begin + days * day_ms) {
            return begin + days * day_ms;
        }
    }
    return end;
}

const Meaning* find_meaning(LegStep step) {
    for (const Meaning& each : meanings) {
        if (each.step == step) {
            return &each;
        }
    }
    return nullptr;
}

} // namespace

std::string_view limit_words(LegLimit limit) {
    switch (limit) {
    case LegLimit::none: return "–";
    case LegLimit::at_once: return "at once";
    case LegLimit::deadline: return "the leg's deadline";
    case LegLimit::lease: return "the courier's lease";
    case LegLimit::unknown: return "portal 1 h, e-mail 24 h";
    case LegLimit::no_news: return "72 h without news";
    case LegLimit::inquiry: return "30 days of asking";
    case LegLimit::pickup: return "15 days to collect, a reminder on days 1, 7 and 13";
    case LegLimit::way_back: return "30 days on its way back";
    case LegLimit::unread:
        return "3 days unopened, where notices were chosen and a link opens it; once";
    case LegLimit::decision: return "a person decides; told again each day";
    }
    return "";
}

std::optional<TimeMs> due_in(LegState state, const store::LegRow& leg, TimeMs now) {
    const ChannelPolicy& policy = policy_of(static_cast<ChannelKind>(leg.channel));
    switch (watch_of(state).limit) {
    case LegLimit::none: return std::nullopt;
    case LegLimit::at_once:
    case LegLimit::deadline: return now;
    case LegLimit::lease: return leg.due;
    case LegLimit::unknown: return now + policy.unknown;
    case LegLimit::no_news:
        // Nobody answers what only tells: no news of it is no alarm.
        return leg.purpose == store::LegPurpose::service ? std::optional(now + policy.no_news)
                                                         : std::nullopt;
    case LegLimit::inquiry: return now + inquiry_ms;
    case LegLimit::pickup: return next_look(pickup_end(leg, now), now);
    case LegLimit::way_back: return now + way_back_ms;
    case LegLimit::unread:
        return leg.has_notices && leg.state != static_cast<std::uint8_t>(state) &&
                       facts_of(static_cast<ChannelKind>(leg.channel)).by_link
                   ? std::optional(now + unread_ms)
                   : std::nullopt;
    case LegLimit::decision: return now + day_ms;
    }
    return std::nullopt;
}

TimeMs pickup_end(const store::LegRow& leg, TimeMs now) {
    return leg_state(leg.state) == LegState::available ? leg.deadline : now + pickup_ms;
}

std::string_view step_meaning_zh(LegStep step) {
    const Meaning* const found = find_meaning(step);
    return found == nullptr ? std::string_view() : found->zh;
}

std::string_view step_meaning(LegStep step) {
    const Meaning* const found = find_meaning(step);
    return found == nullptr ? std::string_view() : found->en;
}

std::optional<LegStep> parse_step(std::string_view name) {
    for (std::size_t number = 0; number < leg_step_count; ++number) {
        const auto step = static_cast<LegStep>(number);
        if (step_name(step) == name) {
            return step;
        }
    }
    return std::nullopt;
}

} // namespace songda::delivery
