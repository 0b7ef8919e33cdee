// When what is due: the clocks of an application with the days that the caller names, for whoever
// must answer "by when" (行政许可法 §32, §42, §44, §45).

#include "api/deadlines.hpp"

#include <charconv>

#include "api/problem.hpp"
#include "api/shelf.hpp"
#include "base/json.hpp"

namespace songda::api {
namespace {

using issuer::Finding;

constexpr int promised_days_max = 365;
constexpr std::size_t pauses_max = 50;

class DaysReader {
public:
    DaysReader(const http::Request& request, std::vector<Finding>& findings)
        : request_(request), findings_(findings) {}

    catalogue::CaseDays read() {
        catalogue::CaseDays days;
        days.accepted = read_day("accepted");
        days.decided = read_day("decided");
        if (const auto received = read_day("received")) {
            days.received = *received;
        } else if (days.accepted || days.decided) {
            days.received = days.accepted.value_or(days.decided.value_or(Date{}));
        } else if (findings_.empty()) {
            tell("received", "required", "", "至少给出 received、accepted、decided 之一",
                 "one of received, accepted, decided is needed");
        }
        check_order(days);
        days.extended = query_value(request_, "extended").value_or("") == "true";
        days.promised_days = read_promised();
        read_pauses(days);
        return days;
    }

private:
    void tell(std::string_view name, std::string_view rule, std::string_view value, std::string zh,
              std::string en) {
        findings_.push_back({"/" + std::string(name), std::string(rule), std::string(value),
                             std::move(zh), std::move(en)});
    }

    std::optional<Date> parse_or_tell(std::string_view name, const std::string& text) {
        const auto day = parse_date(text);
        if (!day) {
            tell(name, "date", text, "应为存在的日期，格式 2026-11-24",
                 "must be a day that exists, like 2026-11-24");
        }
        return day;
    }

    std::optional<Date> read_day(std::string_view name) {
        const auto text = query_value(request_, name);
        return text ? parse_or_tell(name, *text) : std::nullopt;
    }

    void check_order(const catalogue::CaseDays& days) {
        const Date accepted = days.accepted.value_or(days.received);
        if (accepted < days.received || (days.decided && *days.decided < accepted)) {
            tell(accepted < days.received ? "accepted" : "decided", "order", "",
                 "收件、受理、决定应依次在后",
                 "receipt, acceptance and decision must follow in order");
        }
    }

    std::optional<int> read_promised() {
        const auto text = query_value(request_, "promised_days");
        if (!text) {
            return std::nullopt;
        }
        int days = 0;
        const auto [end, failure] =
            std::from_chars(text->data(), text->data() + text->size(), days);
        if (failure != std::errc() || end != text->data() + text->size() || days < 1 ||
            days > promised_days_max) {
            tell("promised_days", "kind", *text, "应为 1 至 365 的整数",
                 "must be a number from 1 to 365");
        }
        return days;
    }

    /// `2026-11-05/2026-11-09`, both days with it; `2026-11-05/` still stands (ISO 8601-1 §5.5).
    void read_pauses(catalogue::CaseDays& days) {
        const auto texts = query_values(request_, "pause");
        for (const std::string& text : texts) {
            const std::size_t slash = text.find('/');
            const auto from = parse_or_tell("pause", text.substr(0, slash));
            catalogue::Pause pause{from.value_or(Date{}), {}};
            if (slash != std::string::npos && slash + 1 < text.size()) {
                pause.to = parse_or_tell("pause", text.substr(slash + 1));
            }
            if (slash == std::string::npos || (pause.to && *pause.to < pause.from)) {
                tell("pause", "order", text, "应为“开始日/结束日”，未结束的留空结束日",
                     "must be first/last day; leave the last one empty while it stands");
            }
            days.pauses.push_back(pause);
        }
        if (texts.size() > pauses_max) {
            tell("pause", "count", "", "最多 50 次中止", "at most 50 pauses");
        }
    }

    const http::Request& request_;
    std::vector<Finding>& findings_;
};

http::Response refused(const std::vector<Finding>& findings) {
    return problem_response({422,
                             "days-refused",
                             "日期不符合要求",
                             "The days break rules; each is listed.",
                             {},
                             &findings});
}

http::Response show_deadlines(const ApiParts& parts, const http::Request& request) {
    std::vector<Finding> findings;
    const catalogue::CaseDays days = DaysReader(request, findings).read();
    if (!findings.empty()) {
        return refused(findings);
    }
    const Date today = china_date(parts.clock.now());
    const auto deadlines = deadlines_json(parts.calendar, days, today);
    if (!deadlines.ok()) {
        return problem_response({422, "calendar-unknown", "该年度的工作日安排尚未公布，无法计算",
                                 "The working days of that year are not published yet.",
                                 deadlines.error().detail});
    }
    std::string to;
    JsonObject object(to);
    object.text("on", to_text(today));
    object.raw("deadlines", deadlines.value());
    object.end();
    return cached(request, "application/json", std::move(to));
}

} // namespace

Result<std::string> deadlines_json(const catalogue::WorkingDays& calendar,
                                   const catalogue::CaseDays& days, Date today) {
    const auto deadlines = catalogue::deadlines_of(calendar, days);
    if (!deadlines.ok()) {
        return deadlines.error();
    }
    std::string to = "[";
    for (const catalogue::Deadline& deadline : deadlines.value()) {
        to += to.back() == '[' ? "" : ",";
        JsonObject object(to);
        object.text("deadline", catalogue::deadline_name(deadline.kind));
        object.text("deadline_zh", catalogue::deadline_name_zh(deadline.kind));
        object.raw("working_days", std::to_string(deadline.working_days));
        object.text("basis", catalogue::deadline_basis(deadline.kind));
        if (deadline.due) {
            const auto left = calendar.count_between(today, *deadline.due);
            if (!left.ok()) {
                return left.error();
            }
            object.text("due", to_text(*deadline.due));
            object.raw("working_days_left", std::to_string(left.value()));
            object.raw("overdue", *deadline.due < today ? "true" : "false");
        } else {
            object.raw("due", "null"); // the clock stands; nobody knows when it goes on
        }
        object.end();
    }
    return to + "]";
}

void add_deadline_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    to.push_back({"GET", "/api/v1/deadlines", Policy::anyone, 0, http::Place::worker,
                  [&parts](const http::Request& request, const ApiRoute::Caller&) {
                      return show_deadlines(parts, request);
                  }});
}

} // namespace songda::api
