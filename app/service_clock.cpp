#include "app/service_clock.hpp"

#include <utility>

#include "base/log.hpp"
#include "store/limits.hpp"

namespace songda::app {

ServiceClock::ServiceClock(Parts parts, Options options)
    : parts_(std::move(parts)), options_(options) {}

void ServiceClock::start() {
    thread_.start([this] {
        look();
        return options_.between;
    });
}

ServiceClock::Counts ServiceClock::look_at(const DepartmentCode& department, Date today,
                                           Date until) const {
    Counts counts;
    const auto open =
        parts_.store.open_services(department, until, std::nullopt, store::list_rows_max);
    if (!open.ok()) {
        log::warning("service_clock_failed", {{"why", open.error().detail}});
        return counts;
    }
    for (const store::OpenService& each : open.value()) {
        ++(each.serve_by < today ? counts.late : counts.near);
    }
    return counts;
}

std::size_t ServiceClock::count_dead(const DepartmentCode& department, bool tell) const {
    const auto dead = parts_.store.dead_letters(department, std::nullopt, store::list_rows_max);
    if (!dead.ok()) {
        log::warning("service_clock_failed", {{"why", dead.error().detail}});
        return 0;
    }
    const std::size_t count = dead.value().size();
    const std::int64_t oldest_ms =
        count == 0 ? 0 : parts_.clock.now().value - dead.value().front().dead_since->value;
    const metrics::Labels labels = {{"department", department.text}};
    parts_.metrics
        .gauge("songda_dead_letters",
               "Legs that were given up and that nobody has seen to, up to 10 000.", labels)
        .set(static_cast<double>(count));
    parts_.metrics
        .gauge("songda_dead_letters_oldest_seconds", "How long the first of them waits.", labels)
        .set(static_cast<double>(oldest_ms) / 1000);
    if (count > 0 && tell) {
        log::warning("dead_letters", {{"department", department.text},
                                      {"count", std::to_string(count)},
                                      {"oldest", to_rfc3339(*dead.value().front().dead_since)}});
    }
    return count;
}

ServiceClock::Counts ServiceClock::look() {
    const Date today = china_date(parts_.clock.now());
    const auto ahead = parts_.calendar.end_of_term(today, options_.working_days_ahead);
    // Without next year's calendar only what is late is known.
    const Date until = ahead.ok() ? ahead.value() : today;
    Counts all;
    for (const DepartmentCode& department : parts_.departments) {
        const Counts counts = look_at(department, today, until);
        const metrics::Labels labels = {{"department", department.text}};
        parts_.metrics
            .gauge("songda_services_near",
                   "Documents not served whose last day to serve them is near.", labels)
            .set(static_cast<double>(counts.near));
        parts_.metrics
            .gauge("songda_services_late",
                   "Documents not served whose last day to serve them is over.", labels)
            .set(static_cast<double>(counts.late));
        if (counts.near + counts.late > 0 && told_ != today) {
            log::write(counts.late > 0 ? log::Level::warning : log::Level::info,
                       "services_to_serve",
                       {{"department", department.text},
                        {"near", std::to_string(counts.near)},
                        {"late", std::to_string(counts.late)}});
        }
        all.dead += count_dead(department, told_ != today);
        all.near += counts.near;
        all.late += counts.late;
    }
    told_ = today;
    return all;
}

} // namespace songda::app
