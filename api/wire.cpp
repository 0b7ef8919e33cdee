#include "api/wire.hpp"

namespace songda::api {

http::Response json_response(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.content_type = "application/json";
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

std::optional<std::string> idempotency_key(const http::Request& request) {
    std::string_view value = request.header("Idempotency-Key");
    if (value.empty()) {
        return std::string();
    }
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
    }
    if (value.empty() || value.size() > 128 ||
        value.find_first_of(" \t\"\\") != std::string_view::npos) {
        return std::nullopt;
    }
    return std::string(value);
}

http::Response malformed_key() {
    return problem_response({400, "idempotency-key-malformed", "幂等键（Idempotency-Key）格式不对",
                             "The idempotency key is not well formed.",
                             "1 to 128 visible ASCII characters"});
}

} // namespace songda::api
