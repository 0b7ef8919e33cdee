#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "delivery/leg_state.hpp"

namespace songda::delivery {

/// 送达渠道 (苏政办发〔2018〕64号 二(五)). The numbers are stored in LegRow::channel; never
/// renumber, never reuse.
enum class ChannelKind : std::uint8_t {
    portal = 1, ///< 政务服务网: the inbox that the applicant's page reads, told by a signed webhook
    email = 2,
    sms = 3,
    wechat = 4,
    voice = 5,
    web_push = 6,
    fax = 7,
    kiosk = 8,   ///< 自助机
    counter = 9, ///< 窗口领取
    post = 10,
};

struct ChannelFacts {
    ChannelKind kind;
    std::string_view name; ///< `email`, as decisions, the API and pages say it
    std::string_view name_zh;
    /// It can serve (送达). The others only tell (告知): that a message reached a telephone says
    /// nothing about the document (delivery.md §1.5).
    bool serves;
    /// What comes this way is opened by link and code, so that we know whether it was.
    bool by_link;
    /// What it means for a leg that the other side took it over. Portal: its answer says that the
    /// message is in the account holder's own system. A mail relay, a carrier, a push service only
    /// promise. Kiosk and counter have it ready.
    LegStep taken;
};

inline constexpr std::array channel_facts = {
    ChannelFacts{ChannelKind::portal, "portal", "政务服务网", true, true, LegStep::reached},
    ChannelFacts{ChannelKind::email, "email", "电子邮件", true, true, LegStep::accepted},
    ChannelFacts{ChannelKind::sms, "sms", "短信", false, false, LegStep::accepted},
    ChannelFacts{ChannelKind::wechat, "wechat", "微信", false, false, LegStep::accepted},
    ChannelFacts{ChannelKind::voice, "voice", "语音电话", false, false, LegStep::accepted},
    ChannelFacts{ChannelKind::web_push, "web_push", "浏览器推送", false, false, LegStep::accepted},
    ChannelFacts{ChannelKind::fax, "fax", "传真", true, false, LegStep::accepted},
    ChannelFacts{ChannelKind::kiosk, "kiosk", "自助机", true, false, LegStep::offered},
    ChannelFacts{ChannelKind::counter, "counter", "窗口领取", true, false, LegStep::offered},
    ChannelFacts{ChannelKind::post, "post", "邮政寄递", true, false, LegStep::accepted},
};

/// Of a kind that is in the table, as every enumerator is.
[[nodiscard]] const ChannelFacts& facts_of(ChannelKind kind);
[[nodiscard]] std::string_view channel_name(ChannelKind kind);
[[nodiscard]] std::string_view channel_name_zh(ChannelKind kind);
[[nodiscard]] std::optional<ChannelKind> parse_channel(std::string_view name);

} // namespace songda::delivery
