#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/random.hpp"
#include "delivery/channel.hpp"
#include "delivery/channels/guarded_http.hpp"
#include "delivery/channels/push/vapid.hpp"
#include "store/store.hpp"

namespace songda::delivery::push {

struct PushOptions {
    std::string key_file; ///< PEM of a P-256 key: who we are to the push services
    std::string contact;  ///< `mailto:…` or `https:…`
    std::string ca_file;  ///< PEM; empty: the system's authorities
    bool allow_private_addresses = false;
    std::int64_t attempt_ms = 10'000; ///< to one browser
};

/// The channel `web_push`: wakes the browsers that the recipient subscribed in the inbox page (RFC
/// 8030, 8291, 8292). It tells and never serves: that a push service took a message says nothing of
/// a person. In the message is what happened and where to look, no name and no code. A message sent
/// again takes the place of the one before, on the service (Topic) and on the screen (tag).
/// A subscription that its service says is gone is removed. Safe to call from several threads.
/// docs/formats/web-push.md.
class PushChannel final : public Channel {
public:
    /// Faults name the option. `store` and `random` outlive it.
    [[nodiscard]] static Result<std::unique_ptr<PushChannel>>
    make(const PushOptions& options, store::Store& store, Random& random);

    [[nodiscard]] ChannelTraits traits() const override;
    [[nodiscard]] Outcome send(const Dispatch& dispatch) override;

    [[nodiscard]] const std::string& public_key() const { return vapid_.public_key(); }

private:
    PushChannel(Vapid vapid, GuardedHttp http, std::int64_t attempt_ms, store::Store& store,
                Random& random)
        : vapid_(std::move(vapid)), http_(std::move(http)), attempt_ms_(attempt_ms), store_(store),
          random_(random) {}
    [[nodiscard]] Outcome tell(const store::PushSubscription& browser, const Dispatch& dispatch);

    Vapid vapid_;
    GuardedHttp http_;
    std::int64_t attempt_ms_;
    store::Store& store_;
    Random& random_;
};

/// A subscription as a browser gives it: https, no user, at most 1024 bytes, a point and a secret.
[[nodiscard]] bool is_subscription(const store::PushSubscription& subscription);

/// What the browser is told, before it is encrypted. Pure.
[[nodiscard]] std::string push_text(const Dispatch& dispatch);

} // namespace songda::delivery::push
