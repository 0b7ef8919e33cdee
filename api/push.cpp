// Browsers that want to be told when something comes into an opened inbox (Web Push, RFC 8030).

#include "api/problem.hpp"
#include "api/request_body.hpp"
#include "api/routes.hpp"
#include "base/text_codec.hpp"

namespace songda::api {
namespace {

constexpr std::size_t subscription_bytes_max = 2048;

http::Response done() {
    http::Response response;
    response.status = 204;
    response.headers = {{"Cache-Control", "no-store"}};
    return response;
}

/// `{"endpoint","key","secret"}`: key and secret in base64url, as browsers give them. Empty parts
/// for anything else.
store::PushSubscription read_subscription(const http::Request& request, const store::InboxId& inbox,
                                          TimeMs now) {
    const auto body = object_body(request);
    if (!body) {
        return {};
    }
    const auto secret = from_base64url(member_text(body->root(), "secret")).value_or(Bytes());
    return {inbox, Private(std::string(member_text(body->root(), "endpoint"))),
            from_base64url(member_text(body->root(), "key")).value_or(Bytes()),
            Private(std::string(as_text(secret))), now};
}

http::Response subscribe(const ApiParts& parts, const http::Request& request,
                         const store::InboxId& inbox) {
    const auto subscription = read_subscription(request, inbox, parts.clock.now());
    if (parts.push_key.empty()) {
        return refusal_response(404, "no push here");
    }
    if (!parts.is_push_subscription(subscription)) {
        return refusal_response(400, "no push subscription");
    }
    const auto kept = parts.store.put_push(subscription);
    return kept.ok() ? done() : problem_response(problem_of(kept.error()));
}

http::Response unsubscribe(const ApiParts& parts, const http::Request& request,
                           const store::InboxId& inbox) {
    const auto subscription = read_subscription(request, inbox, parts.clock.now());
    const auto dropped = parts.store.drop_push(inbox, subscription.endpoint.reveal());
    return dropped.ok() ? done() : problem_response(problem_of(dropped.error()));
}

} // namespace

void add_push_routes(std::vector<ApiRoute>& to, const ApiParts& parts) {
    using Caller = ApiRoute::Caller;
    const auto add = [&](const char* method, auto handle) {
        to.push_back({method, "/api/v1/inbox/push", Policy::applicant, subscription_bytes_max,
                      http::Place::worker,
                      [&parts, handle](const http::Request& request, const Caller& caller) {
                          return handle(parts, request, caller.inbox);
                      },
                      "application/json"});
    };
    add("POST", &subscribe);
    add("DELETE", &unsubscribe);
}

} // namespace songda::api
