#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/private.hpp"
#include "base/result.hpp"
#include "delivery/channel.hpp"

namespace songda::delivery {

struct WebhookOptions {
    std::string url;                           ///< `https://…`; no user, no fragment
    std::string ed25519_key_file;              ///< PEM, signs `v1a`; empty: none
    std::vector<Private<std::string>> secrets; ///< `whsec_…`, sign `v1`; two during a rotation
    std::string ca_file;                       ///< PEM; empty: the system's authorities
    /// For a receiver inside our own network. Also lets `http` through, to loopback only.
    bool allow_private_addresses = false;
    std::int64_t connect_ms = 5'000;
    std::int64_t attempt_ms = 20'000;
};

/// The channel `portal`: tells the government portal (政务服务网), by a signed POST, that a
/// document waits for one of its account holders, or what became of it. Link and code go there and
/// are shown to that person after login. Idempotent: the leg's id is `webhook-id` on every attempt.
/// Goes to no address inside our network, follows no redirect, uses no proxy, reads at most 20 kB
/// of the answer. Safe to call from several threads; connections are kept and used again.
/// docs/formats/webhook.md.
class WebhookChannel final : public Channel {
public:
    /// Faults: invalid_input names the option; not_found for a missing key file.
    [[nodiscard]] static Result<std::unique_ptr<WebhookChannel>> make(WebhookOptions options);
    ~WebhookChannel() override;

    [[nodiscard]] ChannelTraits traits() const override;
    [[nodiscard]] Outcome send(const Dispatch& dispatch) override;

private:
    struct Inside;
    explicit WebhookChannel(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

/// The body of the POST. Pure; the same on every attempt, unless a notice has become history.
[[nodiscard]] std::string webhook_body(const Dispatch& dispatch);

} // namespace songda::delivery
