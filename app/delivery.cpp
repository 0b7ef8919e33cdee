// songda delivery DOCUMENT: how a document travelled, once more over a channel when that is what is
// needed, and what an operator found out about one leg.

#include <algorithm>

#include <fmt/core.h>

#include "app/beside.hpp"
#include "app/commands.hpp"
#include "app/terminal.hpp"
#include "delivery/leg_watch.hpp"
#include "delivery/mail_report.hpp"
#include "delivery/plan.hpp"
#include "delivery/reason_words.hpp"
#include "delivery/settle.hpp"

namespace songda::app {
namespace {

std::string_view state_zh(std::uint8_t number) {
    const auto state = delivery::leg_state(number);
    return state ? delivery::state_name_zh(*state) : "?";
}

/// What an operator may record of the leg as it stands.
void show_steps(const store::LegRow& leg) {
    const auto state = delivery::leg_state(leg.state);
    for (const delivery::LegTransition& each : delivery::leg_transitions) {
        if (each.from == state && delivery::may_record(leg, each.step)) {
            fmt::print("         可记 --step {}（{} {}）\n", delivery::step_name(each.step),
                       delivery::step_meaning_zh(each.step), delivery::step_meaning(each.step));
        }
    }
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
        if (const auto words = delivery::reason_words_zh(leg.reason); !words.empty()) {
            fmt::print("         {} {}\n", words, delivery::reason_words(leg.reason));
        }
        fmt::print("         编号 leg {}\n", to_text(leg.id));
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
            if (const auto words = delivery::note_words_zh(event); !words.empty()) {
                fmt::print("         {} {} {} · {}\n", to_china_time(event.happened), words,
                           delivery::note_words(event), event.detail);
                continue;
            }
            fmt::print("         {} {} → {} {}\n", to_china_time(event.happened), event.kind,
                       state_zh(event.state_after), event.detail);
        }
        if (leg.due) {
            fmt::print("         下次 next {}\n", to_china_time(*leg.due));
        }
        show_steps(leg);
    }
    if (legs.value().empty()) {
        fmt::print("  没有送达记录 no legs\n");
    }
    return 0;
}

/// The newest leg that brought the document over that channel, or told that it is there: its
/// address is the recipient's.
std::optional<store::LegRow> newest_leg(const std::vector<store::LegRow>& legs,
                                        std::string_view channel) {
    const auto kind = delivery::parse_channel(channel);
    const auto found = std::find_if(legs.rbegin(), legs.rend(), [&](const store::LegRow& leg) {
        return kind && leg.channel == static_cast<std::uint8_t>(*kind) &&
               (leg.purpose == store::LegPurpose::service || delivery::is_chosen_notice(leg));
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
    if (!written.ok()) {
        return written;
    }
    store::LegWrite again = delivery::make_leg(before, now, random);
    again.leg.purpose = before.purpose;
    again.leg.tells = before.tells;
    return store.add_leg(again);
}

/// The step and its audit row in one transaction, if the leg is still where it was seen.
int record_step(store::Store& store, const store::DocumentRow& document,
                const DeliveryArguments& arguments) {
    const TimeMs now = SystemClock().now();
    const auto id = parse_leg_id(arguments.leg);
    const auto step = delivery::parse_step(arguments.step);
    const auto happened = moment_of(arguments.at, now);
    if (!id || !step || !happened) {
        return !happened
                   ? tell_failure("--at 应为日期或时刻，如 2026-11-25、2026-11-25T09:30:00+08:00",
                                  "--at is a day or a moment, like 2026-11-25")
                   : tell_failure("须有 --leg 编号与 --step；songda delivery DOCUMENT 会列出",
                                  "--leg ID and --step STEP are needed; songda delivery DOCUMENT "
                                  "lists them");
    }
    const auto leg = store.find_leg(*id);
    if (!leg.ok()) {
        return tell_failure(leg.error());
    }
    if (!leg.value() || leg.value()->document != document.id) {
        return tell_failure("这份文书没有这条投递", "this document has no such leg");
    }
    auto update = delivery::settle_by_operator(*leg.value(), *step, *happened, now);
    if (!update.ok()) {
        return tell_failure(update.error());
    }
    update.value().audit = store::AuditRow{
        now, operator_name(), "leg_step", arguments.leg,
        fmt::format("{} ({}): {}", arguments.step, to_rfc3339(*happened), arguments.reason)};
    const auto written = store.append_leg_event(*id, leg.value()->state, update.value());
    if (!written.ok()) {
        return tell_failure(written.error());
    }
    if (!written.value()) {
        return tell_failure("投递状态刚刚变化，请重新查看",
                            "the leg has just moved; look at it again");
    }
    return show_legs(store, document);
}

int resend(store::Store& store, const store::DocumentRow& document,
           const DeliveryArguments& arguments) {
    const auto legs = store.legs_of(document.id);
    if (!legs.ok()) {
        return tell_failure(legs.error());
    }
    const auto before = newest_leg(legs.value(), arguments.resend);
    if (!before) {
        return tell_failure("这份文书没有选择这个渠道",
                            "this document has no leg over that channel");
    }
    const auto sent = send_again(store, *before, arguments.reason);
    return sent.ok() ? show_legs(store, document) : tell_failure(sent.error());
}

} // namespace

int run_delivery(const DeliveryArguments& arguments) {
    if (!arguments.collect.capacity.empty()) {
        return run_collection(arguments.config, arguments.document, arguments.collect);
    }
    const auto store = open_or_tell(arguments.config);
    if (!store) {
        return 2;
    }
    const auto document = find_or_tell(*store, arguments.document);
    if (!document) {
        return 2;
    }
    const bool steps = !arguments.leg.empty() || !arguments.step.empty();
    if (!steps && arguments.resend.empty()) {
        return show_legs(*store, *document);
    }
    if (arguments.reason.empty()) {
        return tell_failure("须有 --reason", "--reason is needed");
    }
    return steps ? record_step(*store, *document, arguments) : resend(*store, *document, arguments);
}

} // namespace songda::app
