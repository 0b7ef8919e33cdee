#include "delivery/leg_state.hpp"

namespace songda::delivery {
namespace {

struct StateWords {
    std::string_view name;
    std::string_view zh;
};

constexpr std::array<StateWords, leg_state_count> state_words = {{
    {"created", "已建立"},      {"held", "等待条件"},       {"queued", "排队"},
    {"sending", "派发中"},      {"retry_wait", "待重试"},   {"unknown", "结果不明"},
    {"accepted", "渠道已受理"}, {"in_transit", "在途"},     {"attempted", "投递未成"},
    {"available", "可领取"},    {"lost_track", "轨迹中断"}, {"reached", "已到达"},
    {"acknowledged", "已签收"}, {"refused", "拒收"},        {"expired", "逾期"},
    {"returning", "退回中"},    {"returned", "已退回"},     {"failed", "失败"},
    {"cancelled", "撤销"},      {"disputed", "有争议"},
}};

constexpr std::array<std::string_view, leg_step_count> step_words = {
    "hold",
    "enqueue",
    "release",
    "cancel",
    "deadline",
    "lease",
    "accepted",
    "reached",
    "offered",
    "temp_fail",
    "perm_fail",
    "ambiguous",
    "lease_lost",
    "due",
    "exhausted",
    "found_accepted",
    "found_absent",
    "idempotent_resend",
    "late_report_reached",
    "give_up",
    "moving",
    "attempt_failed",
    "ack",
    "refused",
    "bounce",
    "void",
    "returning",
    "intercept",
    "no_news",
    "lost",
    "collect",
    "renotify",
    "withdraw",
    "returned",
    "correction",
    "upheld",
    "overturned",
    "replay",
};
static_assert(step_words.size() == static_cast<std::size_t>(LegStep::replay) + 1);

const StateWords& words_of(LegState state) {
    return state_words[static_cast<std::size_t>(state) - 1];
}

} // namespace

std::string_view state_name(LegState state) {
    return words_of(state).name;
}

std::string_view state_name_zh(LegState state) {
    return words_of(state).zh;
}

std::string_view step_name(LegStep step) {
    return step_words[static_cast<std::size_t>(step)];
}

std::optional<LegState> leg_state(std::uint8_t number) {
    if (number < 1 || number > leg_state_count) {
        return std::nullopt;
    }
    return static_cast<LegState>(number);
}

} // namespace songda::delivery
