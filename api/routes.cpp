#include "api/routes.hpp"

#include <memory>

#include "api/pages.hpp"
#include "api/problem.hpp"

namespace songda::api {
namespace {

http::Response not_allowed() {
    http::Response response =
        problem_response({401, "credential-needed", "需要有效的凭证",
                          "A valid credential with the right scope is needed."});
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

http::Response too_often(std::int64_t seconds) {
    http::Response response = refusal_response(429, "");
    response.headers.emplace_back("Retry-After", std::to_string(seconds));
    return response;
}

/// The media type without its parameters (`; charset=utf-8`); empty when none is named.
std::string_view media_type(const http::Request& request) {
    std::string_view type = request.header("Content-Type");
    type = type.substr(0, type.find(';'));
    return type.substr(0, type.find_last_not_of(" \t") + 1);
}

http::Response wrong_content_type(const std::string& accepted) {
    http::Response response = problem_response(
        {415, "content-type", "内容类型（Content-Type）不对",
         "This path takes another Content-Type.",
         "send it as " + accepted + "; with curl: -H 'Content-Type: " + accepted + "'"});
    response.headers.emplace_back("Accept", accepted);
    return response;
}

/// Everything that the guards of one server share.
struct Guards {
    explicit Guards(const ApiParts& given)
        : parts(given), addresses(given.limits.per_address), documents(given.limits.per_document) {}

    const ApiParts& parts;
    RateLimiter addresses;
    RateLimiter documents;
};

/// Public routes: a limit per address, and for one document a limit whoever asks.
std::optional<http::Response> check_rate(Guards& guards, Policy policy,
                                         const http::Request& request) {
    const TimeMs now = guards.parts.clock.now();
    std::int64_t wait = guards.addresses.seconds_to_wait(request.peer, now);
    if (wait == 0 && policy == Policy::anyone_document && !request.path_values.empty()) {
        wait = guards.documents.seconds_to_wait(request.path_values.front(), now);
    }
    return wait > 0 ? std::optional(too_often(wait)) : std::nullopt;
}

http::Response serve(Guards& guards, const ApiRoute& route, const http::Request& request) {
    ApiRoute::Caller caller;
    const ApiParts& parts = guards.parts;
    switch (route.policy) {
    case Policy::anyone:
    case Policy::anyone_document:
    case Policy::screen: // its board compares the token
        if (auto refused = check_rate(guards, route.policy, request)) {
            return std::move(*refused);
        }
        break;
    case Policy::issue:
    case Policy::approve:
    case Policy::status:
    case Policy::read: {
        auto found =
            parts.gatekeeper.find_principal(request, policy_name(route.policy), parts.clock.now());
        if (!found.ok()) {
            return problem_response(problem_of(found.error()));
        }
        if (!found.value()) {
            return not_allowed();
        }
        caller.principal = std::move(*found.value());
        break;
    }
    case Policy::applicant: {
        if (auto refused = check_rate(guards, route.policy, request)) {
            return std::move(*refused);
        }
        const auto inbox =
            parts.applicant_keys.check_session(request.cookie(session_cookie), parts.clock.now());
        if (!inbox) {
            return problem_response(
                {403, "session-ended", "领取页面已关闭，请重新打开链接并输入领取码",
                 "The session has ended; open the link and enter the code again."});
        }
        caller.inbox = *inbox;
        break;
    }
    case Policy::provider: break; // its desk looks before anything is read
    case Policy::operations:
        if (std::find(parts.operations_peers.begin(), parts.operations_peers.end(), request.peer) ==
            parts.operations_peers.end()) {
            return refusal_response(404, "no such path");
        }
        break;
    }
    const std::string_view type = media_type(request);
    if (!route.accepts.empty() && route.accepts != any_type && !type.empty() &&
        !http::same_name(type, route.accepts)) {
        return wrong_content_type(route.accepts);
    }
    return route.handle(request, caller);
}

} // namespace

Result<std::vector<ApiRoute>> make_api_routes(const ApiParts& parts) {
    std::vector<ApiRoute> routes;
    add_document_routes(routes, parts);
    add_collection_routes(routes, parts);
    add_service_routes(routes, parts);
    add_tracking_routes(routes, parts);
    add_dead_letter_routes(routes, parts);
    add_evidence_routes(routes, parts);
    add_case_routes(routes, parts);
    add_draft_routes(routes, parts);
    add_status_routes(routes, parts);
    add_paper_routes(routes, parts);
    add_operation_routes(routes, parts);
    add_timestamp_routes(routes, parts);
    add_provider_routes(routes, parts);
    add_pki_routes(routes, parts);
    auto pages = Pages::load(parts.web_folder);
    if (!pages.ok()) {
        return pages.error();
    }
    add_verify_routes(routes, parts, pages.value().text("verify.html"));
    add_inbox_routes(routes, parts, pages.value().text("inbox.html"));
    add_inbox_event_routes(routes, parts);
    add_hall_routes(routes, parts, pages.value().text("hall.html"));
    add_event_routes(routes, parts);
    add_push_routes(routes, parts);
    add_rating_routes(routes, parts);
    add_guide_routes(routes, parts, pages.value().text("guide.html"));
    add_catalogue_routes(routes, parts, pages.value().text("guide.html"));
    add_deadline_routes(routes, parts);
    pages.value().add_routes(routes);
    return routes;
}

std::vector<http::Route> guard_routes(std::vector<ApiRoute> routes, const ApiParts& parts) {
    const auto guards = std::make_shared<Guards>(parts);
    std::vector<http::Route> guarded;
    for (ApiRoute& route : routes) {
        const auto kept = std::make_shared<ApiRoute>(std::move(route));
        guarded.push_back({kept->method, kept->pattern, kept->body_bytes_max, kept->place,
                           [guards, kept](const http::Request& request) {
                               return serve(*guards, *kept, request);
                           }});
    }
    return guarded;
}

} // namespace songda::api
