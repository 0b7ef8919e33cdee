#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace songda::signer {

/// Where a seal of the register stands. The numbers are for good; never renumber, never reuse.
/// docs/states/seal.md shows the table below; a test compares them.
enum class SealState : std::uint8_t {
    made = 1,           ///< registered, of no use yet
    activated_once = 2, ///< one operator has activated it; a second one has not
    active = 3,
    suspended = 4,
    retired = 5, ///< for ever
};
inline constexpr std::array seal_states = {SealState::made, SealState::activated_once,
                                           SealState::active, SealState::suspended,
                                           SealState::retired};

[[nodiscard]] constexpr std::string_view state_name(SealState state) {
    switch (state) {
    case SealState::made: return "made";
    case SealState::activated_once: return "activated_once";
    case SealState::active: return "active";
    case SealState::suspended: return "suspended";
    case SealState::retired: break;
    }
    return "retired";
}

[[nodiscard]] constexpr std::string_view state_name_zh(SealState state) {
    switch (state) {
    case SealState::made: return "已制作";
    case SealState::activated_once: return "待第二人启用";
    case SealState::active: return "启用";
    case SealState::suspended: return "停用";
    case SealState::retired: break;
    }
    return "注销";
}

/// One allowed step. Everything not listed is refused.
struct SealStateStep {
    SealState from;
    SealState to;
};
inline constexpr std::array seal_state_steps = {
    SealStateStep{SealState::made, SealState::activated_once},
    SealStateStep{SealState::made, SealState::retired},
    SealStateStep{SealState::activated_once, SealState::active},
    SealStateStep{SealState::activated_once, SealState::retired},
    SealStateStep{SealState::active, SealState::suspended},
    SealStateStep{SealState::active, SealState::retired},
    SealStateStep{SealState::suspended, SealState::active},
    SealStateStep{SealState::suspended, SealState::retired},
};

[[nodiscard]] constexpr bool may_follow(SealState from, SealState to) {
    for (const SealStateStep& step : seal_state_steps) {
        if (step.from == from && step.to == to) {
            return true;
        }
    }
    return false;
}
static_assert(!may_follow(SealState::made, SealState::active));
static_assert(!may_follow(SealState::retired, SealState::active));

} // namespace songda::signer
