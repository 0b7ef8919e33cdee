#include "api/access.hpp"

#include <algorithm>
#include <array>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::api {
namespace {

template <std::size_t N>
std::string random_text(Random& random) {
    std::array<std::uint8_t, N> bytes{};
    random.fill(bytes);
    return to_base32(bytes);
}

} // namespace

std::optional<std::string_view> bearer_of(const http::Request& request) {
    static constexpr std::string_view scheme = "Bearer ";
    const std::string_view value = request.header("Authorization");
    if (value.substr(0, scheme.size()) != scheme) {
        return std::nullopt;
    }
    return value.substr(scheme.size());
}

std::string_view policy_name(Policy policy) {
    switch (policy) {
    case Policy::anyone: return "anyone";
    case Policy::anyone_document: return "anyone_document";
    case Policy::provider: return "provider";
    case Policy::issue: return "issue";
    case Policy::approve: return "approve";
    case Policy::status: return "status";
    case Policy::read: return "read";
    case Policy::applicant: return "applicant";
    case Policy::screen: return "screen";
    case Policy::operations: return "operations";
    }
    return "operations";
}

NewApiKey make_api_key(const ApiKeyRequest& request, TimeMs now, Random& random) {
    NewApiKey made;
    made.row.kid = random_text<10>(random);
    const std::string secret =
        random_text<35>(random); // 280 bits: whole base32 characters over 256
    made.row.secret_hash = sha256(as_bytes(secret));
    made.row.department = request.department;
    made.row.scopes = request.scopes;
    made.row.created = now;
    made.row.expires = now + request.days * 86'400'000;
    made.row.label = request.label;
    made.bearer = made.row.kid + '.' + secret;
    return made;
}

Result<std::optional<Principal>>
Gatekeeper::find_principal(const http::Request& request, std::string_view scope, TimeMs now) const {
    if (request.client_certificate) {
        const auto found = certificates_.find(*request.client_certificate);
        if (found != certificates_.end()) {
            const auto name = ByteView(*request.client_certificate).first(8);
            return std::optional(Principal{found->second, "certificate:" + to_hex(name)});
        }
    }
    const auto bearer = bearer_of(request);
    const std::size_t dot = bearer ? bearer->find('.') : std::string_view::npos;
    if (dot == std::string_view::npos || dot > 64) {
        return std::optional<Principal>();
    }
    const auto key = store_.find_api_key(bearer->substr(0, dot));
    if (!key.ok()) {
        return key.error();
    }
    const Digest secret_hash = sha256(as_bytes(bearer->substr(dot + 1)));
    // A missing key compares with a hash that nothing has, so that it takes as long as a wrong
    // secret.
    const store::ApiKey row = key.value().value_or(store::ApiKey{});
    const bool known = equal_constant_time(row.secret_hash, secret_hash);
    const bool live = now < row.expires && !row.revoked;
    const bool scoped = std::find(row.scopes.begin(), row.scopes.end(), scope) != row.scopes.end();
    if (!known || !live || !scoped) {
        return std::optional<Principal>();
    }
    return std::optional(Principal{row.department, "key:" + row.kid});
}

} // namespace songda::api
