#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "app/config.hpp"
#include "base/metrics.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "signer/seal_cupboard.hpp"
#include "signer/timestamp_authority.hpp"

namespace songda::app {

/// The built-in time-stamp authority of a running service, wired: key, time on disk, numbers for
/// operators. Safe to call from several threads.
class Timestamping {
public:
    struct Parts {
        const Clock& clock;
        Random& random;
        metrics::Registry& metrics;
        std::shared_ptr<signer::SealCupboard> seals; ///< with the authority's key
    };
    /// The parts outlive it. Faults name the file or key at fault.
    [[nodiscard]] static Result<std::unique_ptr<Timestamping>>
    open(const TimestampAuthorityConfig& config, const Parts& parts);

    /// DER TimeStampResp, whatever came in.
    [[nodiscard]] std::string answer(std::string_view request);

private:
    explicit Timestamping(const Parts& parts);
    void tell_change(const std::optional<Error>& refused) const;

    SystemBootClock boot_clock_;
    metrics::Counter granted_;
    std::map<signer::PkiFailure, metrics::Counter> refused_;
    metrics::Gauge no_time_;
    metrics::Gauge certificate_ends_;
    std::unique_ptr<signer::MarkedTime> time_;
    std::unique_ptr<signer::TimestampAuthority> authority_;
};

/// What the configuration says about how far a clock is believed.
[[nodiscard]] signer::TimeLimits time_limits(const TimestampAuthorityConfig& config);

} // namespace songda::app
