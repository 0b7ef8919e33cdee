// songda tsa: how the time of the built-in authority stands, and the operator's word on a clock
// that jumped. Beside the running service, which takes the word up at its next request.

#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/operator.hpp"
#include "app/terminal.hpp"
#include "app/timestamping.hpp"

namespace songda::app {
namespace {

using signer::TimeStanding;

void print_standing(const TimeStanding& standing) {
    fmt::print("系统时钟 clock now            {}\n"
               "已用时间上界 told at the most {}\n",
               to_china_time(standing.look.now), to_china_time(standing.mark.reserved));
    if (standing.verdict.ok()) {
        fmt::print("正常，可签时间戳 good, time-stamps are given\n");
        return;
    }
    const bool held = standing.verdict.error().fault == Fault::held;
    fmt::print(
        "{}\n  {}\n",
        held ? "时钟前跳，停签时间戳，待确认 the clock jumped ahead, nothing is stamped until it "
               "is confirmed"
             : "时钟落后，追上之前停签 the clock is behind, nothing is stamped until it caught up",
        standing.verdict.error().detail);
    if (held) {
        fmt::print("  先与可信时间源核对；时钟正确则 songda tsa confirm --reason …；"
                   "错误则改正时钟，随即恢复\n"
                   "  compare it with a time source that you trust; if it is right: songda tsa "
                   "confirm --reason …; if not, set it right and stamping goes on\n");
    }
}

} // namespace

int run_tsa(const TsaArguments& arguments) {
    const auto config = read_config(arguments.config);
    if (!config.ok()) {
        return tell_failure(config.error());
    }
    const auto& authority = config.value().timestamp.authority;
    if (!authority) {
        return tell_failure("配置中没有 [timestamp.authority]",
                            "the configuration has no [timestamp.authority]");
    }
    const SystemClock clock;
    const SystemBootClock boot_clock;
    const auto standing =
        signer::look_beside(authority->state_folder, time_limits(*authority), clock, boot_clock);
    if (!standing.ok()) {
        return tell_failure(standing.error());
    }
    if (arguments.action == TsaArguments::Action::show) {
        print_standing(standing.value());
        return standing.value().verdict.ok() ? 0 : 1;
    }
    const auto confirmed = signer::confirm_time(authority->state_folder, standing.value(),
                                                operator_name(), arguments.reason);
    if (!confirmed.ok()) {
        return confirmed.error().fault == Fault::conflict
                   ? tell_failure("时间无需确认", "no time waits to be confirmed")
                   : tell_failure(confirmed.error());
    }
    fmt::print("已确认 {}，下次请求即恢复 confirmed, the next request is stamped\n",
               to_china_time(standing.value().look.now));
    return 0;
}

} // namespace songda::app
