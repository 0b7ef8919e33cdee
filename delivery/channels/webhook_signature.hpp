#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/private.hpp"
#include "base/result.hpp"

/// Signatures of Standard Webhooks 1.0. docs/formats/webhook.md.
namespace songda::delivery {

/// The headers that tell one message and one attempt.
struct WebhookStamp {
    std::string_view id;            ///< no dot
    std::int64_t timestamp_seconds; ///< of the attempt
};

/// Signs with every key at once, so that a receiver that knows any of them is content: old and new
/// secret during a rotation, HMAC and Ed25519. Safe to call from several threads.
class WebhookSigner {
public:
    /// `ed25519_key_file`: private key, PEM; may be empty. `secrets`: `whsec_` + base64 of 24 to 64
    /// bytes each. At least one of the two. Faults: not_found, invalid_input; `detail` holds no
    /// key.
    [[nodiscard]] static Result<WebhookSigner>
    make(const std::string& ed25519_key_file, const std::vector<Private<std::string>>& secrets);

    /// `v1a,… v1,…`, the value of `webhook-signature`.
    [[nodiscard]] Result<std::string> sign(const WebhookStamp& stamp, std::string_view body) const;

private:
    openssl::Pkey key_; ///< Ed25519; null: none
    std::vector<Private<Bytes>> secrets_;
};

} // namespace songda::delivery
