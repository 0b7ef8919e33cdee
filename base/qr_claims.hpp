#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/ids.hpp"

/// The codec of docs/formats/qr.md, both directions in one file: the signer writes what the
/// verifier reads.
namespace songda {

/// What the QR code says by itself.
struct QrClaims {
    std::string masked_holder;
    std::optional<std::uint64_t> valid_until_s; ///< seconds since 1970
    std::uint64_t issued_at_s = 0;
    std::string type_code;
    std::string number;
    Digest record_hash{};
    bool operator==(const QrClaims&) const = default;
};

[[nodiscard]] Bytes encode_qr_claims(const QrClaims& claims);
/// Strict: these keys, in this order, nothing else; times no later than the year 9999.
[[nodiscard]] std::optional<QrClaims> decode_qr_claims(ByteView cbor);

/// A COSE_Sign1 (RFC 9052) taken apart. Views point into the input.
struct QrSeal {
    KeyId key_id;
    ByteView protected_header;
    ByteView claims;
    ByteView signature; ///< r ‖ s, 64 bytes
};

/// The protected header {1: -7 (ES256), 4: kid}.
[[nodiscard]] Bytes qr_protected_header(const KeyId& key_id);
/// What is signed: ["Signature1", protected, 16 characters of the document key, claims].
[[nodiscard]] Bytes qr_signed_bytes(ByteView protected_header, const DocumentKey& key,
                                    ByteView claims);
/// `01 ‖ COSE_Sign1`, the bytes that base41 carries.
[[nodiscard]] Bytes write_qr_seal(ByteView protected_header, ByteView claims, ByteView signature);
/// Nothing for another version or anything but the one layout. Does not check the signature.
[[nodiscard]] std::optional<QrSeal> read_qr_seal(ByteView bytes);

} // namespace songda
