#include "app/kiosk/local_door.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <memory>

#include <rapidjson/document.h>

#include "base/json.hpp"

namespace songda::app {
namespace {

constexpr std::size_t body_max = 4096;

struct Page {
    const char* path;
    const char* name;
    const char* type;
};
constexpr std::array pages = {Page{"/", "kiosk.html", "text/html; charset=utf-8"},
                              Page{"/kiosk.js", "kiosk.js", "text/javascript; charset=utf-8"},
                              Page{"/kiosk.css", "kiosk.css", "text/css; charset=utf-8"}};

http::Response answer(std::string body) {
    http::Response response;
    response.content_type = "application/json";
    response.headers = {{"Cache-Control", "no-store"}};
    response.body = std::move(body);
    return response;
}

http::Headers page_headers() {
    return {{"Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "
                                        "connect-src 'self'; base-uri 'none'; "
                                        "frame-ancestors 'none'; form-action 'none'"},
            {"Cache-Control", "no-store"},
            {"X-Content-Type-Options", "nosniff"}};
}

} // namespace

Result<std::vector<http::Route>> make_local_routes(KioskDevice& device,
                                                   const std::string& web_folder) {
    std::vector<http::Route> routes;
    for (const Page& page : pages) {
        const std::string path = web_folder + '/' + page.name;
        std::ifstream in(path, std::ios::binary);
        if (!in) {
            return Error{Fault::not_found, path + ": cannot be read"};
        }
        const auto text = std::make_shared<const std::string>(
            std::string(std::istreambuf_iterator<char>(in), {}));
        routes.push_back({"GET", page.path, 0, http::Place::quick,
                          [text, type = page.type](const http::Request&) {
                              http::Response response;
                              response.content_type = type;
                              response.headers = page_headers();
                              response.shared_body = text;
                              return response;
                          }});
    }
    const auto add = [&](const char* method, const char* path, http::Handler handle) {
        routes.push_back({method, path, std::string_view(method) == "GET" ? 0 : body_max,
                          http::Place::worker, std::move(handle)});
    };
    add("GET", "/local/state",
        [&device](const http::Request&) { return answer(device.standing()); });
    add("POST", "/local/openings",
        [&device](const http::Request& request) { return device.open_desk(request.body); });
    add("POST", "/local/prints", [&device](const http::Request& request) {
        const auto body = parse_json(request.body, 2);
        return device.print(body.ok() ? std::string(member_text(body.value().root(), "document"))
                                      : "");
    });
    add("POST", "/local/confirmations", [&device](const http::Request& request) {
        const auto body = parse_json(request.body, 2);
        const rapidjson::Value* const taken =
            body.ok() ? find_member(body.value().root(), "taken") : nullptr;
        return device.confirm(taken != nullptr && taken->IsTrue());
    });
    add("POST", "/local/end", [&device](const http::Request&) {
        device.end_session();
        return answer("{}");
    });
    return routes;
}

} // namespace songda::app
