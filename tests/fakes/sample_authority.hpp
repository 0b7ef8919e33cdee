#pragma once

#include "signer/timestamp_authority.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::fakes {

/// Policy of the sample authority: an arc of its own that nobody had to register (ITU-T X.667).
inline const std::string sample_policy = "2.25.67184489543540541074528922606260059044";

inline signer::TimestampAuthorityRules sample_authority_rules() {
    return {sample_policy, 1000};
}

inline std::unique_ptr<const signer::SigningKey> sample_authority_key() {
    return signer::open_key_file(sample_keys_folder() + "/tsa/tsa.key", "").value();
}

/// Its key and certificate; the clock outlives it.
inline Result<std::unique_ptr<signer::SealCupboard>>
sample_stamp(const Clock& clock, bool production = false,
             const std::string& certificate = sample_keys_folder() + "/tsa/tsa.pem",
             std::unique_ptr<const signer::SigningKey> key = sample_authority_key()) {
    return signer::open_seal_cupboard({}, signer::StampKey{std::move(key), certificate}, production,
                                      clock);
}

/// The built-in authority with its sample key, on clocks that the test moves.
struct SampleAuthority {
    SampleAuthority() {
        time = signer::MarkedTime::open({folder.path() / "time", {}, {}}, clock, boot).value();
        authority = signer::TimestampAuthority::open(sample_authority_rules(),
                                                     sample_stamp(clock).value(), *time, random)
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
