// The public shelf: service guides in force, for people and programs (苏政办发〔2018〕64号
// 一（四）: all that an item asks for is public).

#include "api/guide_page.hpp"
#include "api/problem.hpp"
#include "api/shelf.hpp"
#include "base/text_codec.hpp"

namespace songda::api {
namespace {

constexpr std::size_t guides_listed_max = 500;

struct Found {
    store::EditionRow edition;
    catalogue::Guide guide;
};

Result<std::optional<Found>> find_guide(const Shelf& shelf, const http::Request& request) {
    const auto code = http::percent_decode(request.path_values.front());
    store::Store& store = shelf.parts().store;
    const auto edition =
        store.edition_in_force(store::EditionKind::guide, code.value_or(""), shelf.today());
    if (!edition.ok()) {
        return edition.error();
    }
    if (!edition.value()) {
        return std::optional<Found>();
    }
    const auto content = store.edition_content(*edition.value());
    if (!content.ok()) {
        return content.error();
    }
    auto guide = catalogue::parse_guide(as_text(content.value()), "guide");
    if (!guide.ok()) {
        return Error{Fault::corrupt, "a published guide does not read: " + guide.error().detail};
    }
    return std::optional(Found{*edition.value(), std::move(guide).value()});
}

Result<std::vector<store::EditionRow>> find_guides(const Shelf& shelf, std::string_view words) {
    auto all = shelf.parts().store.editions_in_force(store::EditionKind::guide, shelf.today());
    if (all.ok() && !words.empty()) {
        std::erase_if(all.value(), [words](const store::EditionRow& row) {
            return row.title.find(words) == std::string::npos &&
                   row.name.find(words) == std::string::npos;
        });
    }
    if (all.ok() && all.value().size() > guides_listed_max) {
        all.value().resize(guides_listed_max); // whoever misses one looks for it by its name
    }
    return all;
}

http::Response show_guide(const Shelf& shelf, const http::Request& request, bool for_people) {
    const auto found = find_guide(shelf, request);
    if (!found.ok()) {
        return problem_response(problem_of(found.error()));
    }
    if (!found.value()) {
        return refusal_response(404, "no guide in force");
    }
    const auto& [edition, guide] = *found.value();
    return for_people ? shelf.page(request, guide_html(guide, edition))
                      : cached(request, "application/json", guide_json(guide, edition));
}

http::Response show_guides(const Shelf& shelf, const http::Request& request, bool for_people) {
    const std::string words = query_value(request, "q").value_or("");
    const auto guides = find_guides(shelf, words);
    if (!guides.ok()) {
        return problem_response(problem_of(guides.error()));
    }
    return for_people ? shelf.page(request, guides_html(guides.value(), words))
                      : cached(request, "application/json", guides_json(guides.value()));
}

} // namespace

void add_guide_routes(std::vector<ApiRoute>& to, const ApiParts& parts, std::string_view html) {
    const auto shelf = std::make_shared<const Shelf>(parts, html);
    struct Door {
        const char* pattern;
        http::Response (*show)(const Shelf&, const http::Request&, bool);
        bool for_people;
    };
    for (const Door& door :
         {Door{"/guides", &show_guides, true}, Door{"/guides/{code}", &show_guide, true},
          Door{"/api/v1/guides", &show_guides, false},
          Door{"/api/v1/guides/{code}", &show_guide, false}}) {
        to.push_back({"GET", door.pattern, Policy::anyone, 0, http::Place::worker,
                      [shelf, door](const http::Request& request, const ApiRoute::Caller&) {
                          return door.show(*shelf, request, door.for_people);
                      }});
    }
}

} // namespace songda::api
