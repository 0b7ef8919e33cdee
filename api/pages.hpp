#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/routes.hpp"

namespace songda::api {

/// The files of `web/`, read once at start: nothing that a request names ever becomes a path
/// (threat T11). Immutable after loading.
class Pages {
public:
    /// Faults: not_found, naming the file that is missing.
    [[nodiscard]] static Result<Pages> load(const std::string& folder);

    /// A page's text; it must be one of the known files.
    [[nodiscard]] std::string_view text(const std::string& name) const;

    /// Static files with ETag, and `/`. Not verify.html: see add_verify_routes.
    void add_routes(std::vector<ApiRoute>& to) const;

private:
    struct File {
        std::string content_type;
        std::string etag;
        std::shared_ptr<const std::string> bytes;
    };
    std::map<std::string, File> files_;
};

/// Strict headers of every page: no foreign content, no framing, no referrer (the address holds the
/// key).
[[nodiscard]] http::Headers page_headers();
/// A page that no cache keeps.
[[nodiscard]] http::Response unkept_page(const std::shared_ptr<const std::string>& page);
/// Strong ETag of a page's bytes.
[[nodiscard]] std::string etag_of(std::string_view bytes);

} // namespace songda::api
