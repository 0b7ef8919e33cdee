// songda delivery DOCUMENT --collect: a clerk at the counter records who collected it. Numbers and
// names are read from standard input, so that they stand in no process list and no history.

#include <iostream>

#include <unistd.h>

#include <fmt/core.h>

#include "app/beside.hpp"
#include "app/commands.hpp"
#include "app/desk.hpp"
#include "app/terminal.hpp"
#include "delivery/hand_out.hpp"

namespace songda::app {
namespace {

using delivery::HandedOut;

Private<std::string> read_line(std::string_view zh, std::string_view en) {
    if (isatty(STDIN_FILENO) == 1) {
        fmt::print("{} {}: ", zh, en);
        std::fflush(stdout);
    }
    std::string line;
    std::getline(std::cin, line);
    return Private<std::string>(std::move(line));
}

delivery::Collector read_collector(const CollectionArguments& arguments) {
    delivery::Collector collector;
    collector.capacity = arguments.capacity;
    collector.identity = arguments.identity;
    collector.checked = arguments.checked;
    collector.mandate = arguments.mandate;
    collector.mandate_day = parse_date(arguments.mandate_day);
    collector.copy = arguments.copy;
    collector.place = arguments.place;
    collector.number = read_line("证件号码", "number of the identity document");
    collector.name = read_line("姓名", "name");
    if (collector.capacity != "self") {
        collector.addressee = read_line("受送达人证件号码或统一社会信用代码", "addressee's code");
    }
    return collector;
}

int tell_outcome(const HandedOut& done) {
    using Kind = HandedOut::Kind;
    switch (done.kind) {
    case Kind::collected:
    case Kind::repeated:
        fmt::print("已领取 collected {} {}\n", to_china_time(done.at), done.detail);
        return 0;
    case Kind::already:
        return tell_failure(fmt::format("这份文书已于 {} 被领取", to_china_time(done.at)),
                            "this document has been collected");
    case Kind::stranger:
        return tell_failure("所示证件与受送达人不一致，不能领取",
                            "the identity is not the addressee's; nothing is handed out");
    case Kind::not_valid:
        return tell_failure("文书现不处于有效状态，不能领取", "the document does not hold now");
    case Kind::level_awaited:
        return tell_failure("文书正在加盖可信时间戳，完成后即可领取",
                            "the document waits for its trusted time-stamp");
    case Kind::at_kiosk:
        return tell_failure("自助机正在打印这份文书，请稍候",
                            "a kiosk prints this document at this moment");
    case Kind::no_copy:
        return tell_failure("没有这份纸质件，或已作废",
                            "there is no such paper copy, or it is revoked");
    case Kind::nobody: return tell_failure("这份文书没有送达对象", "the document goes to nobody");
    }
    return 2;
}

} // namespace

int run_collection(const std::string& config, const std::string& document_text,
                   const CollectionArguments& arguments) {
    const auto beside = open_beside_or_tell(config);
    if (!beside) {
        return 2;
    }
    const auto document = find_or_tell(*beside->store, document_text);
    if (!document) {
        return 2;
    }
    const auto keys = read_applicant_keys(beside->config);
    if (!keys.ok()) {
        return tell_failure(keys.error());
    }
    const TimeMs now = SystemClock().now();
    const delivery::Collector collector = read_collector(arguments);
    const auto faults = delivery::check_collector(collector, china_date(now));
    for (const delivery::CollectorFault& fault : faults) {
        tell_failure(fmt::format("{}：{}", fault.member, fault.zh),
                     fmt::format("{}: {}", fault.member, fault.en));
    }
    if (!faults.empty()) {
        return 2;
    }
    SystemRandom random;
    const auto done = delivery::hand_out({*beside->store, keys.value(), random, now},
                                         {*document, collector, operator_name()});
    return done.ok() ? tell_outcome(done.value()) : tell_failure(done.error());
}

} // namespace songda::app
