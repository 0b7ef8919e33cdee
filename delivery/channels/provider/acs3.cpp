#include "delivery/channels/provider/acs3.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/channels/provider/placeholders.hpp"

namespace songda::delivery::provider {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// By their encoded names, as the other side sorts them.
std::string canonical_query(const Pairs& query) {
    Pairs encoded;
    for (const auto& [name, value] : query) {
        encoded.emplace_back(percent_encoded(name), percent_encoded(value));
    }
    std::sort(encoded.begin(), encoded.end());
    std::string text;
    for (const auto& [name, value] : encoded) {
        text += (text.empty() ? "" : "&") + name + '=' + value;
    }
    return text;
}

} // namespace

Pairs acs3_headers(const Acs3Request& request, const Acs3Stamp& stamp, const std::string& key_id,
                   const std::string& key) {
    constexpr const char* algorithm = "ACS3-HMAC-SHA256";
    const std::string body_hash = to_hex(sha256(as_bytes(request.body)));
    Pairs added = {{"x-acs-date", stamp.date},
                   {"x-acs-signature-nonce", stamp.nonce},
                   {"x-acs-content-sha256", body_hash}};
    Pairs signed_headers = request.headers;
    signed_headers.insert(signed_headers.end(), added.begin(), added.end());
    signed_headers.emplace_back("host", request.host);
    std::sort(signed_headers.begin(), signed_headers.end());
    std::string names;
    std::string lines;
    for (const auto& [name, value] : signed_headers) {
        names += (names.empty() ? "" : ";") + name;
        lines += name + ':' + value + '\n';
    }
    const std::string canonical = request.method + '\n' + request.path + '\n' +
                                  canonical_query(request.query) + '\n' + lines + '\n' + names +
                                  '\n' + body_hash;
    const std::string to_sign = std::string(algorithm) + '\n' + to_hex(sha256(as_bytes(canonical)));
    const std::string signature = to_hex(hmac_sha256(as_bytes(key), as_bytes(to_sign)));
    added.emplace_back("Authorization", std::string(algorithm) + " Credential=" + key_id +
                                            ",SignedHeaders=" + names + ",Signature=" + signature);
    return added;
}

} // namespace songda::delivery::provider
