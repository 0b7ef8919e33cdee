#include "delivery/intervals.hpp"

#include <algorithm>

#include "delivery/leg_watch.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {
namespace {

std::optional<int> working_days(const catalogue::WorkingDays& calendar, Date from, Date to) {
    const auto count = calendar.count_between(from, to);
    return count.ok() ? std::optional(count.value()) : std::nullopt;
}

Interval between(const catalogue::WorkingDays& calendar, TimeMs from, TimeMs to) {
    constexpr std::int64_t second_ms = 1000;
    return {std::max<std::int64_t>(0, to - from) / second_ms,
            working_days(calendar, china_date(from), china_date(to))};
}

} // namespace

bool ends_attempt(const store::LegEvent& event) {
    const auto step = parse_step(event.kind);
    // A person who has seen something made no attempt of ours.
    if (!step || event.detail == operator_detail) {
        return false;
    }
    switch (*step) {
    case LegStep::accepted:
    case LegStep::reached:
    case LegStep::offered:
    case LegStep::temp_fail:
    case LegStep::perm_fail:
    case LegStep::ambiguous:
    case LegStep::lease_lost: return true;
    default: return false;
    }
}

Moments moments_of(const store::DocumentRow& document, std::span<const LegProgress> legs,
                   const ServiceCase& service) {
    Moments moments{.decided = document.decided_on,
                    .issued = document.issued_at,
                    .serve_by = document.serve_by};
    for (const LegProgress& each : legs) {
        if (each.leg.purpose == store::LegPurpose::service && each.first_attempt) {
            moments.first_attempt =
                std::min(moments.first_attempt.value_or(*each.first_attempt), *each.first_attempt);
        }
    }
    // A case that is contested names the entry that is said to serve; it does not serve now.
    if (service.basis && service.state == ServiceState::served) {
        moments.served = service.basis->happened;
    }
    return moments;
}

Intervals intervals_of(const Moments& moments, const catalogue::WorkingDays& calendar, Date today) {
    Intervals found;
    const auto since_decision = [&](TimeMs until) {
        return Interval{std::nullopt, working_days(calendar, *moments.decided, china_date(until))};
    };
    if (moments.decided) {
        found.decided_to_issued = since_decision(moments.issued);
    }
    if (moments.first_attempt) {
        found.issued_to_first_attempt = between(calendar, moments.issued, *moments.first_attempt);
    }
    if (moments.served) {
        found.issued_to_served = between(calendar, moments.issued, *moments.served);
    }
    if (moments.served && moments.decided) {
        found.decided_to_served = since_decision(*moments.served);
    }
    if (moments.serve_by) {
        found.late = *moments.serve_by < (moments.served ? china_date(*moments.served) : today);
    }
    return found;
}

} // namespace songda::delivery
