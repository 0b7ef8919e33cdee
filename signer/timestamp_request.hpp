#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "base/bytes.hpp"

/// What a stranger asks a time-stamp authority (RFC 3161 §2.4.1), and why it is refused.
namespace songda::signer {

/// PKIFailureInfo; the numbers are the bits of the answer.
enum class PkiFailure : std::uint8_t {
    bad_alg = 0,
    bad_request = 2,
    bad_data_format = 5,
    time_not_available = 14,
    unaccepted_policy = 15,
    unaccepted_extension = 16,
    system_failure = 25,
};

/// `badAlg`, as RFC 3161 writes it.
[[nodiscard]] std::string_view failure_name(PkiFailure failure);

struct TimestampRefusal {
    PkiFailure failure = PkiFailure::system_failure;
    /// One sentence for the asker, of ours alone: nothing of the request is in it.
    std::string_view text;
};

/// A TimeStampReq that may be answered. Views point into the request.
struct TimestampRequest {
    ByteView imprint; ///< MessageImprint, whole: copied into the token unchanged
    ByteView digest;  ///< the hash inside it
    ByteView policy;  ///< OBJECT IDENTIFIER, whole; empty: any
    ByteView nonce;   ///< INTEGER, whole; empty: none
    bool certificates_wanted = false;
};

/// More than any request that is not refused for an extension.
inline constexpr std::size_t timestamp_request_bytes_max = 4096;

/// Reads DER and nothing else (one spelling of one request). SHA-256, SHA-384, SHA-512 and SM3 are
/// stamped; SHA-1 and MD5 are not. A policy is not compared here. Pure; for bytes from anybody.
[[nodiscard]] std::variant<TimestampRequest, TimestampRefusal>
parse_timestamp_request(ByteView der);

} // namespace songda::signer
