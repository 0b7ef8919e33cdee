#include "catalogue/case_steps.hpp"

#include <algorithm>

namespace songda::catalogue {
namespace {

struct EventWords {
    CaseEventKind kind;
    std::string_view name;
    std::string_view zh;
};

constexpr std::array event_words = {
    EventWords{CaseEventKind::received, "received", "收件"},
    EventWords{CaseEventKind::supplemented, "supplemented", "补正到齐"},
    EventWords{CaseEventKind::accepted, "accepted", "受理"},
    EventWords{CaseEventKind::paused, "paused", "中止计时"},
    EventWords{CaseEventKind::resumed, "resumed", "恢复计时"},
    EventWords{CaseEventKind::extended, "extended", "延长期限"},
    EventWords{CaseEventKind::decided, "decided", "决定"},
    EventWords{CaseEventKind::referred, "referred", "流转"},
    EventWords{CaseEventKind::handed_over, "handed_over", "移交"},
    EventWords{CaseEventKind::taken_over, "taken_over", "接收"},
    EventWords{CaseEventKind::handed_back, "handed_back", "退回"},
    EventWords{CaseEventKind::closed, "closed", "办结"},
};

const EventWords& words_of(CaseEventKind kind) {
    return event_words[static_cast<std::size_t>(kind) - 1];
}

struct StateWords {
    std::string_view name;
    std::string_view zh;
};

constexpr std::array state_words = {
    StateWords{"none", "未收件"},        StateWords{"received", "已收件"},
    StateWords{"accepted", "办理中"},    StateWords{"paused", "中止计时"},
    StateWords{"decided", "已作出决定"}, StateWords{"closed", "已办结"},
};

const CaseStep* find_step(CaseState from, CaseEventKind event) {
    const auto found =
        std::find_if(case_steps.begin(), case_steps.end(), [&](const CaseStep& step) {
            return step.from == from && step.event == event;
        });
    return found == case_steps.end() ? nullptr : &*found;
}

void take_days(CaseDays& days, const DatedEvent& event) {
    switch (event.kind) {
    case CaseEventKind::received: days.received = event.day; return;
    case CaseEventKind::accepted:
        days.accepted = event.day;
        if (event.working_days > 0) {
            days.promised_days = event.working_days;
        }
        return;
    case CaseEventKind::paused: days.pauses.push_back({event.day, {}}); return;
    case CaseEventKind::resumed: days.pauses.back().to = event.day; return;
    case CaseEventKind::extended: days.extended = true; return;
    case CaseEventKind::decided: days.decided = event.day; return;
    default: return;
    }
}

} // namespace

std::string_view event_name(CaseEventKind kind) {
    return words_of(kind).name;
}

std::string_view event_name_zh(CaseEventKind kind) {
    return words_of(kind).zh;
}

std::optional<CaseEventKind> find_event(std::string_view name) {
    const auto found = std::find_if(event_words.begin(), event_words.end(),
                                    [name](const EventWords& words) { return words.name == name; });
    return found == event_words.end() ? std::nullopt : std::optional(found->kind);
}

std::optional<CaseEventKind> find_event(std::uint8_t number) {
    return number >= 1 && number <= event_words.size()
               ? std::optional(static_cast<CaseEventKind>(number))
               : std::nullopt;
}

std::string_view state_name(CaseState state) {
    return state_words[static_cast<std::size_t>(state)].name;
}

std::string_view state_name_zh(CaseState state) {
    return state_words[static_cast<std::size_t>(state)].zh;
}

CaseFold fold_case(std::span<const DatedEvent> events) {
    CaseFold fold;
    for (const DatedEvent& event : events) {
        const CaseStep* const step = find_step(fold.state, event.kind);
        if (step == nullptr) {
            continue; // of a later version's table; what it means is not known here
        }
        fold.state = step->to;
        fold.last_day = event.day;
        take_days(fold.days, event);
    }
    return fold;
}

std::optional<CaseRefusal> check_event(const CaseFold& fold, const DatedEvent& event, Date today) {
    if (find_step(fold.state, event.kind) == nullptr) {
        return CaseRefusal::step;
    }
    if (event.day > today) {
        return CaseRefusal::in_the_future;
    }
    if (fold.last_day && event.day < *fold.last_day) {
        return CaseRefusal::before_last;
    }
    if (event.kind == CaseEventKind::extended && fold.days.extended) {
        return CaseRefusal::extended_once;
    }
    return std::nullopt;
}

} // namespace songda::catalogue
