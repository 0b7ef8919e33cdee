// songda service: what is to be served and by when; how one document's service stands; what a
// person did or found out about it, and what its recipient agreed to.

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "app/beside.hpp"
#include "app/commands.hpp"
#include "app/terminal.hpp"
#include "catalogue/working_days.hpp"
#include "delivery/intervals.hpp"
#include "delivery/service_case.hpp"
#include "delivery/service_rules.hpp"

namespace songda::app {
namespace {

using delivery::ServiceStep;

constexpr std::size_t shown_max = 200;

/// What a person may say; everything else follows from the legs.
constexpr std::array steps_by_hand = {ServiceStep::by_hand, ServiceStep::served_by_hand,
                                      ServiceStep::closed};

std::string basis_words(const store::ServiceEntry& basis) {
    for (const delivery::ServiceRule& rule : delivery::service_rules) {
        if (rule.id == basis.rule) {
            return fmt::format("{} {} · 规则 rule {}（{}）",
                               delivery::channel_name_zh(rule.channel),
                               delivery::channel_name(rule.channel), rule.id, rule.basis_zh);
        }
    }
    return basis.detail;
}

int show_case(store::Store& store, const store::DocumentRow& document) {
    const auto found = delivery::find_service_case(store, document, SystemClock().now());
    const auto entries = store.service_entries(document.id);
    if (!found.ok() || !entries.ok()) {
        return tell_failure(found.ok() ? entries.error() : found.error());
    }
    const delivery::ServiceCase& service = found.value();
    fmt::print("{} {} {}\n", document.title, document.number, to_text(document.key));
    fmt::print("  {} {} · 自 since {}\n", delivery::state_name_zh(service.state),
               delivery::state_name(service.state), to_china_time(service.since));
    if (service.serve_by) {
        fmt::print("  应于 {} 前送达 to be served by then\n", to_text(*service.serve_by));
    }
    if (service.basis) {
        fmt::print("  送达时间 served {} · {}\n", to_china_time(service.basis->happened),
                   basis_words(*service.basis));
    }
    if (service.consent) {
        fmt::print("  {} {} · {} 同意 agreed\n", service.consent->form, service.consent->version,
                   to_text(service.consent->day));
    } else {
        fmt::print(
            "  未同意电子送达：收件人自行查收或领取方为送达 no consent: only what the recipient "
            "opens or takes counts\n");
    }
    for (const store::ServiceEntry& entry : entries.value()) {
        const auto step = static_cast<ServiceStep>(entry.kind);
        fmt::print("    {} {} {} {}{}{}\n", to_china_time(entry.happened),
                   delivery::step_name_zh(step), delivery::step_name(step),
                   entry.leg ? to_text(*entry.leg) : entry.actor, entry.detail.empty() ? "" : " · ",
                   entry.detail);
    }
    const delivery::ServiceFold fold = delivery::fold_service(entries.value());
    for (const ServiceStep step : steps_by_hand) {
        if (delivery::state_after(fold.state, step)) {
            fmt::print("    可记 --step {}（{}）\n", delivery::step_name(step),
                       delivery::step_name_zh(step));
        }
    }
    return 0;
}

void show_interval(std::string_view zh, std::string_view en,
                   const std::optional<delivery::Interval>& interval) {
    if (!interval) {
        return;
    }
    fmt::print("    {} {}:", zh, en);
    if (interval->seconds) {
        fmt::print(" {} 秒 s", *interval->seconds);
    }
    if (interval->working_days) {
        fmt::print(" {} 个工作日 working days", *interval->working_days);
    }
    fmt::print("\n");
}

int show_clock(const Beside& beside, const store::DocumentRow& document) {
    const TimeMs now = SystemClock().now();
    const auto calendar = catalogue::WorkingDays::read(beside.config.calendar_folder);
    const auto legs = delivery::progress_of(*beside.store, document.id);
    const auto service = delivery::find_service_case(*beside.store, document, now);
    if (!calendar.ok() || !legs.ok() || !service.ok()) {
        return tell_failure(!calendar.ok() ? calendar.error()
                            : !legs.ok()   ? legs.error()
                                           : service.error());
    }
    const auto moments = delivery::moments_of(document, legs.value(), service.value());
    const auto found = delivery::intervals_of(moments, calendar.value(), china_date(now));
    show_interval("决定至签发", "decided to issued", found.decided_to_issued);
    show_interval("签发至首次投递", "issued to first attempt", found.issued_to_first_attempt);
    show_interval("签发至送达", "issued to served", found.issued_to_served);
    show_interval("决定至送达", "decided to served", found.decided_to_served);
    if (found.late.value_or(false)) {
        fmt::print("    逾期 late\n");
    }
    return 0;
}

/// The last day that is looked at: so many working days from today.
Result<Date> horizon_of(const Config& config, Date today, int days) {
    if (days == 0) {
        return today;
    }
    const auto calendar = catalogue::WorkingDays::read(config.calendar_folder);
    return calendar.ok() ? calendar.value().end_of_term(today, days)
                         : Result<Date>(calendar.error());
}

Result<void> show_open(store::Store& store, const store::OpenService& open, Date today) {
    const auto document = store.find_document(open.document);
    if (!document.ok() || !document.value()) {
        return document.ok() ? Error{Fault::corrupt, "no such document"} : document.error();
    }
    const auto service = delivery::find_service_case(store, *document.value(), SystemClock().now());
    if (!service.ok()) {
        return service.error();
    }
    fmt::print("  {}{} {} {} {} {}\n", to_text(open.serve_by),
               open.serve_by < today ? " 逾期 late" : "",
               delivery::state_name_zh(service.value().state), document.value()->title,
               document.value()->number, to_text(document.value()->key));
    return {};
}

int list_open(const Beside& beside, const ServiceArguments& arguments) {
    const Date today = china_date(SystemClock().now());
    const auto until = horizon_of(beside.config, today, arguments.days);
    if (!until.ok()) {
        return tell_failure(until.error());
    }
    std::size_t shown = 0;
    std::size_t late = 0;
    for (const DepartmentConfig& department : beside.config.departments) {
        const auto open = beside.store->open_services({department.code}, until.value(),
                                                      std::nullopt, shown_max + 1);
        if (!open.ok()) {
            return tell_failure(open.error());
        }
        for (const store::OpenService& each : open.value()) {
            late += each.serve_by < today ? 1U : 0U;
            const auto told =
                shown++ < shown_max ? show_open(*beside.store, each, today) : Result<void>();
            if (!told.ok()) {
                return tell_failure(told.error());
            }
        }
    }
    fmt::print("{} 之前应送达而未送达 not served, and due by then: {}{}，其中逾期 late {}\n",
               to_text(until.value()), shown > shown_max ? "≥ " : "", shown, late);
    return late == 0 ? 0 : 1;
}

int record_step(store::Store& store, const store::DocumentRow& document,
                const ServiceArguments& arguments) {
    const TimeMs now = SystemClock().now();
    const auto* const step =
        std::find_if(steps_by_hand.begin(), steps_by_hand.end(),
                     [&](ServiceStep each) { return delivery::step_name(each) == arguments.step; });
    const auto happened = moment_of(arguments.at, now);
    if (step == steps_by_hand.end() || !happened || now < *happened) {
        return tell_failure(
            "--step 为 by_hand、served_by_hand 或 closed，--at 为已过去的日期或时刻",
            "--step is by_hand, served_by_hand or closed, --at a day or moment "
            "that has been");
    }
    const auto entries = store.service_entries(document.id);
    if (!entries.ok()) {
        return tell_failure(entries.error());
    }
    const auto after = delivery::state_after(delivery::fold_service(entries.value()).state, *step);
    if (!after) {
        return tell_failure("送达任务目前不能记这一步；songda service DOCUMENT 会列出",
                            "the service case does not take this step now; songda service DOCUMENT "
                            "lists what it takes");
    }
    store::ServiceWrite write;
    write.document = document.id;
    write.expected = entries.value().size();
    write.open = *after == delivery::ServiceState::by_hand;
    write.entry.kind = static_cast<std::uint8_t>(*step);
    write.entry.happened = *happened;
    write.entry.learned = now;
    write.entry.actor = operator_name();
    write.entry.detail = arguments.reason;
    write.audit = {
        now, write.entry.actor, "service_step", to_text(document.id),
        fmt::format("{} ({}): {}", arguments.step, to_rfc3339(*happened), arguments.reason)};
    const auto written = store.append_service(write);
    if (!written.ok()) {
        return tell_failure(written.error());
    }
    return written.value() ? show_case(store, document)
                           : tell_failure("送达任务刚刚变化，请重新查看",
                                          "the service case has just moved; look at it again");
}

int record_consent(store::Store& store, const store::DocumentRow& document,
                   const ServiceArguments& arguments) {
    const TimeMs now = SystemClock().now();
    const auto day =
        arguments.at.empty() ? std::optional(china_date(now)) : parse_date(arguments.at);
    const bool given = arguments.consent == "given";
    if (!day || china_date(now) < *day || (!given && arguments.consent != "withdrawn") ||
        arguments.form_version.empty()) {
        return tell_failure(
            "--consent 为 given 或 withdrawn，须有 --form-version，--at 为已过去的日期",
            "--consent is given or withdrawn, --form-version is needed, --at is a "
            "day that has been");
    }
    const store::ConsentEntry entry{given, arguments.form, arguments.form_version, *day,
                                    now,   operator_name()};
    const auto written =
        store.add_consent(document.id, entry,
                          {now, entry.actor, "consent_" + arguments.consent, to_text(document.id),
                           fmt::format("{} {}: {}", entry.form, entry.version, arguments.reason)});
    return written.ok() ? show_case(store, document) : tell_failure(written.error());
}

} // namespace

int run_service(const ServiceArguments& arguments) {
    const auto beside = open_beside_or_tell(arguments.config);
    if (!beside) {
        return 2;
    }
    if (arguments.document.empty()) {
        return list_open(*beside, arguments);
    }
    const auto document = find_or_tell(*beside->store, arguments.document);
    if (!document) {
        return 2;
    }
    if (arguments.step.empty() && arguments.consent.empty()) {
        const int shown = show_case(*beside->store, *document);
        return shown == 0 ? show_clock(*beside, *document) : shown;
    }
    if (arguments.reason.empty()) {
        return tell_failure("须有 --reason", "--reason is needed");
    }
    return arguments.step.empty() ? record_consent(*beside->store, *document, arguments)
                                  : record_step(*beside->store, *document, arguments);
}

} // namespace songda::app
