#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "http/message.hpp"
#include "store/store.hpp"

namespace songda::api {

/// Who may use a route. Every route names one.
enum class Policy {
    anyone,          ///< public, limited per address
    anyone_document, ///< public, limited per address and per document
    issue,           ///< a department's credential with scope `issue`
    approve,         ///< a department's credential with scope `approve`: a person's
    status,          ///< a department's credential with scope `status`: takes away, gives back
    read,            ///< a department's credential with scope `read`
    applicant,       ///< who opened an inbox with link and code, limited per address
    provider,        ///< a provider of messages, by its own signature or secret; never limited
    screen,          ///< a hall's screen, by its token; limited per address
    operations,      ///< from the addresses of `operations_peers` only
};

/// Those that want a department's credential; their names are its scopes.
inline constexpr std::array credential_policies = {Policy::issue, Policy::approve, Policy::status,
                                                   Policy::read};

[[nodiscard]] std::string_view policy_name(Policy policy);

/// Holds an applicant's session (delivery/applicant_keys.hpp).
inline constexpr std::string_view session_cookie = "songda_inbox";

/// What a request shows as `Authorization: Bearer …`; it lives as long as the request.
[[nodiscard]] std::optional<std::string_view> bearer_of(const http::Request& request);

/// The department behind a credential. The tenant is taken from here and nowhere else.
struct Principal {
    DepartmentCode department;
    std::string actor; ///< `key:KID` or `certificate:HEX8`, for the audit trail
};

/// What a new API key looks like: the secret is shown once and only its hash is kept.
struct NewApiKey {
    std::string bearer; ///< `kid.secret`
    store::ApiKey row;
};

struct ApiKeyRequest {
    DepartmentCode department;
    std::vector<std::string> scopes;
    std::string label;
    std::int64_t days = 365;
};

/// 280 random bits of secret, 80 of kid.
[[nodiscard]] NewApiKey make_api_key(const ApiKeyRequest& request, TimeMs now, Random& random);

/// Finds out who is asking. Thread-safe.
class Gatekeeper {
public:
    /// `certificates`: SHA-256 of a client certificate → its department.
    Gatekeeper(store::Store& store, std::map<Digest, DepartmentCode> certificates)
        : store_(store), certificates_(std::move(certificates)) {}

    /// Nothing if there is no credential, an unknown one, an expired or revoked one, or one without
    /// `scope`: the caller is told the same in each case.
    [[nodiscard]] Result<std::optional<Principal>>
    find_principal(const http::Request& request, std::string_view scope, TimeMs now) const;

private:
    store::Store& store_;
    const std::map<Digest, DepartmentCode> certificates_;
};

} // namespace songda::api
