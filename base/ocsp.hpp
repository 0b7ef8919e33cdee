#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// The parts of certificate status (RFC 6960 OCSP, RFC 5280 CRL) that the authority writes and the
/// public counter reads without any key: which certificate is asked about, and from when until when
/// an answer holds. Pure; nothing is read past the view.
namespace songda::ocsp {

/// OCSPResponseStatus, RFC 6960 §4.2.1.
enum class ResponseStatus : std::uint8_t {
    malformed_request = 1,
    internal_error = 2,
    try_later = 3,
    unauthorized = 6,
};

/// An OCSPResponse without an answer, as bytes. It is not signed.
[[nodiscard]] Bytes refusal(ResponseStatus status);

enum class HashKind : std::uint8_t { sha1 = 1, sha256 = 2 };

/// CertID: a certificate by hashes of its issuer's name and key, and its serial number.
struct CertId {
    HashKind hash = HashKind::sha1;
    Bytes name_hash;
    Bytes key_hash;
    Bytes serial; ///< content of the INTEGER
};

/// Reads an OCSPRequest strictly. Its extensions (a nonce among them) are checked in shape and then
/// ignored, as RFC 5019 §2.2.1 allows. Faults: invalid_input (not an OCSPRequest in DER), not_found
/// (one that nothing here answers: several certificates, another hash, signed by its sender, which
/// RFC 5019 §2.1.2 tells clients not to do).
[[nodiscard]] Result<CertId> read_request(ByteView der);

/// Name of the file that holds the answer about this certificate: hexadecimal digits.
[[nodiscard]] std::string file_name(const CertId& id);

struct Times {
    TimeMs this_update;
    TimeMs next_update;
};
/// Of the first answer of a successful OCSPResponse; nothing of other bytes.
[[nodiscard]] std::optional<Times> response_times(ByteView der);
/// Of a CertificateList of any size.
[[nodiscard]] std::optional<Times> crl_times(ByteView der);

} // namespace songda::ocsp
