#pragma once

#include <array>
#include <optional>

#include "base/bytes.hpp"

/// The two spellings of an ECDSA signature on P-256, and the one value of s that Songda allows. If
/// (r, s) fits a message then so does (r, n - s): whoever holds a document could make a second file
/// that verifies. So the signer writes the smaller one only and every verifier refuses the other
/// (docs/formats/qr.md, "Low s"). Pure; for bytes from anybody.
namespace songda {

/// Both big-endian.
struct EcdsaSignature {
    std::array<std::uint8_t, 32> r{};
    std::array<std::uint8_t, 32> s{};
    bool operator==(const EcdsaSignature&) const = default;
};

/// ECDSA-Sig-Value in DER (RFC 3279 §2.2.3). Nothing for another spelling, for a negative number
/// and for one of more than 32 bytes.
[[nodiscard]] std::optional<EcdsaSignature> read_ecdsa_der(ByteView der);
[[nodiscard]] Bytes write_ecdsa_der(const EcdsaSignature& signature);

/// r ‖ s, as COSE has it (RFC 9053 §2.1). Nothing unless it is 64 bytes.
[[nodiscard]] std::optional<EcdsaSignature> read_ecdsa_fixed(ByteView fixed);
[[nodiscard]] Bytes write_ecdsa_fixed(const EcdsaSignature& signature);

/// Are both numbers between 1 and n - 1, as every signature has them? A device may answer anything.
[[nodiscard]] bool is_in_range(const EcdsaSignature& signature);
/// Is s at most half the order n of the curve? Compares 32 bytes.
[[nodiscard]] bool has_low_s(const EcdsaSignature& signature);
/// The signature itself, or (r, n - s) when that is the smaller s. s must be below n.
[[nodiscard]] EcdsaSignature with_low_s(EcdsaSignature signature);
/// (r, n - s): what verifies besides `signature`. s must be below n.
[[nodiscard]] EcdsaSignature twin_of(EcdsaSignature signature);

} // namespace songda
