#include "delivery/channels/push/push_channel.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/channels/push/sealed_push.hpp"
#include "delivery/channels/webhook_answer.hpp"
#include "store/limits.hpp"

namespace songda::delivery::push {
namespace {

using Kind = Outcome::Kind;

constexpr std::string_view scheme = "https://";
/// Of calls to hosts that are not known ahead only the scheme is fixed; each names its own address.
constexpr std::string_view any_host = "https://localhost/";
constexpr std::size_t endpoint_bytes_max = 1024;
constexpr std::size_t topic_bytes = 24; ///< 32 characters, the most that RFC 8030 §5.4 allows
constexpr std::int64_t connect_ms_max = 5000;
constexpr std::size_t answer_bytes_max = 4096;

/// `https://HOST[:PORT]`; nothing when the endpoint is no address of a push service.
std::optional<std::string_view> origin_of(std::string_view endpoint) {
    const bool plain =
        std::all_of(endpoint.begin(), endpoint.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (!plain || !endpoint.starts_with(scheme) || endpoint.size() > endpoint_bytes_max ||
        endpoint.find_first_of("#\\\"") != std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t end = std::min(endpoint.find_first_of("/?", scheme.size()), endpoint.size());
    const std::string_view host = endpoint.substr(scheme.size(), end - scheme.size());
    if (host.empty() || host.find('@') != std::string_view::npos) {
        return std::nullopt;
    }
    return endpoint.substr(0, end);
}

/// The same for each attempt of a leg: a message that still waits at the service is replaced.
std::string topic_of(const store::LegRow& leg) {
    const Digest hash = sha256(leg.id.view());
    return to_base64url(ByteView(hash).first(topic_bytes));
}

/// 404 and 410: the service knows this browser no more (RFC 8030 §7.3).
bool is_gone(const HttpReply& reply) {
    return reply.status == 404 || reply.status == 410;
}

Outcome classify(const HttpReply& reply) {
    Outcome outcome = classify_webhook(reply);
    if (is_gone(reply)) {
        outcome.kind = Kind::permanent;
        outcome.reason = Reason::endpoint_gone;
    } else if (reply.status == 413) {
        outcome.reason = Reason::content_too_large;
    }
    // Whoever subscribed named the host: what it says, or does not say, is about that browser and
    // never about our set-up or the whole channel, which it could stop for everybody.
    if (outcome.kind == Kind::configuration) {
        outcome.kind = Kind::permanent;
    } else if (outcome.kind == Kind::temporary) {
        outcome.reason = Reason::rate_limited;
    }
    return outcome;
}

/// One browser that was reached is enough; else what may still become better counts most.
int rank(Kind kind) {
    constexpr std::array order = {Kind::accepted, Kind::temporary};
    return static_cast<int>(std::find(order.begin(), order.end(), kind) - order.begin());
}

} // namespace

bool is_subscription(const store::PushSubscription& subscription) {
    return origin_of(subscription.endpoint.reveal()) && is_point(subscription.key) &&
           subscription.secret.reveal().size() == secret_bytes;
}

std::string push_text(const Dispatch& dispatch) {
    const bool issued = dispatch.notice != nullptr && dispatch.notice->sequence == 1;
    std::string out;
    JsonObject object(out);
    object.raw("v", "1");
    object.text("what", issued ? "document" : "status");
    object.text("tag", to_text(dispatch.leg.id));
    const bool has_link = issued && !dispatch.collection.link.empty();
    object.text("open", has_link ? dispatch.collection.link
                                 : (dispatch.notice == nullptr ? "" : dispatch.notice->verify));
    object.end();
    return out;
}

Result<std::unique_ptr<PushChannel>> PushChannel::make(const PushOptions& options,
                                                       store::Store& store, Random& random) {
    auto vapid = Vapid::make(options.key_file, options.contact);
    if (!vapid.ok()) {
        return vapid.error();
    }
    auto http = GuardedHttp::make({.url = std::string(any_host),
                                   .ca_file = options.ca_file,
                                   .allow_private_addresses = options.allow_private_addresses,
                                   .connect_ms = std::min(options.attempt_ms, connect_ms_max),
                                   .attempt_ms = options.attempt_ms,
                                   .answer_bytes_max = answer_bytes_max});
    if (!http.ok()) {
        return Error{http.error().fault, "web_push: " + http.error().detail};
    }
    return std::unique_ptr<PushChannel>(new PushChannel(
        std::move(vapid).value(), std::move(http).value(), options.attempt_ms, store, random));
}

ChannelTraits PushChannel::traits() const {
    return {true, false, attempt_ms_ * static_cast<std::int64_t>(store::push_subscriptions_max)};
}

Outcome PushChannel::send(const Dispatch& dispatch) {
    if (dispatch.notice == nullptr) {
        return {Kind::permanent, Reason::policy_rejected, "this channel tells and does not serve",
                0};
    }
    const auto browsers = store_.push_subscriptions(dispatch.leg.inbox);
    if (!browsers.ok()) {
        return {Kind::temporary, Reason::storage, {}, 0};
    }
    Outcome best{Kind::permanent, Reason::endpoint_gone, "no browser is subscribed", 0};
    std::size_t reached = 0;
    for (const store::PushSubscription& browser : browsers.value()) {
        Outcome outcome = tell(browser, dispatch);
        reached += outcome.kind == Kind::accepted ? 1 : 0;
        if (rank(outcome.kind) <= rank(best.kind)) {
            best = std::move(outcome);
        }
    }
    if (reached > 0) {
        best.trace =
            fmt::format("{} of {} browsers, {}", reached, browsers.value().size(), best.trace);
    }
    return best;
}

Outcome PushChannel::tell(const store::PushSubscription& browser, const Dispatch& dispatch) {
    const std::string& endpoint = browser.endpoint.reveal();
    const auto origin = origin_of(endpoint);
    if (!origin) {
        return {Kind::permanent, Reason::address_invalid, {}, 0};
    }
    Bytes salt(salt_bytes);
    random_.fill(salt);
    const openssl::Pkey sender = make_sender_key();
    const auto body =
        seal_push(as_bytes(push_text(dispatch)), {browser.key, as_bytes(browser.secret.reveal())},
                  sender.get(), salt);
    const auto authorization = vapid_.authorization(*origin, dispatch.now);
    if (!body.ok() || !authorization.ok()) {
        return {Kind::permanent, Reason::address_invalid, "not encrypted", 0};
    }
    const std::int64_t left = std::max<std::int64_t>(0, dispatch.leg.deadline - dispatch.now);
    const HttpReply reply = http_.call({"POST",
                                        endpoint,
                                        {{"Content-Type", "application/octet-stream"},
                                         {"Content-Encoding", "aes128gcm"},
                                         {"TTL", std::to_string(left / 1000)},
                                         {"Urgency", "normal"},
                                         {"Topic", topic_of(dispatch.leg)},
                                         {"Authorization", authorization.value()}},
                                        std::string(as_text(body.value()))},
                                       dispatch.now);
    if (is_gone(reply)) {
        const auto dropped = store_.drop_push(browser.inbox, endpoint);
        if (!dropped.ok()) { // it will be asked again, and say so again
            log::warning("push_not_dropped", {{"why", dropped.error().detail}});
        }
    }
    return classify(reply);
}

} // namespace songda::delivery::push
