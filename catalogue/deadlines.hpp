#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "catalogue/working_days.hpp"

/// The clocks of one application. Two run from acceptance: the *statutory* one stops for hearings,
/// tests and expert review (行政许可法 §45), the *promised* one does not (苏政办发〔2018〕64号
/// 附件2: their time is inside the published limit). Pure functions.
namespace songda::catalogue {

/// Days that the statutory clock does not count, both ends with it.
struct Pause {
    Date from;
    std::optional<Date> to; ///< absent: it still stands
};

struct CaseDays {
    Date received;                     ///< the materials came
    std::optional<Date> accepted = {}; ///< 受理
    std::optional<Date> decided = {};  ///< 决定
    bool extended = false;             ///< the organ's head agreed to ten more days (§42)
    std::optional<int> promised_days = {};
    std::vector<Pause> pauses = {}; ///< told to the applicant in writing (§45)
};

enum class DeadlineKind {
    supplement, ///< 补正: all that is missing is told once, else the case counts as accepted
                ///< (§32(4))
    decision_statutory, ///< 法定办结 (§42)
    decision_promised,  ///< 承诺办结 (附件2 办理时限)
    delivery,           ///< 送达: the licence is handed over (§44)
};

struct Deadline {
    DeadlineKind kind;
    int working_days = 0;
    /// Absent while a pause stands: nobody knows when the clock goes on.
    std::optional<Date> due;
};

inline constexpr int supplement_days = 5;
inline constexpr int decision_days = 20;
inline constexpr int extension_days = 10;
inline constexpr int delivery_days = 10;

/// Those that run, in the order of DeadlineKind: one ends when its event has happened. Fault:
/// not_found, a year that has no calendar.
[[nodiscard]] Result<std::vector<Deadline>> deadlines_of(const WorkingDays& calendar,
                                                         const CaseDays& days);

/// `decision_statutory`, as the API says it; and 法定办结期限.
[[nodiscard]] std::string_view deadline_name(DeadlineKind kind);
[[nodiscard]] std::string_view deadline_name_zh(DeadlineKind kind);
/// `《中华人民共和国行政许可法》第四十二条`.
[[nodiscard]] std::string_view deadline_basis(DeadlineKind kind);

} // namespace songda::catalogue
