// songda seal make, activate, suspend, resume, retire, allow, list, show: the register of seals.

#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/operator.hpp"
#include "app/pki_desk.hpp"
#include "app/seal_desk.hpp"
#include "app/seal_report.hpp"
#include "app/terminal.hpp"
#include "base/json.hpp"
#include "signer/seals/seal_register.hpp"

namespace songda::app {
namespace {

using signer::SealAnswer;
using signer::SealRegister;

Result<SealRegister> open_register(const SealDesk& desk, const Clock& clock) {
    auto opened =
        SealRegister::open({desk.place.folder, operator_name(), desk.place.four_eyes}, clock);
    if (opened.ok() && opened.value().torn_bytes() != 0) {
        fmt::print(stderr,
                   "  上次写名录中断，末行 {0} 字节不完整，未据其办理，下次写入时略去 the "
                   "register's last line was cut short ({0} bytes); nothing rests on it\n",
                   opened.value().torn_bytes());
    }
    return opened;
}

std::string_view done_words(std::string_view event) {
    using namespace signer::seal_event;
    return event == made                  ? "已制作 made"
           : event == activation_proposed ? "第一人已启用 activated by the first of two"
           : event == activated           ? "已启用 active"
           : event == suspended           ? "已停用，立即生效 suspended, from now on"
           : event == resumption_proposed
               ? "第一人已提出恢复 resumption proposed by the first of two"
           : event == resumed  ? "已恢复 active again"
           : event == narrowed ? "授权已收窄，立即生效 narrowed, from now on"
           : event == widening_proposed
               ? "第一人已提出放宽授权 widening proposed by the first of two"
           : event == widened ? "授权已放宽 widened"
                              : "已注销 retired for ever";
}

int tell_answer(const Result<SealAnswer>& answer, const SealRegister& seals, TimeMs now) {
    if (!answer.ok()) {
        return tell_pki_failure(answer.error());
    }
    if (const auto& refused = answer.value().refused) {
        (void)tell_failure(refused->zh + "\n ", fmt::format("{} ({})", refused->en, refused->rule));
        return 1;
    }
    const signer::Seal& seal = *seals.seals().find(answer.value().seal);
    fmt::print("{}\n", done_words(answer.value().event));
    tell_seal(seal, now);
    tell_next_step(seal);
    return 0;
}

/// Opens the register and takes one step in it.
template <class Step>
int change(const SealArguments& arguments, Step step) {
    const SystemClock clock;
    const auto desk = open_seal_desk(arguments.config);
    if (!desk.ok()) {
        return tell_pki_failure(desk.error());
    }
    auto opened = open_register(desk.value(), clock);
    if (!opened.ok()) {
        return tell_pki_failure(opened.error());
    }
    const Result<SealAnswer> answer = step(opened.value(), desk.value(), clock.now());
    return tell_answer(answer, opened.value(), clock.now());
}

using PlainStep = Result<SealAnswer> (SealRegister::*)(const std::string&, const std::string&);

int take(const SealArguments& arguments, PlainStep step) {
    return change(arguments, [&](SealRegister& seals, const SealDesk&, TimeMs) {
        return (seals.*step)(arguments.id, arguments.reason);
    });
}

/// The register, for those who only look.
Result<signer::RegisterReading> look(const SealArguments& arguments) {
    const auto desk = open_seal_desk(arguments.config);
    return desk.ok() ? signer::load_register(desk.value().place.folder) : desk.error();
}

} // namespace

int run_seal_make(const SealArguments& arguments) {
    return change(arguments, [&](SealRegister& seals, const SealDesk& desk, TimeMs now) {
        const auto made = new_seal(desk, arguments, now);
        return made.ok() ? seals.make(made.value(), arguments.reason)
                         : Result<SealAnswer>(made.error());
    });
}

int run_seal_activate(const SealArguments& arguments) {
    return take(arguments, &SealRegister::activate);
}

int run_seal_suspend(const SealArguments& arguments) {
    return take(arguments, &SealRegister::suspend);
}

int run_seal_resume(const SealArguments& arguments) {
    return take(arguments, &SealRegister::resume);
}

int run_seal_retire(const SealArguments& arguments) {
    return take(arguments, &SealRegister::retire);
}

int run_seal_allow(const SealArguments& arguments) {
    return change(arguments, [&](SealRegister& seals, const SealDesk&, TimeMs) {
        const signer::Seal* const seal = seals.seals().find(arguments.id);
        const auto terms = terms_of(arguments, seal == nullptr ? signer::SealTerms() : seal->terms);
        return terms.ok() ? seals.allow(arguments.id, terms.value(), arguments.reason)
                          : Result<SealAnswer>(terms.error());
    });
}

int run_seal_list(const SealArguments& arguments) {
    const auto read = look(arguments);
    if (!read.ok()) {
        return tell_pki_failure(read.error());
    }
    const TimeMs now = SystemClock().now();
    if (arguments.json) {
        std::string out;
        append_json_array(out, read.value().seals.seals,
                          [&](const signer::Seal& seal) { out += seal_json(seal, now); });
        fmt::print("{}\n", out);
        return 0;
    }
    for (const signer::Seal& seal : read.value().seals.seals) {
        fmt::print("{}  {}  {}（{}）  至 until {}\n", seal.id, seal_standing(seal),
                   kind_name(seal.kind).zh, seal.name, to_text(seal.terms.last_day));
    }
    if (read.value().seals.seals.empty()) {
        fmt::print("名录中还没有印章 no seal is registered: songda seal make\n");
    }
    fmt::print("末行 last line {} {}\n", read.value().end.lines, read.value().end.head);
    return 0;
}

int run_seal_show(const SealArguments& arguments) {
    const auto read = look(arguments);
    if (!read.ok()) {
        return tell_pki_failure(read.error());
    }
    const signer::Seal* const seal = read.value().seals.find(arguments.id);
    if (seal == nullptr) {
        (void)tell_failure("没有印章 " + arguments.id + "：songda seal list",
                           "there is no such seal: songda seal list");
        return 1;
    }
    const TimeMs now = SystemClock().now();
    if (arguments.json) {
        fmt::print("{}\n", seal_json(*seal, now));
    } else {
        tell_seal(*seal, now);
        tell_next_step(*seal);
    }
    return 0;
}

} // namespace songda::app
