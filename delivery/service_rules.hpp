#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "delivery/channel_kind.hpp"

/// What counts as service (送达), which has legal effect, and what only tells (告知). One table; an
/// adapter never decides it. docs/states/service.md is printed from it.
namespace songda::delivery {

/// A leg of service that comes to `at` has served its document then.
struct ServiceRule {
    std::string_view id; ///< recorded with each service
    ChannelKind channel;
    LegState at;
    bool needs_consent; ///< 送达地址确认书 or a form like it, in force when it happened
    std::string_view basis_zh;
    std::string_view basis;
};

/// Recorded with each service: another table gets another version, and what was served under this
/// one stays so.
inline constexpr std::string_view service_rules_version = "2026-1";

/// A channel that is not here never serves by itself. Where the law asks for consent and there is
/// none, only the recipient's own opening of the document counts, as taking it in person does.
inline constexpr std::array service_rules = {
    ServiceRule{"portal-reached", ChannelKind::portal, LegState::reached, true,
                "民事诉讼法第九十条；司法解释第135条：到达受送达人特定系统的日期",
                "Civil Procedure Law art. 90: the day it reaches the recipient's own system"},
    ServiceRule{"portal-opened", ChannelKind::portal, LegState::acknowledged, false,
                "受送达人凭链接和领取码查收", "opened by who holds link and code"},
    ServiceRule{"email-delivered", ChannelKind::email, LegState::reached, true,
                "民事诉讼法第九十条；对方系统的送达回执（RFC 3464 delivered）",
                "Civil Procedure Law art. 90, by a delivery report of the other side"},
    ServiceRule{"email-opened", ChannelKind::email, LegState::acknowledged, false,
                "受送达人凭链接和领取码查收", "opened by who holds link and code"},
    ServiceRule{"fax-confirmed", ChannelKind::fax, LegState::reached, true,
                "最高法民事送达若干意见第十一条：传真确认单",
                "Supreme People's Court on service, no. 11: confirmation page"},
    ServiceRule{"kiosk-collected", ChannelKind::kiosk, LegState::acknowledged, false,
                "直接送达：核验身份后领取", "taken in person, identity checked"},
    ServiceRule{"counter-collected", ChannelKind::counter, LegState::acknowledged, false,
                "直接送达：核验身份后领取", "taken in person, identity checked"},
    ServiceRule{"post-delivered", ChannelKind::post, LegState::reached, false,
                "民事诉讼法第九十一条：回执上注明的收件日期",
                "Civil Procedure Law art. 91: the day on the return receipt"},
    ServiceRule{"post-signed", ChannelKind::post, LegState::acknowledged, false,
                "民事诉讼法第九十一条：回执上注明的收件日期",
                "Civil Procedure Law art. 91: the day on the return receipt"},
};

/// By which a leg of this channel that stands at `at` has served; none: it has not.
[[nodiscard]] constexpr const ServiceRule* find_service_rule(ChannelKind channel, LegState at,
                                                             bool consent) {
    for (const ServiceRule& each : service_rules) {
        if (each.channel == channel && each.at == at && (consent || !each.needs_consent)) {
            return &each;
        }
    }
    return nullptr;
}
static_assert(find_service_rule(ChannelKind::portal, LegState::reached, false) == nullptr);
static_assert(find_service_rule(ChannelKind::sms, LegState::reached, true) == nullptr);

} // namespace songda::delivery
