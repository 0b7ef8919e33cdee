#pragma once

#include <optional>
#include <span>

#include "catalogue/working_days.hpp"
#include "delivery/collecting.hpp"
#include "delivery/service_case.hpp"

/// How long one document took from the decision to its service (苏政办发〔2018〕64号 三(二):
/// "最大限度地压缩作出决定至审批结果送达的时间"): pure functions of what is recorded.
namespace songda::delivery {

/// When what happened. What is not known, or has not happened, is absent.
struct Moments {
    std::optional<Date> decided; ///< the paper shows a day, and no decision comes with a time
    TimeMs issued;
    /// The first outside call of a leg of service was answered, or given up.
    std::optional<TimeMs> first_attempt = {};
    /// By the entry that serves it now: what was overturned has none.
    std::optional<TimeMs> served = {};
    std::optional<Date> serve_by = {};
};
[[nodiscard]] Moments moments_of(const store::DocumentRow& document,
                                 std::span<const LegProgress> legs, const ServiceCase& service);

/// Is that event the answer to an attempt, or the end of one that got none?
[[nodiscard]] bool ends_attempt(const store::LegEvent& event);

/// From one moment to another. Never negative: a day of service that was recorded before the
/// document was issued counts as none.
struct Interval {
    std::optional<std::int64_t> seconds; ///< not from a decision, which has a day alone
    /// 工作日 behind the first day up to and with the last (民法典 §201); absent in a year without
    /// calendar.
    std::optional<int> working_days;
};

struct Intervals {
    std::optional<Interval> decided_to_issued;
    std::optional<Interval> issued_to_first_attempt;
    std::optional<Interval> issued_to_served;
    std::optional<Interval> decided_to_served;
    /// Served behind its last day, or not served and that is over; absent: it has no last day.
    std::optional<bool> late;
};
[[nodiscard]] Intervals intervals_of(const Moments& moments, const catalogue::WorkingDays& calendar,
                                     Date today);

} // namespace songda::delivery
