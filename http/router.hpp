#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace songda::http {

/// Finds the route of a request. Immutable after construction, so safe from several threads.
class Router {
public:
    explicit Router(std::vector<Route> routes);

    struct Match {
        const Route* route = nullptr;         ///< null: none
        std::vector<std::string> path_values; ///< what `{name}` parts matched
        std::string allow; ///< methods of that path, if the path is known but not the method
    };
    /// HEAD is served by the GET route.
    [[nodiscard]] Match find(std::string_view method, std::string_view path) const;

private:
    struct Entry {
        Route route;
        std::vector<std::string> segments;
    };
    std::vector<Entry> entries_;
};

} // namespace songda::http
