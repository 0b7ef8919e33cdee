#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "catalogue/deadlines.hpp"

/// A case 办件: one application, from the day its materials came to its end. What happens in it is
/// told by the departments as events; where it stands and which clocks run follows from them. The
/// table below is the whole rule: docs/states/case.md shows it, a test compares. Pure functions.
namespace songda::catalogue {

/// The numbers are stored; never renumber, never reuse.
enum class CaseEventKind : std::uint8_t {
    received = 1,     ///< 收件: opens the case
    supplemented = 2, ///< 补正到齐
    accepted = 3,     ///< 受理: both clocks begin
    paused = 4,       ///< 中止计时: hearing, test, expert review (行政许可法 §45)
    resumed = 5,      ///< 恢复计时
    extended = 6,     ///< 延长: ten more days, agreed to by the organ's head (§42)
    decided = 7,      ///< 决定
    referred = 8, ///< 流转: another department has a part in it (苏政办发〔2018〕64号 三（二）2)
    handed_over = 9, ///< 移交: its result goes to the department that prints or issues (三（二）3)
    taken_over = 10,  ///< 接收: that department signs for it
    handed_back = 11, ///< 退回: or gives it back, with the reason
    closed = 12,      ///< 办结、终止
};

enum class CaseState : std::uint8_t { none, received, accepted, paused, decided, closed };

/// One allowed step. Everything not listed is refused.
struct CaseStep {
    CaseState from;
    CaseEventKind event;
    CaseState to;
};

inline constexpr std::array case_steps = {
    CaseStep{CaseState::none, CaseEventKind::received, CaseState::received},
    CaseStep{CaseState::received, CaseEventKind::supplemented, CaseState::received},
    CaseStep{CaseState::received, CaseEventKind::accepted, CaseState::accepted},
    CaseStep{CaseState::received, CaseEventKind::referred, CaseState::received},
    CaseStep{CaseState::received, CaseEventKind::closed, CaseState::closed},
    CaseStep{CaseState::accepted, CaseEventKind::paused, CaseState::paused},
    CaseStep{CaseState::accepted, CaseEventKind::extended, CaseState::accepted},
    CaseStep{CaseState::accepted, CaseEventKind::referred, CaseState::accepted},
    CaseStep{CaseState::accepted, CaseEventKind::decided, CaseState::decided},
    CaseStep{CaseState::accepted, CaseEventKind::closed, CaseState::closed},
    CaseStep{CaseState::paused, CaseEventKind::resumed, CaseState::accepted},
    CaseStep{CaseState::paused, CaseEventKind::closed, CaseState::closed},
    CaseStep{CaseState::decided, CaseEventKind::handed_over, CaseState::decided},
    CaseStep{CaseState::decided, CaseEventKind::taken_over, CaseState::decided},
    CaseStep{CaseState::decided, CaseEventKind::handed_back, CaseState::decided},
    CaseStep{CaseState::decided, CaseEventKind::closed, CaseState::closed},
};

/// `handed_over`, as the API says it; and 移交.
[[nodiscard]] std::string_view event_name(CaseEventKind kind);
[[nodiscard]] std::string_view event_name_zh(CaseEventKind kind);
[[nodiscard]] std::optional<CaseEventKind> find_event(std::string_view name);
/// Of a number that was stored.
[[nodiscard]] std::optional<CaseEventKind> find_event(std::uint8_t number);
[[nodiscard]] std::string_view state_name(CaseState state);
[[nodiscard]] std::string_view state_name_zh(CaseState state);

/// What the rules need to know of an event.
struct DatedEvent {
    CaseEventKind kind = CaseEventKind::received;
    Date day;
    int working_days = 0; ///< `accepted`: the promised limit; 0: none was promised
};

/// Where a case stands after its events.
struct CaseFold {
    CaseState state = CaseState::none;
    CaseDays days;                ///< for deadlines_of; meaningless before `received`
    std::optional<Date> last_day; ///< of the latest event
};

/// `events` in the order in which they were told; each was allowed when it was.
[[nodiscard]] CaseFold fold_case(std::span<const DatedEvent> events);

/// Why an event cannot follow.
enum class CaseRefusal : std::uint8_t {
    step,          ///< the table has no such step from here
    before_last,   ///< its day lies before that of the event before it
    in_the_future, ///< its day is later than today
    extended_once, ///< the limit was extended already: §42 knows one extension
};

/// Nothing when `event` may follow. `today` is the day in China.
[[nodiscard]] std::optional<CaseRefusal> check_event(const CaseFold& fold, const DatedEvent& event,
                                                     Date today);

} // namespace songda::catalogue
