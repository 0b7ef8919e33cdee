// songda delivery DOCUMENT: how a document travelled, and once more over a channel when that is
// what is needed.

#include <algorithm>

#include <fmt/core.h>

#include "app/beside.hpp"
#include "app/commands.hpp"
#include "app/terminal.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/plan.hpp"
#include "delivery/settle.hpp"

namespace songda::app {
namespace {

std::string_view state_zh(std::uint8_t number) {
    const auto state = delivery::leg_state(number);
    return state ? delivery::state_name_zh(*state) : "?";
}

int show_legs(store::Store& store, const store::DocumentRow& document) {
    const auto legs = store.legs_of(document.id);
    if (!legs.ok()) {
        return tell_failure(legs.error());
    }
    fmt::print("{} {} {}\n", document.title, document.number, to_text(document.key));
    for (const store::LegRow& leg : legs.value()) {
        fmt::print("  {} {:6} {} · 尝试 attempts {}{}{}\n", delivery::purpose_name_zh(leg.purpose),
                   delivery::channel_name(static_cast<delivery::ChannelKind>(leg.channel)),
                   state_zh(leg.state), leg.attempts, leg.reason.empty() ? "" : " · ", leg.reason);
        if (leg.tells) {
            fmt::print("         {}\n",
                       leg.tells->sequence == store::expiry_sequence
                           ? "过期失效 that it expired"
                           : fmt::format("状态变更 change of status {}", leg.tells->sequence));
        }
        const auto events = store.leg_events(leg.id);
        if (!events.ok()) {
            return tell_failure(events.error());
        }
        for (const store::LegEvent& event : events.value()) {
            if (event.kind == delivery::status_event) {
                fmt::print("         {} 文书状态已变 the document is {}\n",
                           to_china_time(event.happened), event.detail);
                continue;
            }
            fmt::print("         {} {} → {} {}\n", to_china_time(event.happened), event.kind,
                       state_zh(event.state_after), event.detail);
        }
        if (leg.due) {
            fmt::print("         下次 next {}\n", to_china_time(*leg.due));
        }
    }
    if (legs.value().empty()) {
        fmt::print("  没有送达记录 no legs\n");
    }
    return 0;
}

/// The newest leg that brought the document over that channel: its address is the recipient's.
std::optional<store::LegRow> newest_leg(const std::vector<store::LegRow>& legs,
                                        std::string_view channel) {
    const auto kind = delivery::parse_channel(channel);
    const auto found = std::find_if(legs.rbegin(), legs.rend(), [&](const store::LegRow& leg) {
        return kind && leg.channel == static_cast<std::uint8_t>(*kind) &&
               leg.purpose == store::LegPurpose::service;
    });
    return found == legs.rend() ? std::nullopt : std::optional(*found);
}

/// On record first, then queued.
Result<void> send_again(store::Store& store, const store::LegRow& before,
                        const std::string& reason) {
    SystemRandom random;
    const TimeMs now = SystemClock().now();
    const store::AuditRow audit{now, operator_name(), "sent_again", to_text(before.document),
                                reason};
    const auto written = store.append_audit({&audit, 1});
    return written.ok() ? store.add_leg(delivery::make_leg(before, now, random)) : written;
}

} // namespace

int run_delivery(const DeliveryArguments& arguments) {
    const auto store = open_or_tell(arguments.config);
    if (!store) {
        return 2;
    }
    const auto document = find_or_tell(*store, arguments.document);
    if (!document) {
        return 2;
    }
    if (arguments.resend.empty()) {
        return show_legs(*store, *document);
    }
    if (arguments.reason.empty()) {
        return tell_failure("重新发送须有 --reason", "sending again needs --reason");
    }
    const auto legs = store->legs_of(document->id);
    if (!legs.ok()) {
        return tell_failure(legs.error());
    }
    const auto before = newest_leg(legs.value(), arguments.resend);
    if (!before) {
        return tell_failure("这份文书没有选择这个渠道",
                            "this document has no leg over that channel");
    }
    const auto sent = send_again(*store, *before, arguments.reason);
    return sent.ok() ? show_legs(*store, *document) : tell_failure(sent.error());
}

} // namespace songda::app
