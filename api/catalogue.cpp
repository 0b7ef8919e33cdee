// The public register and lists: areas, departments, what each area decides without a visit, and
// how that covers the upper level (苏政办发〔2018〕64号 三(一)1: 清单应公开).

#include "api/item_page.hpp"
#include "api/problem.hpp"
#include "api/published_lists.hpp"
#include "api/shelf.hpp"
#include "base/json.hpp"

namespace songda::api {
namespace {

using store::EditionKind;

http::Response no_list() {
    return refusal_response(404, "no list in force");
}

/// `?on=2026-12-01`; today without it, nothing when it is no day.
std::optional<Date> day_of(const Shelf& shelf, const http::Request& request) {
    const auto asked = query_value(request, "on");
    return asked ? parse_date(*asked) : std::optional(shelf.today());
}

http::Response no_such_day() {
    return refusal_response(400, "on is no day, like 2026-12-01");
}

http::Response show_areas(const Shelf& shelf, const http::Request& request) {
    const auto day = day_of(shelf, request);
    if (!day) {
        return no_such_day();
    }
    std::string to;
    JsonObject object(to);
    object.text("on", to_text(*day));
    object.begin("areas");
    append_json_array(to, shelf.parts().known.areas().all(*day),
                      [&to](const catalogue::Area& area) { put_area(to, area); });
    object.end();
    return cached(request, "application/json", std::move(to));
}

http::Response show_area(const Shelf& shelf, const http::Request& request) {
    const auto day = day_of(shelf, request);
    if (!day) {
        return no_such_day();
    }
    const catalogue::Register& known = shelf.parts().known;
    const auto area = known.areas().find(request.path_values.front(), *day);
    if (!area.ok()) {
        return refusal_response(404, "no such area on this day");
    }
    std::string to;
    JsonObject object(to);
    object.text("on", to_text(*day));
    object.begin("area");
    put_area(to, area.value());
    object.begin("below");
    append_json_array(to, known.areas().under(area.value().code, *day).value(),
                      [&to](const catalogue::Area& below) { put_area(to, below); });
    object.begin("departments");
    append_json_array(to, known.departments_of(area.value().code, *day),
                      [&to](const catalogue::Department& department) {
                          JsonObject one(to);
                          one.text("code", department.code);
                          one.text("name", department.name);
                          one.end();
                      });
    object.end();
    return cached(request, "application/json", std::move(to));
}

http::Response show_lists(const Shelf& shelf, const http::Request& request, bool for_people) {
    const ApiParts& parts = shelf.parts();
    const auto editions = parts.store.editions_in_force(EditionKind::item_list, shelf.today());
    if (!editions.ok()) {
        return problem_response(problem_of(editions.error()));
    }
    std::vector<ListedArea> areas;
    for (const store::EditionRow& edition : editions.value()) {
        const auto area = parts.known.areas().find(edition.name, shelf.today());
        if (area.ok()) { // else the register has ended it; its list waits for a withdrawal
            areas.push_back({area.value(), edition});
        }
    }
    return for_people ? shelf.page(request, item_lists_html(areas))
                      : cached(request, "application/json", item_lists_json(areas));
}

/// Nothing without a list in force.
Result<std::optional<PublishedList>> find_list(const Shelf& shelf, const std::string& code) {
    store::Store& store = shelf.parts().store;
    const auto area = shelf.parts().known.areas().find(code, shelf.today());
    const auto edition = store.edition_in_force(EditionKind::item_list, code, shelf.today());
    if (!edition.ok()) {
        return edition.error();
    }
    if (!area.ok() || !edition.value()) {
        return std::optional<PublishedList>();
    }
    auto list = read_list(store, *edition.value());
    const auto guides = store.editions_in_force(EditionKind::guide, shelf.today());
    if (!list.ok() || !guides.ok()) {
        return list.ok() ? guides.error() : list.error();
    }
    PublishedList published{area.value(), *edition.value(), std::move(list).value(), {}};
    for (const store::EditionRow& guide : guides.value()) {
        published.guides.insert(guide.name);
    }
    return std::optional(std::move(published));
}

http::Response show_list(const Shelf& shelf, const http::Request& request, bool for_people) {
    const auto published = find_list(shelf, request.path_values.front());
    if (!published.ok()) {
        return problem_response(problem_of(published.error()));
    }
    if (!published.value()) {
        return no_list();
    }
    const std::string words = query_value(request, "q").value_or("");
    return for_people ? shelf.page(request, items_html(*published.value(), words))
                      : cached(request, "application/json", items_json(*published.value()));
}

/// The list as it was published, for a spreadsheet.
http::Response show_csv(const Shelf& shelf, const http::Request& request) {
    store::Store& store = shelf.parts().store;
    const std::string& code = request.path_values.front();
    const auto edition = store.edition_in_force(EditionKind::item_list, code, shelf.today());
    const auto content = edition.ok() && edition.value() ? store.edition_content(*edition.value())
                                                         : Result<Bytes>(Bytes());
    if (!edition.ok() || !content.ok()) {
        return problem_response(problem_of(edition.ok() ? content.error() : edition.error()));
    }
    if (!edition.value()) {
        return no_list();
    }
    http::Response response =
        cached(request, "text/csv; charset=utf-8", std::string(as_text(content.value())));
    response.headers.emplace_back("Content-Disposition", "attachment; filename=\"items-" +
                                                             edition.value()->name + ".csv\"");
    return response;
}

/// Against the nearest upper level that has a list.
http::Response show_coverage(const Shelf& shelf, const http::Request& request) {
    const auto local = find_list(shelf, request.path_values.front());
    if (!local.ok()) {
        return problem_response(problem_of(local.error()));
    }
    if (!local.value()) {
        return no_list();
    }
    const auto upper =
        find_level_list(shelf.parts().store, EditionKind::item_list, catalogue::read_items,
                        shelf.parts().known.areas(), local.value()->area.upper, shelf.today());
    if (!upper.ok()) {
        return problem_response(problem_of(upper.error()));
    }
    if (!upper.value()) {
        return refusal_response(404, "no upper level has a list in force");
    }
    std::string to;
    JsonObject object(to);
    object.begin("area");
    put_area(to, local.value()->area);
    object.begin("upper");
    put_area(to, upper.value()->area);
    object.raw("coverage", coverage_json(catalogue::compare_coverage(local.value()->list,
                                                                     upper.value()->list)));
    object.end();
    return cached(request, "application/json", std::move(to));
}

} // namespace

void add_catalogue_routes(std::vector<ApiRoute>& to, const ApiParts& parts, std::string_view html) {
    const auto shelf = std::make_shared<const Shelf>(parts, html);
    using Show = std::function<http::Response(const Shelf&, const http::Request&)>;
    const auto add = [&](const char* pattern, Show show) {
        to.push_back({"GET", pattern, Policy::anyone, 0, http::Place::worker,
                      [shelf, show = std::move(show)](const http::Request& request,
                                                      const ApiRoute::Caller&) {
                          return show(*shelf, request);
                      }});
    };
    const auto form = [](auto show, bool for_people) {
        return [show, for_people](const Shelf& of, const http::Request& request) {
            return show(of, request, for_people);
        };
    };
    add("/items", form(&show_lists, true));
    add("/items/{area}", form(&show_list, true));
    add("/api/v1/catalogue/items", form(&show_lists, false));
    add("/api/v1/catalogue/items/{area}", form(&show_list, false));
    add("/api/v1/catalogue/items/{area}/csv", &show_csv);
    add("/api/v1/catalogue/items/{area}/coverage", &show_coverage);
    add("/api/v1/catalogue/areas", &show_areas);
    add("/api/v1/catalogue/areas/{code}", &show_area);
}

} // namespace songda::api
