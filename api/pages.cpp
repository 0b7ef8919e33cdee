#include "api/pages.hpp"

#include <array>
#include <fstream>
#include <sstream>

#include "base/check.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::api {
namespace {

struct KnownFile {
    std::string_view path; ///< where it is served as it is; empty: another counter serves it
    std::string_view name; ///< in the web folder
    std::string_view content_type;
};

constexpr std::string_view html = "text/html; charset=utf-8";
constexpr std::string_view script = "text/javascript; charset=utf-8";

constexpr std::array known_files = {
    KnownFile{"/", "index.html", html},
    KnownFile{"", "verify.html", html}, // its routes put the answer in
    KnownFile{"", "inbox.html", html},
    KnownFile{"", "guide.html", html},
    KnownFile{"", "hall.html", html},
    KnownFile{"/hall.js", "hall.js", script},
    KnownFile{"/hall.css", "hall.css", "text/css; charset=utf-8"},
    KnownFile{"/inbox.js", "inbox.js", script},
    KnownFile{"/elements.js", "elements.js", script},
    KnownFile{"/rating.js", "rating.js", script},
    KnownFile{"/subscribe.js", "subscribe.js", script},
    KnownFile{"/push.js", "push.js", script},
    KnownFile{"/style.css", "style.css", "text/css; charset=utf-8"},
    KnownFile{"/verify.js", "verify.js", script},
    KnownFile{"/seal.js", "seal.js", script},
    KnownFile{"/sw.js", "sw.js", script},
    KnownFile{"/icon.svg", "icon.svg", "image/svg+xml"},
    KnownFile{"/manifest.webmanifest", "manifest.webmanifest", "application/manifest+json"},
};

} // namespace

http::Headers page_headers() {
    return {{"Content-Security-Policy",
             "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
             "'self'; "
             "form-action 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
             "frame-ancestors 'none'"},
            {"X-Content-Type-Options", "nosniff"},
            {"Referrer-Policy", "no-referrer"},
            {"Cross-Origin-Opener-Policy", "same-origin"},
            {"Permissions-Policy", "geolocation=(), microphone=()"}};
}

http::Response unkept_page(const std::shared_ptr<const std::string>& page) {
    http::Response response;
    response.content_type = html;
    response.headers = page_headers();
    response.headers.emplace_back("Cache-Control", "no-store");
    response.shared_body = page;
    return response;
}

std::string etag_of(std::string_view bytes) {
    return '"' + to_hex(ByteView(sha256(as_bytes(bytes))).first(8)) + '"';
}

Result<Pages> Pages::load(const std::string& folder) {
    Pages pages;
    for (const KnownFile& known : known_files) {
        const std::string path = folder + '/' + std::string(known.name);
        std::ifstream in(path, std::ios::binary);
        if (!in) {
            return Error{Fault::not_found, path + ": the page cannot be read"};
        }
        std::ostringstream text;
        text << in.rdbuf();
        auto bytes = std::make_shared<const std::string>(text.str());
        const std::string etag = etag_of(*bytes);
        pages.files_[std::string(known.name)] = {std::string(known.content_type), etag,
                                                 std::move(bytes)};
    }
    return pages;
}

std::string_view Pages::text(const std::string& name) const {
    const auto found = files_.find(name);
    SONGDA_CHECK(found != files_.end());
    return *found->second.bytes;
}

void Pages::add_routes(std::vector<ApiRoute>& to) const {
    for (const KnownFile& known : known_files) {
        if (known.path.empty()) {
            continue;
        }
        const File file = files_.at(std::string(known.name));
        to.push_back({"GET", std::string(known.path), Policy::anyone, 0, http::Place::quick,
                      [file](const http::Request& request, const ApiRoute::Caller&) {
                          http::Response response;
                          response.content_type = file.content_type;
                          response.headers = page_headers();
                          response.headers.emplace_back("ETag", file.etag);
                          response.headers.emplace_back("Cache-Control", "no-cache");
                          if (request.header("If-None-Match") == file.etag) {
                              response.status = 304;
                          } else {
                              response.shared_body = file.bytes;
                          }
                          return response;
                      }});
    }
}

} // namespace songda::api
