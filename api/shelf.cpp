#include "api/shelf.hpp"

#include <algorithm>

#include "api/pages.hpp"

namespace songda::api {
namespace {

constexpr std::string_view place = "<!--SONGDA:GUIDE-->";

} // namespace

Shelf::Shelf(const ApiParts& parts, std::string_view html) : parts_(parts) {
    const std::size_t at = std::min(html.find(place), html.size());
    before_ = html.substr(0, at);
    after_ = html.substr(std::min(at + place.size(), html.size()));
}

http::Response Shelf::page(const http::Request& request, std::string_view html) const {
    return cached(request, "text/html; charset=utf-8", before_ + std::string(html) + after_);
}

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

std::vector<std::string> query_values(const http::Request& request, std::string_view name) {
    std::vector<std::string> values;
    std::string_view query = request.query;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view part = query.substr(0, end);
        if (part.size() > name.size() && part.starts_with(name) && part[name.size()] == '=') {
            auto value = http::percent_decode(part.substr(name.size() + 1), true);
            const bool good = value && value->size() <= query_value_bytes_max;
            values.push_back(good ? *std::move(value) : "");
        }
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return values;
}

std::optional<std::string> query_value(const http::Request& request, std::string_view name) {
    auto values = query_values(request, name);
    return values.empty() ? std::nullopt : std::optional(std::move(values.front()));
}

} // namespace songda::api
