#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/ec.h>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"

namespace songda::signer {

/// The curves of the two suites.
enum class KeyCurve : std::uint8_t { p256, sm2 };

/// The private number of a PEM file: PKCS#8 (RFC 5208), encrypted or not, or ECPrivateKey (RFC
/// 5915). Wiped when this goes; no copy of it is left in the ordinary heap, as OpenSSL's own
/// reading of a whole key leaves them (secret_test.cpp). Keys of both suites are read by nothing
/// else. Of one thread; move-only.
class KeyScalar {
public:
    /// An empty passphrase means that the file is not encrypted. Faults, which name the file:
    /// not_found, forbidden (no private key, or the passphrase is wrong).
    [[nodiscard]] static Result<KeyScalar> read(const std::string& path,
                                                std::string_view passphrase);
    KeyScalar(KeyScalar&&) noexcept;
    KeyScalar& operator=(KeyScalar&&) noexcept;
    ~KeyScalar();

    /// Nothing: a key of neither suite.
    [[nodiscard]] std::optional<KeyCurve> curve() const { return curve_; }
    /// Big-endian; a view into this.
    [[nodiscard]] ByteView number() const { return number_; }

private:
    struct Memory;
    explicit KeyScalar(std::unique_ptr<const Memory> memory);

    std::unique_ptr<const Memory> memory_;
    std::optional<KeyCurve> curve_;
    ByteView number_;
};

/// The number with its point, in the secure heap.
struct KeyPair {
    std::unique_ptr<EC_GROUP, openssl::Deleter<EC_GROUP_free>> group;
    std::unique_ptr<BIGNUM, openssl::Deleter<BN_clear_free>> number;
    std::unique_ptr<EC_POINT, openssl::Deleter<EC_POINT_free>> point;
};
/// Nothing for another curve than the two, or a number that is none of its keys.
[[nodiscard]] std::optional<KeyPair> make_key_pair(const KeyScalar& scalar);

/// The same for OpenSSL's calls; null for nothing. An SM2 key is one by its name (base/sm2.hpp).
[[nodiscard]] openssl::Pkey make_pkey(const KeyScalar& scalar);

} // namespace songda::signer
