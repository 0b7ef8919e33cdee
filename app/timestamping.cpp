#include "app/timestamping.hpp"

#include "base/log.hpp"

namespace songda::app {

using signer::PkiFailure;

signer::TimeLimits time_limits(const TimestampAuthorityConfig& config) {
    signer::TimeLimits limits;
    limits.absence_ms_max = config.absence_hours_max * 3'600'000;
    return limits;
}

Timestamping::Timestamping(const Parts& parts)
    : granted_(parts.metrics.counter("songda_timestamps_total", "Time-stamp tokens given")),
      no_time_(parts.metrics.gauge("songda_timestamp_time_refused",
                                   "1: the authority stamps nothing, the clock or its disk")),
      certificate_ends_(parts.metrics.gauge("songda_timestamp_certificate_ends_seconds",
                                            "End of the authority's certificate, Unix time")) {
    for (const PkiFailure failure :
         {PkiFailure::bad_alg, PkiFailure::bad_request, PkiFailure::bad_data_format,
          PkiFailure::time_not_available, PkiFailure::unaccepted_policy,
          PkiFailure::unaccepted_extension, PkiFailure::system_failure}) {
        refused_[failure] = parts.metrics.counter(
            "songda_timestamp_refusals_total", "Time-stamp requests refused, by PKIFailureInfo",
            {{"failure", std::string(signer::failure_name(failure))}});
    }
}

Result<std::unique_ptr<Timestamping>> Timestamping::open(const TimestampAuthorityConfig& config,
                                                         const Parts& parts) {
    std::unique_ptr<Timestamping> made(new Timestamping(parts));
    auto time = signer::MarkedTime::open(
        {config.state_folder, time_limits(config),
         [&told = *made](const std::optional<Error>& refused) { told.tell_change(refused); }},
        parts.clock, made->boot_clock_);
    if (!time.ok()) {
        return Error{time.error().fault, "timestamp.authority: " + time.error().detail};
    }
    made->time_ = std::move(time).value();
    auto authority = signer::TimestampAuthority::open({config.policy, config.accuracy_ms},
                                                      parts.seals, *made->time_, parts.random);
    if (!authority.ok()) {
        return authority.error();
    }
    made->authority_ = std::move(authority).value();
    made->certificate_ends_.set(static_cast<double>(made->authority_->not_after().value) / 1000);
    return made;
}

std::string Timestamping::answer(std::string_view request) {
    const auto answer = authority_->answer(as_bytes(request));
    if (answer.refused) {
        refused_.at(*answer.refused).add();
    } else {
        granted_.add();
    }
    return std::string(as_text(answer.response));
}

void Timestamping::tell_change(const std::optional<Error>& refused) const {
    no_time_.set(refused ? 1 : 0);
    if (refused) {
        log::warning("timestamp_time_refused",
                     {{"fault", fault_name(refused->fault)}, {"why", refused->detail}});
    } else {
        log::info("timestamp_time_told", {});
    }
}

} // namespace songda::app
