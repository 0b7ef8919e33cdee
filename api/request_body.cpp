#include "api/request_body.hpp"

#include <algorithm>

#include "api/problem.hpp"
#include "base/utf8.hpp"

namespace songda::api {

std::optional<JsonText> object_body(const http::Request& request) {
    auto body = parse_json(request.body, 2);
    return body.ok() && kind_of(body.value().root()) == "object"
               ? std::optional(std::move(body).value())
               : std::nullopt;
}

bool is_said(std::string_view text, std::size_t characters_max) {
    const std::size_t count = count_code_points(text);
    while (!text.empty()) {
        if (is_forbidden_in_documents(take_code_point(text))) {
            return false;
        }
    }
    return count > 0 && count <= characters_max;
}

void tell(std::vector<issuer::Finding>& findings, std::string_view member, std::string_view rule,
          std::string_view zh, std::string_view en) {
    findings.push_back(
        {"/" + std::string(member), std::string(rule), "", std::string(zh), std::string(en)});
}

http::Response refused_for(std::string_view code, std::string_view zh, std::string_view en,
                           const std::vector<issuer::Finding>& findings) {
    return problem_response({422, code, zh, en, {}, &findings});
}

void refuse_others(const rapidjson::Value& body, std::span<const std::string_view> members,
                   std::vector<issuer::Finding>& findings) {
    for (const std::string_view name : member_names(body)) {
        if (std::find(members.begin(), members.end(), name) == members.end()) {
            tell(findings, name, "unknown", "没有这一项", "is not a known member");
        }
    }
}

} // namespace songda::api
