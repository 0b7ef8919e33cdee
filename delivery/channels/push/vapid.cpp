#include "delivery/channels/push/vapid.hpp"

#include <openssl/err.h>

#include "base/ecdsa_signature.hpp"
#include "base/json.hpp"
#include "base/sign_bytes.hpp"
#include "base/text_codec.hpp"
#include "delivery/channels/key_file.hpp"
#include "delivery/channels/push/sealed_push.hpp"

namespace songda::delivery::push {
namespace {

/// Half of what RFC 8292 §2 allows, so that a clock may be wrong.
constexpr std::int64_t token_seconds = 12LL * 3600;

/// ES256 (RFC 7518 §3.4): r and s, 32 bytes each. Empty: not signed.
Bytes sign_es256(EVP_PKEY* key, std::string_view text) {
    const auto signature = read_ecdsa_der(sign_bytes(key, EVP_sha256(), as_bytes(text)));
    return signature ? write_ecdsa_fixed(*signature) : Bytes();
}

} // namespace

Result<Vapid> Vapid::make(const std::string& key_file, std::string contact) {
    if (!contact.starts_with("mailto:") && !contact.starts_with("https:")) {
        return Error{Fault::invalid_input, "contact must begin with mailto: or https:"};
    }
    auto key = read_key_file(key_file);
    if (!key.ok()) {
        return key.error();
    }
    const Bytes point = point_of(key.value().get());
    if (point.empty()) {
        return Error{Fault::invalid_input, key_file + ": not a P-256 private key"};
    }
    Vapid vapid;
    vapid.key_ = std::move(key).value();
    vapid.contact_ = std::move(contact);
    vapid.public_key_ = to_base64url(point);
    return vapid;
}

Result<std::string> Vapid::authorization(std::string_view origin, TimeMs now) const {
    std::string claims;
    JsonObject object(claims);
    object.text("aud", origin);
    object.raw("exp", std::to_string(now.value / 1000 + token_seconds));
    object.text("sub", contact_);
    object.end();
    const std::string token = to_base64url(as_bytes(R"({"typ":"JWT","alg":"ES256"})")) + '.' +
                              to_base64url(as_bytes(claims));
    const Bytes signature = sign_es256(key_.get(), token);
    ERR_clear_error();
    if (signature.empty()) {
        return Error{Fault::internal, "a push message was not signed"};
    }
    return "vapid t=" + token + '.' + to_base64url(signature) + ", k=" + public_key_;
}

} // namespace songda::delivery::push
