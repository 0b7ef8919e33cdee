#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

namespace songda::api {

/// Problems as people see them: web/problem.html (web/README.md says how it is cut), one text a
/// status. Its words know the status and how long to wait, nothing of the request or of the
/// problem: equal problems stay equal. Immutable, so safe from several threads.
class ProblemPages {
public:
    /// Faults: not_found (no such file); invalid_input (a mark or status is missing).
    [[nodiscard]] static Result<ProblemPages> load(const std::string& web_folder);
    /// The same, of the page's text.
    [[nodiscard]] static Result<ProblemPages> cut(std::string_view html);

    /// A problem document becomes the page of its status when the request prefers HTML. Status and
    /// headers stay; every other answer stays as it is.
    void present(const http::Request& request, http::Response& response) const;

private:
    struct Text {
        std::string always;  ///< before what depends on the wait
        std::string waiting; ///< with `{seconds}`
        std::string no_wait;
    };
    [[nodiscard]] const Text& text_of(int status) const;

    std::string before_;
    std::string after_;
    std::map<int, Text> texts_;
};

} // namespace songda::api
