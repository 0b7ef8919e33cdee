#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/routes.hpp"

/// What the public counters share: guides, lists of items, the register. They answer anybody, in
/// pages and in JSON, with what is in force today.
namespace songda::api {

/// The page that all of them are set into. Immutable; share it.
class Shelf {
public:
    /// `html` is guide.html with its place.
    Shelf(const ApiParts& parts, std::string_view html);

    [[nodiscard]] const ApiParts& parts() const { return parts_; }
    [[nodiscard]] Date today() const { return china_date(parts_.clock.now()); }
    [[nodiscard]] http::Response page(const http::Request& request, std::string_view html) const;

private:
    const ApiParts& parts_;
    std::string before_;
    std::string after_;
};

/// Public and short-lived: what is in force changes on a day, and an edition never does.
[[nodiscard]] http::Response cached(const http::Request& request, std::string content_type,
                                    std::string body);

/// Values of `name=` in the query, decoded, in order; `+` is a blank. One that is no UTF-8 or
/// longer than query_value_bytes_max counts as empty.
[[nodiscard]] std::vector<std::string> query_values(const http::Request& request,
                                                    std::string_view name);
/// The first of them, or nothing.
[[nodiscard]] std::optional<std::string> query_value(const http::Request& request,
                                                     std::string_view name);
inline constexpr std::size_t query_value_bytes_max = 192;

} // namespace songda::api
