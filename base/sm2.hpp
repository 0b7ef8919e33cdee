#pragma once

#include <array>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"

/// SM2 signatures with SM3 (GB/T 32905, GB/T 32918.2): the second suite, beside ECDSA P-256.
/// OpenSSL's default user id is the empty one and OpenSSL 3.0 checks no CMS with another; so the id
/// is always said here, and nothing else in the house asks OpenSSL about SM2 signatures.
namespace songda {

/// The user id that GM/T 0009-2012 §10 gives those who have none: 16 bytes of ASCII.
inline constexpr std::string_view sm2_user_id = "1234567812345678";
/// Longest SEQUENCE { r, s } in DER.
inline constexpr std::size_t sm2_signature_bytes_max = 72;

[[nodiscard]] Digest sm3(ByteView bytes);
/// Of all of them, one behind the other.
[[nodiscard]] Digest sm3(std::span<const ByteView> parts);

/// SM2 by its own name: OpenSSL also makes EC keys on this curve, which sign ECDSA.
[[nodiscard]] bool is_sm2(const EVP_PKEY* key);

/// The user id for OpenSSL's calls that take it over.
using Asn1Octets = std::unique_ptr<ASN1_OCTET_STRING, Deleter<ASN1_OCTET_STRING_free>>;
[[nodiscard]] Asn1Octets sm2_user_octets();

/// Tells OpenSSL the user id for checking this certificate's own signature, if that is SM2; without
/// it none of them verifies. Before the certificate is shared between threads.
void name_sm2_user(X509* certificate);

/// How an SM2 signature is wrapped.
enum class Sm2Shape {
    gbt_35275, ///< GB/T 35275 (GM/T 0010): PKCS #7 v1.5 with numbers of its own; SM3 value attached
    cades,     ///< RFC 5652 with the signed attributes of CAdES; detached
};

/// The algorithm of a signer info: which of the two readers want, they do not agree.
enum class Sm2Algorithm {
    sm2_with_sm3, ///< 1.2.156.10197.1.501
    sm2_sign,     ///< 1.2.156.10197.1.301.1
};

/// How one message is written.
struct Sm2Style {
    Sm2Shape shape = Sm2Shape::gbt_35275;
    Sm2Algorithm algorithm = Sm2Algorithm::sm2_with_sm3;
    bool operator==(const Sm2Style&) const = default;
};

/// DER that both writer and reader compare; OBJECT IDENTIFIERs with tag and length.
struct Sm2Names {
    Bytes sm3;           ///< AlgorithmIdentifier without parameters
    Bytes sm2_with_sm3;  ///< AlgorithmIdentifier
    Bytes sm2_sign;      ///< AlgorithmIdentifier
    Bytes signed_data;   ///< of GB/T 35275
    Bytes data;          ///< of GB/T 35275
    Bytes before_digest; ///< attributes contentType id-data, then the head of messageDigest
    Bytes before_hash;   ///< head of signingCertificateV2 with SM3 (RFC 5035 §3)
};
[[nodiscard]] const Sm2Names& sm2_names();

/// A public key with its Z (GB/T 32918.2 §5.5), which is worth keeping: it costs a fifth of a
/// signature. Immutable; share it. For keys from anybody.
class Sm2PublicKey {
public:
    /// Takes a share of the key. Fault invalid_input: not an SM2 key.
    [[nodiscard]] static Result<Sm2PublicKey> of(EVP_PKEY* key);

    /// e = SM3(Z ‖ message): what a signature is made over.
    [[nodiscard]] Digest hash(ByteView message) const;
    /// `signature` is SEQUENCE { r, s } in DER (GM/T 0009 §7.3).
    [[nodiscard]] bool fits(ByteView message, ByteView signature) const;
    [[nodiscard]] const Digest& identity() const { return identity_; }

private:
    Sm2PublicKey(openssl::Pkey key, const Digest& identity)
        : key_(std::move(key)), identity_(identity) {}

    openssl::Pkey key_;
    Digest identity_; ///< Z
};

} // namespace songda
