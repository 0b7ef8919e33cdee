#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/timestamp.hpp"

namespace songda::signer {

/// The way to one time-stamp authority. Safe to call from several threads.
class TimestampServer {
public:
    TimestampServer() = default;
    TimestampServer(const TimestampServer&) = delete;
    TimestampServer& operator=(const TimestampServer&) = delete;
    virtual ~TimestampServer() = default;

    /// What operators call it.
    [[nodiscard]] virtual const std::string& name() const = 0;
    /// Policy that it is asked for, dotted numbers; empty: any.
    [[nodiscard]] virtual const std::string& policy() const = 0;
    /// TimeStampReq out, and what came back. Blocks for as long as it is set up to. Faults say what
    /// is wrong.
    [[nodiscard]] virtual Result<Bytes> ask(ByteView request) = 0;
    /// Checks what came back against what was asked (verifier/timestamp.hpp).
    [[nodiscard]] virtual Result<TimestampProof> check(ByteView request, ByteView reply) const = 0;
};

/// How long an authority that failed is left alone: twice as long after each failure, and up to
/// half of it less by chance, so that many of us do not come back at once.
struct TimestampBackOff {
    std::int64_t first_ms = 2000;
    std::int64_t most_ms = 600'000;
};

/// One authority that gave no token, and why.
struct TimestampMiss {
    std::string authority;
    Error error;
};

/// A time-stamp from elsewhere.
struct Timestamp {
    TimestampProof proof;
    std::string authority; ///< by the name that operators call it
    Bytes reply;           ///< the whole TimeStampResp
};

struct TimestampOutcome {
    std::optional<Timestamp> timestamp;
    std::vector<TimestampMiss> missed; ///< in the order in which they were asked
};

/// Asks time-stamp authorities in their order until one gives a token that is what was asked for.
/// Safe to call from several threads; nothing is locked while the network is waited for.
class TimestampClient {
public:
    /// Everything outlives it.
    TimestampClient(std::vector<TimestampServer*> servers, TimestampBackOff back_off,
                    const Clock& clock, Random& random);

    /// For a SHA-256 value. Authorities that failed lately are passed over, and told as missed.
    [[nodiscard]] TimestampOutcome stamp(const Digest& digest);

private:
    struct Rest {
        int failures = 0;
        TimeMs asked_at; ///< of the last failure
        std::int64_t wait_ms = 0;
    };
    [[nodiscard]] std::optional<Error> resting(std::size_t server);
    void note(std::size_t server, bool good);
    [[nodiscard]] Result<Timestamp> ask(TimestampServer& server, const Digest& digest);

    const std::vector<TimestampServer*> servers_;
    const TimestampBackOff back_off_;
    const Clock& clock_;
    Random& random_;
    std::mutex mutex_;
    std::vector<Rest> rests_; ///< guarded by mutex_
};

/// TimeStampReq for a SHA-256 value: with certificates, a nonce of 16 bytes, and `policy` (dotted
/// numbers) unless it is empty. Pure.
[[nodiscard]] Bytes write_timestamp_request(const Digest& digest,
                                            const std::array<std::uint8_t, 16>& nonce,
                                            const std::string& policy);

} // namespace songda::signer
