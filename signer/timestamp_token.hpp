#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "signer/timestamp_request.hpp"

/// What a time-stamp authority writes (RFC 3161 §2.4.2), byte by byte in docs/formats/timestamp.md.
/// Pure.
namespace songda::signer {

/// Sixteen bytes, positive: unique by chance alone, so that no counter has to survive a crash.
using TimestampSerial = std::array<std::uint8_t, 16>;

/// One TSTInfo. Views live until `write_timestamp_info` returns.
struct TimestampInfo {
    ByteView policy;  ///< OBJECT IDENTIFIER, whole
    ByteView imprint; ///< MessageImprint, whole
    TimestampSerial serial{};
    TimeMs time;
    ByteView accuracy; ///< Accuracy, whole
    ByteView nonce;    ///< INTEGER, whole; empty: none
};

/// Version 1, no ordering, no extensions.
[[nodiscard]] Bytes write_timestamp_info(const TimestampInfo& info);

/// Its time, if it is spelt as `write_timestamp_info` does it; nothing for any other bytes.
[[nodiscard]] std::optional<TimeMs> time_of_timestamp_info(ByteView info);

/// Accuracy of 1 ms to an hour.
[[nodiscard]] Bytes write_accuracy(std::int64_t milliseconds);

/// A serial of random bytes: the two uppermost bits are 01, so that it is positive and always of
/// the same length.
[[nodiscard]] TimestampSerial make_serial(TimestampSerial random);

/// TimeStampResp: granted, with the token; or rejected, with the reason and no token.
[[nodiscard]] Bytes write_granted(ByteView token);
[[nodiscard]] Bytes write_refused(const TimestampRefusal& refusal);

} // namespace songda::signer
