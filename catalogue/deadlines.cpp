#include "catalogue/deadlines.hpp"

#include <algorithm>
#include <array>

namespace songda::catalogue {
namespace {

struct Words {
    DeadlineKind kind;
    std::string_view name;
    std::string_view zh;
    std::string_view basis;
};

constexpr std::array words = {
    Words{DeadlineKind::supplement, "supplement", "一次告知补正期限",
          "《中华人民共和国行政许可法》第三十二条第一款第四项"},
    Words{DeadlineKind::decision_statutory, "decision_statutory", "法定办结期限",
          "《中华人民共和国行政许可法》第四十二条、第四十五条"},
    Words{DeadlineKind::decision_promised, "decision_promised", "承诺办结期限",
          "苏政办发〔2018〕64号附件2“办理时限”"},
    Words{DeadlineKind::delivery, "delivery", "送达期限", "《中华人民共和国行政许可法》第四十四条"},
};

const Words& words_of(DeadlineKind kind) {
    return words[static_cast<std::size_t>(kind)];
}

bool stands_in(const Pause& pause, Date day) {
    return pause.from <= day && (!pause.to || day <= *pause.to);
}

/// Nothing while a pause stands.
Result<std::optional<Date>> end_with_pauses(const WorkingDays& calendar, Date begin, int count,
                                            const std::vector<Pause>& pauses) {
    Date day = begin;
    while (count > 0) {
        day = next_day(day);
        const auto pause = std::find_if(pauses.begin(), pauses.end(),
                                        [day](const Pause& each) { return stands_in(each, day); });
        if (pause != pauses.end()) {
            if (!pause->to) {
                return std::optional<Date>();
            }
            continue;
        }
        const auto worked = calendar.is_working_day(day);
        if (!worked.ok()) {
            return worked.error();
        }
        count -= worked.value() ? 1 : 0;
    }
    return std::optional(day);
}

} // namespace

Result<std::vector<Deadline>> deadlines_of(const WorkingDays& calendar, const CaseDays& days) {
    static const std::vector<Pause> no_pause;
    std::vector<Deadline> running;
    const auto run = [&](DeadlineKind kind, Date begin, int count,
                         const std::vector<Pause>& pauses) -> Result<void> {
        const auto due = end_with_pauses(calendar, begin, count, pauses);
        if (!due.ok()) {
            return due.error();
        }
        running.push_back({kind, count, due.value()});
        return {};
    };
    Result<void> ran;
    if (!days.accepted && !days.decided) {
        ran = run(DeadlineKind::supplement, days.received, supplement_days, no_pause);
    }
    if (ran.ok() && days.accepted && !days.decided) {
        ran = run(DeadlineKind::decision_statutory, *days.accepted,
                  decision_days + (days.extended ? extension_days : 0), days.pauses);
        if (ran.ok() && days.promised_days) {
            ran =
                run(DeadlineKind::decision_promised, *days.accepted, *days.promised_days, no_pause);
        }
    }
    if (ran.ok() && days.decided) {
        ran = run(DeadlineKind::delivery, *days.decided, delivery_days, no_pause);
    }
    if (!ran.ok()) {
        return ran.error();
    }
    return running;
}

std::string_view deadline_name(DeadlineKind kind) {
    return words_of(kind).name;
}

std::string_view deadline_name_zh(DeadlineKind kind) {
    return words_of(kind).zh;
}

std::string_view deadline_basis(DeadlineKind kind) {
    return words_of(kind).basis;
}

} // namespace songda::catalogue
