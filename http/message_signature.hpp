#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

/// HTTP message signatures (RFC 9421) with Ed25519, and the digest of a body (RFC 9530): who sent a
/// request, and that nobody changed it. Pure; safe to call from several threads.
namespace songda::http {

/// One entry of Signature-Input with its Signature.
struct MessageSignature {
    std::string label;                   ///< `sig1`
    std::vector<std::string> components; ///< `@method`, `content-digest`, in their order
    std::string parameters;   ///< the whole entry, `("@method");created=…`, as it was sent
    std::int64_t created = 0; ///< seconds since 1970; 0: not said
    std::optional<std::int64_t> expires{}; ///< the same
    std::string key_id;
    std::string algorithm; ///< empty: not said
    Bytes signature;
};

/// At most so many signatures of a request, and components of one, are looked at.
inline constexpr std::size_t message_signatures_max = 4;
inline constexpr std::size_t signed_components_max = 32;
/// How far `created` may be from our clock.
inline constexpr std::int64_t signature_age_max_s = 300;

/// The entries that have both. Fault invalid_input: a header that RFC 8941 does not allow, a
/// component with parameters (none is understood), one that comes twice.
[[nodiscard]] Result<std::vector<MessageSignature>> read_signatures(const Request& request);

/// What is signed (RFC 9421 §2.5). Nothing if a component is not in the request.
[[nodiscard]] std::optional<std::string> signature_base(const Request& request,
                                                        const MessageSignature& signature);

using Ed25519Key = std::array<std::uint8_t, 32>;
/// The public key of that name; nothing: nobody's.
using FindSigningKey = std::function<std::optional<Ed25519Key>(std::string_view key_id)>;

struct SignedBy {
    std::string key_id;
    std::int64_t until =
        0;           ///< seconds since 1970: until then the same request must not count again
    Bytes signature; ///< by which it is known again
};

/// The first signature of a known key that is good. It must cover @method, @path, @authority,
/// @query where there is one, Idempotency-Key where that is sent, and of a request with a body
/// Content-Digest, which must fit it, and Content-Type. Fault forbidden: `detail` says which
/// of these is not so, in words for the developer of the calling system.
[[nodiscard]] Result<SignedBy> verify_request(const Request& request, const FindSigningKey& find,
                                              TimeMs now);

/// `sha-256=:…:`, the value of Content-Digest.
[[nodiscard]] std::string content_digest(std::string_view body);

/// The headers that a request needs beside its own to be believed by verify_request. `key` is
/// Ed25519. Host must be among its headers, as the other side will see it.
[[nodiscard]] Result<Headers> sign_request(const Request& request, EVP_PKEY* key,
                                           std::string_view key_id, TimeMs now);

} // namespace songda::http
