// The public shelf: service guides in force, for people and programs (苏政办发〔2018〕64号
// 一（四）: all that an item asks for is public).

#include "api/guide_page.hpp"
#include "api/pages.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "base/text_codec.hpp"

namespace songda::api {
namespace {

constexpr std::string_view guide_place = "<!--SONGDA:GUIDE-->";
constexpr std::size_t words_bytes_max = 192;
constexpr std::size_t guides_listed_max = 500;

struct Shelf {
    const ApiParts& parts;
    std::string before; ///< of guide.html, around its place
    std::string after;
};

struct Found {
    store::EditionRow edition;
    catalogue::Guide guide;
};

Result<std::optional<Found>> find_guide(const ApiParts& parts, const http::Request& request) {
    const auto code = http::percent_decode(request.path_values.front());
    const Date today = china_date(parts.clock.now());
    const auto edition =
        parts.store.edition_in_force(store::EditionKind::guide, code.value_or(""), today);
    if (!edition.ok()) {
        return edition.error();
    }
    if (!edition.value()) {
        return std::optional<Found>();
    }
    const auto content = parts.store.edition_content(*edition.value());
    if (!content.ok()) {
        return content.error();
    }
    auto guide = catalogue::parse_guide(as_text(content.value()), "guide");
    if (!guide.ok()) {
        return Error{Fault::corrupt, "a published guide does not read: " + guide.error().detail};
    }
    return std::optional(Found{*edition.value(), std::move(guide).value()});
}

/// `q=WORDS` anywhere in the query, as the form sends it; empty for none, and for words that are
/// too long or no UTF-8.
std::string words_of(const http::Request& request) {
    static constexpr std::string_view field = "q=";
    std::string_view query = request.query;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view part = query.substr(0, end);
        if (part.starts_with(field)) {
            auto words = http::percent_decode(part.substr(field.size()), true);
            return words && words->size() <= words_bytes_max ? *std::move(words) : "";
        }
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return {};
}

Result<std::vector<store::EditionRow>> find_guides(const ApiParts& parts, std::string_view words) {
    auto all =
        parts.store.editions_in_force(store::EditionKind::guide, china_date(parts.clock.now()));
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

/// Public and short-lived: a guide changes on a day, and an edition never does.
http::Response cached(const http::Request& request, std::string content_type, std::string body) {
    http::Response response;
    response.content_type = std::move(content_type);
    response.headers = page_headers();
    const std::string etag = etag_of(body);
    response.headers.emplace_back("ETag", etag);
    response.headers.emplace_back("Cache-Control", "public, max-age=300");
    if (request.header("If-None-Match") == etag) {
        response.status = 304;
    } else {
        response.body = std::move(body);
    }
    return response;
}

http::Response page(const Shelf& shelf, const http::Request& request, std::string_view html) {
    return cached(request, "text/html; charset=utf-8",
                  shelf.before + std::string(html) + shelf.after);
}

http::Response show_guide(const Shelf& shelf, const http::Request& request, bool for_people) {
    const auto found = find_guide(shelf.parts, request);
    if (!found.ok()) {
        return problem_response(problem_of(found.error()));
    }
    if (!found.value()) {
        return refusal_response(404, "no guide in force");
    }
    const auto& [edition, guide] = *found.value();
    return for_people ? page(shelf, request, guide_html(guide, edition))
                      : cached(request, "application/json", guide_json(guide, edition));
}

http::Response show_guides(const Shelf& shelf, const http::Request& request, bool for_people) {
    const std::string words = words_of(request);
    const auto guides = find_guides(shelf.parts, words);
    if (!guides.ok()) {
        return problem_response(problem_of(guides.error()));
    }
    return for_people ? page(shelf, request, guides_html(guides.value(), words))
                      : cached(request, "application/json", guides_json(guides.value()));
}

} // namespace

void add_guide_routes(std::vector<ApiRoute>& to, const ApiParts& parts, std::string_view html) {
    const std::size_t place = std::min(html.find(guide_place), html.size());
    const std::size_t after = std::min(place + guide_place.size(), html.size());
    const auto shelf = std::make_shared<const Shelf>(
        Shelf{parts, std::string(html.substr(0, place)), std::string(html.substr(after))});
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
