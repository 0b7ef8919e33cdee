// songda service dead: what was given up and waits for somebody; sent once more under the same key,
// or taken off the list by who has seen to it. Beside the running service.

#include <fmt/core.h>

#include "app/beside.hpp"
#include "app/commands.hpp"
#include "app/terminal.hpp"
#include "delivery/channel.hpp"
#include "delivery/dead_letter.hpp"
#include "delivery/reason_words.hpp"
#include "delivery/settle.hpp"

namespace songda::app {
namespace {

constexpr std::size_t page = 500;
constexpr std::size_t shown_max = 200;
constexpr std::int64_t day_ms = 86'400'000;

struct Tally {
    std::size_t found = 0;
    std::size_t done = 0;
};

Result<void> show(store::Store& store, const store::LegRow& leg) {
    const auto document = store.find_document(leg.document);
    if (!document.ok() || !document.value()) {
        return document.ok() ? Error{Fault::corrupt, "a leg of no document"} : document.error();
    }
    const auto channel = static_cast<delivery::ChannelKind>(leg.channel);
    fmt::print("  {} {} {} {} · 尝试 attempts {} · {} {}\n", to_china_time(*leg.dead_since),
               delivery::purpose_name_zh(leg.purpose), delivery::channel_name_zh(channel),
               delivery::channel_name(channel), leg.attempts, leg.reason,
               delivery::reason_words_zh(leg.reason));
    fmt::print("      {} {} {}\n", document.value()->title, document.value()->number,
               to_text(document.value()->key));
    fmt::print("      编号 leg {}{}\n", to_text(leg.id),
               delivery::may_replay(leg)
                   ? ""
                   : " · 可能已到达，不可重投：查明后用 songda delivery 记录或再次发送 it may have "
                     "arrived: find out, then songda delivery");
    return {};
}

/// The step or the note, and who and why, in one transaction; false: it moved meanwhile, or may not
/// go again.
Result<bool> see_to(store::Store& store, const store::LegRow& leg,
                    const DeadLetterArguments& arguments) {
    const TimeMs now = SystemClock().now();
    auto update = arguments.replay
                      ? delivery::settle_by_operator(leg, delivery::LegStep::replay, now, now)
                      : Result(delivery::settle_seen_to(leg));
    if (!update.ok()) {
        return update.error().fault == Fault::conflict ? Result(false) : update.error();
    }
    update.value().audit = store::AuditRow{
        now, operator_name(), arguments.replay ? "leg_step" : "dead_letter_closed", to_text(leg.id),
        arguments.replay ? "replay: " + arguments.reason : arguments.reason};
    return store.append_leg_event(leg.id, leg.state, update.value());
}

Result<void> take(store::Store& store, const store::LegRow& leg,
                  const DeadLetterArguments& arguments, Tally& tally) {
    if (!arguments.replay && !arguments.close) {
        return tally.found++ < shown_max ? show(store, leg) : Result<void>();
    }
    ++tally.found;
    const auto done = see_to(store, leg, arguments);
    if (!done.ok()) {
        return done.error();
    }
    tally.done += done.value() ? 1U : 0U;
    return done.value() ? Result<void>() : show(store, leg);
}

/// All that the filter takes, page by page: what was seen to is no longer behind the next page.
Result<void> walk(store::Store& store, const DepartmentCode& department,
                  const delivery::DeadLetterFilter& filter, const DeadLetterArguments& arguments,
                  Tally& tally) {
    // A replay may fail again at once; that is for the next time.
    const TimeMs began = SystemClock().now();
    std::optional<store::DeadLetter> after;
    while (true) {
        const auto letters = store.dead_letters(department, after, page);
        if (!letters.ok()) {
            return letters.error();
        }
        for (const store::LegRow& leg : letters.value()) {
            if (began <= *leg.dead_since) {
                return {};
            }
            after = store::DeadLetter{*leg.dead_since, leg.id};
            const auto taken =
                filter.takes(leg) ? take(store, leg, arguments, tally) : Result<void>();
            if (!taken.ok()) {
                return taken;
            }
        }
        if (letters.value().size() < page) {
            return {};
        }
    }
}

Result<void> take_one(store::Store& store, const DeadLetterArguments& arguments, Tally& tally) {
    const auto id = parse_leg_id(arguments.leg);
    const auto leg = id ? store.find_leg(*id) : Result<std::optional<store::LegRow>>(std::nullopt);
    if (!leg.ok()) {
        return leg.error();
    }
    if (!leg.value() || !leg.value()->dead_since) {
        return Error{Fault::not_found, arguments.leg + ": not among the dead letters"};
    }
    return take(store, *leg.value(), arguments, tally);
}

Result<void> take_all(const Beside& beside, const DeadLetterArguments& arguments, Tally& tally) {
    delivery::DeadLetterFilter filter;
    filter.reason = arguments.because;
    if (!arguments.channel.empty()) {
        filter.channel = delivery::parse_channel(arguments.channel);
        if (!filter.channel) {
            return Error{Fault::invalid_input, arguments.channel + ": no such channel"};
        }
    }
    if (arguments.days > 0) {
        filter.before = SystemClock().now() + -arguments.days * day_ms;
    }
    for (const DepartmentConfig& department : beside.config.departments) {
        const bool asked = arguments.department.empty() || arguments.department == department.code;
        const auto walked = asked ? walk(*beside.store, {department.code}, filter, arguments, tally)
                                  : Result<void>();
        if (!walked.ok()) {
            return walked;
        }
    }
    return {};
}

} // namespace

int run_dead_letters(const DeadLetterArguments& arguments) {
    const bool changes = arguments.replay || arguments.close;
    if (changes && arguments.reason.empty()) {
        return tell_failure("须有 --reason", "--reason is needed");
    }
    const auto beside = open_beside_or_tell(arguments.config);
    if (!beside) {
        return 2;
    }
    Tally tally;
    const auto taken = arguments.leg.empty() ? take_all(*beside, arguments, tally)
                                             : take_one(*beside->store, arguments, tally);
    if (!taken.ok()) {
        return tell_failure(taken.error());
    }
    if (changes) {
        fmt::print("{} {} / {}\n", arguments.replay ? "已重投 sent once more" : "已办结 closed",
                   tally.done, tally.found);
        return tally.done == tally.found ? 0 : 1;
    }
    fmt::print("死信 dead letters: {}{}\n", tally.found,
               tally.found > shown_max ? fmt::format("（列出前 {} the first are shown）", shown_max)
                                       : "");
    return tally.found == 0 ? 0 : 1;
}

} // namespace songda::app
