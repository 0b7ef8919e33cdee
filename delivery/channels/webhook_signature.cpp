#include "delivery/channels/webhook_signature.hpp"

#include <openssl/err.h>

#include "base/sha256.hpp"
#include "base/sign_bytes.hpp"
#include "base/text_codec.hpp"
#include "delivery/channels/key_file.hpp"

namespace songda::delivery {
namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::size_t secret_bytes_min = 24;
constexpr std::size_t secret_bytes_max = 64;

std::optional<Bytes> parse_secret(std::string_view text) {
    if (!text.starts_with(secret_prefix)) {
        return std::nullopt;
    }
    auto bytes = from_base64(text.substr(secret_prefix.size()));
    if (!bytes || bytes->size() < secret_bytes_min || bytes->size() > secret_bytes_max) {
        return std::nullopt;
    }
    return bytes;
}

std::string hmac_signature(ByteView secret, std::string_view content) {
    return "v1," + to_base64(hmac_sha256(secret, as_bytes(content)));
}

std::string ed25519_signature(EVP_PKEY* key, std::string_view content) {
    const Bytes value = sign_bytes(key, nullptr, as_bytes(content));
    return value.empty() ? std::string() : "v1a," + to_base64(value);
}

} // namespace

Result<WebhookSigner> WebhookSigner::make(const std::string& ed25519_key_file,
                                          const std::vector<Private<std::string>>& secrets) {
    WebhookSigner signer;
    if (!ed25519_key_file.empty()) {
        auto key = read_key_file(ed25519_key_file);
        if (!key.ok()) {
            return key.error();
        }
        if (EVP_PKEY_base_id(key.value().get()) != EVP_PKEY_ED25519) {
            return Error{Fault::invalid_input, "not an Ed25519 private key: " + ed25519_key_file};
        }
        signer.key_ = std::move(key).value();
    }
    for (const auto& text : secrets) {
        auto secret = parse_secret(text.reveal());
        if (!secret) {
            return Error{Fault::invalid_input,
                         "a webhook secret is not whsec_ and base64 of 24 to 64 bytes"};
        }
        signer.secrets_.emplace_back(std::move(*secret));
    }
    if (!signer.key_ && signer.secrets_.empty()) {
        return Error{Fault::invalid_input, "a webhook needs a key or a secret"};
    }
    return signer;
}

Result<std::string> WebhookSigner::sign(const WebhookStamp& stamp, std::string_view body) const {
    std::string content(stamp.id);
    content += '.';
    content += std::to_string(stamp.timestamp_seconds);
    content += '.';
    content += body;
    std::vector<std::string> signatures;
    if (key_) {
        signatures.push_back(ed25519_signature(key_.get(), content));
    }
    for (const auto& secret : secrets_) {
        signatures.push_back(hmac_signature(secret.reveal(), content));
    }
    std::string value;
    for (const std::string& signature : signatures) {
        if (signature.empty()) {
            return Error{Fault::internal, "a webhook was not signed"};
        }
        value += value.empty() ? "" : " ";
        value += signature;
    }
    return value;
}

} // namespace songda::delivery
