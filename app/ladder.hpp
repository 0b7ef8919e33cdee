#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/status_sources.hpp"
#include "app/timestamp_server.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "signer/augmenter.hpp"
#include "signer/timestamp_client.hpp"
#include "verifier/rung.hpp"
#include "verifier/trust.hpp"

namespace songda::app {

/// The ladder of EN 319 142-1: time-stamps from the signer's client, what proves certificates from
/// status sources, judged by the verifier, written behind the file as archive revisions.
class Ladder final : public signer::Augmenter {
public:
    /// All outlive it.
    struct Parts {
        verifier::Roots roots;
        signer::TimestampClient& timestamps;
        std::vector<verifier::StatusSource*> sources; ///< in the order in which they are asked
        const Clock& clock;
        /// Told of each authority that gave no time-stamp, also where the next one did. May be
        /// empty.
        std::function<void(const signer::TimestampMiss&)> missed;
    };
    explicit Ladder(Parts parts) : parts_(std::move(parts)) {}

    [[nodiscard]] Result<signer::Augmentation> augment(ByteView file, std::size_t issued_bytes,
                                                       SignatureLevel wanted) override;

private:
    [[nodiscard]] Result<verifier::Rung> find(ByteView file, std::size_t issued_bytes) const;
    [[nodiscard]] Result<Bytes> first_stamp(const verifier::Rung& rung, ByteView file,
                                            std::size_t issued_bytes, SignatureLevel wanted);
    [[nodiscard]] Result<Bytes> stamp(ByteView file, std::size_t issued_bytes,
                                      std::vector<Evidence> evidence);
    /// What the file lacks, in one revision.
    struct Addition {
        bool stamp;      ///< and a time-stamp over all
        bool must_prove; ///< without an answer about each certificate nothing is added
    };
    [[nodiscard]] Result<Bytes> add(const verifier::Rung& rung, ByteView file,
                                    std::size_t issued_bytes, Addition wanted);

    const Parts parts_;
    std::atomic<std::size_t> largest_token_ = 0; ///< of those that were given
};

/// A ladder wired from the configuration, with all that it needs.
class LadderHouse {
public:
    /// Clock and random outlive it. Faults: not_found (no [[timestamp.client]]), and those of
    /// HttpTimestampServer and TrustStore, which name what of the configuration is wrong.
    [[nodiscard]] static Result<std::unique_ptr<LadderHouse>>
    open(const Config& config, const Clock& clock, Random& random,
         std::function<void(const signer::TimestampMiss&)> missed);
    /// The same, that asks these servers for time-stamps.
    [[nodiscard]] static Result<std::unique_ptr<LadderHouse>>
    open(const Config& config, std::vector<std::unique_ptr<signer::TimestampServer>> servers,
         const Clock& clock, Random& random,
         std::function<void(const signer::TimestampMiss&)> missed);

    [[nodiscard]] signer::Augmenter& augmenter() { return *ladder_; }
    /// Whose seals and time-stamps count here.
    [[nodiscard]] verifier::Roots roots() const { return {seals_, timestamps_}; }

private:
    LadderHouse() = default;

    verifier::TrustStore seals_;
    verifier::TrustStore timestamps_;
    std::vector<std::unique_ptr<signer::TimestampServer>> servers_;
    std::vector<std::unique_ptr<verifier::StatusSource>> sources_;
    std::unique_ptr<signer::TimestampClient> client_;
    std::unique_ptr<Ladder> ladder_;
};

} // namespace songda::app
