#pragma once

#include "signer/timestamp_authority.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::fakes {

/// Policy of the sample authority: an arc of its own that nobody had to register (ITU-T X.667).
inline const std::string sample_policy = "2.25.67184489543540541074528922606260059044";

inline signer::TimestampAuthorityFiles sample_authority_files() {
    const std::string folder = sample_keys_folder() + "/tsa";
    return {folder + "/tsa.key", folder + "/tsa.pem", "", sample_policy, 1000};
}

/// The built-in authority with its sample key, on clocks that the test moves.
struct SampleAuthority {
    SampleAuthority() {
        time = signer::MarkedTime::open({folder.path() / "time", {}, {}}, clock, boot).value();
        authority = signer::TimestampAuthority::open(sample_authority_files(), false, clock.now(),
                                                     *time, random)
                        .value();
    }

    TemporaryFolder folder;
    ManualClock clock{SystemClock().now() + 60'000}; ///< certificates of this second are valid
    ManualBootClock boot;
    SeededRandom random{7};
    std::unique_ptr<signer::MarkedTime> time;
    std::unique_ptr<signer::TimestampAuthority> authority;
};

} // namespace songda::fakes
