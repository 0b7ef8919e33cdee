#pragma once

#include <cstdlib>
#include <string>

#include "base/signing_ticket.hpp"
#include "base/time.hpp"
#include "signer/file_signer.hpp"

namespace songda::store {
/// In tests of the signer alone the test stands in for the store, the only one who may mint.
class TicketMint {
public:
    static SigningTicket mint(DocumentId id, Digest digest) { return {id, digest}; }
};
} // namespace songda::store

namespace songda::fakes {

inline const DepartmentCode department{"11320199014138860W"};
inline const DepartmentCode other_department{"11100000000013338W"};

/// Made once per build folder by keys-sample/make.sh with the openssl command line.
inline std::string sample_keys_folder() {
    static const std::string folder = [] {
        const std::string made = SONGDA_BINARY_DIR "/sample-keys";
        const std::string command =
            std::string("flock " SONGDA_BINARY_DIR " " SONGDA_SOURCE_DIR "/keys-sample/make.sh ") +
            made + ' ' + department.text + " 示例市行政审批局 " + other_department.text +
            " 示例市市场监督管理局";
        if (std::system(command.c_str()) != 0) {
            std::abort();
        }
        return made;
    }();
    return folder;
}

inline signer::SealFiles sample_seal(const DepartmentCode& owner = department) {
    const std::string folder = sample_keys_folder() + '/' + owner.text;
    return {owner, folder + "/seal.key", folder + "/seal.pem", folder + "/qr.key", ""};
}

/// A minute from now, so that certificates made in this very second are valid.
class FixedClock final : public Clock {
public:
    FixedClock() : time_(SystemClock().now() + 60'000) {}
    explicit FixedClock(TimeMs time) : time_(time) {}
    [[nodiscard]] TimeMs now() const override { return time_; }
    void set(TimeMs time) { time_ = time; }

private:
    TimeMs time_;
};

} // namespace songda::fakes
