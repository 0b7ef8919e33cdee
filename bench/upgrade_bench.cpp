// A document from B-B to B-LTA in one thread, by its CPU time: two time-stamps of the built-in
// authority, asked without a network, and how the certificates stand from a publish folder;
// everything is verified before it is put in, and the finished file once more.
//   upgrade_bench FILE TRUST_FOLDER TSA_KEY TSA_CERTIFICATE PUBLISH_FOLDER STATE_FOLDER SECONDS
// Prints augmentations a CPU second and the bytes that one adds.
#include <cstdio>
#include <cstdlib>

#include "app/ladder.hpp"
#include "base/check.hpp"
#include "base/open_file.hpp"
#include "bench/cpu_time.hpp"
#include "signer/file_signer.hpp"
#include "signer/timestamp_authority.hpp"
#include "verifier/timestamp.hpp"

namespace {

using namespace songda;

/// The built-in authority; its answers are checked as another's would be.
class InProcess final : public signer::TimestampServer {
public:
    InProcess(signer::TimestampAuthority& authority, const verifier::TrustStore& trust,
              const Clock& clock)
        : authority_(authority), trust_(trust), clock_(clock) {}
    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] const std::string& policy() const override { return policy_; }
    [[nodiscard]] Result<Bytes> ask(ByteView request) override {
        return authority_.answer(request).response;
    }
    [[nodiscard]] Result<TimestampProof> check(ByteView request, ByteView reply) const override {
        return verifier::check_timestamp_reply(reply, {request, clock_.now(), 60'000}, trust_);
    }

private:
    const std::string name_ = "in process";
    const std::string policy_;
    signer::TimestampAuthority& authority_;
    const verifier::TrustStore& trust_;
    const Clock& clock_;
};

} // namespace

int main(int count, char** words) {
    if (count != 8) {
        std::fprintf(stderr, "upgrade_bench FILE TRUST_FOLDER TSA_KEY TSA_CERTIFICATE "
                             "PUBLISH_FOLDER STATE_FOLDER SECONDS\n");
        return 2;
    }
    const SystemClock clock;
    const SystemBootClock boot_clock;
    SystemRandom random;
    const auto file = read_whole(words[1], std::size_t{8} << 20U);
    const auto trust = verifier::TrustStore::load(words[2]);
    auto key = signer::open_key_file(words[3], "");
    const auto time = signer::MarkedTime::open({words[6], {}, {}}, clock, boot_clock);
    SONGDA_CHECK(file.ok() && trust.ok() && key.ok() && time.ok());
    auto cupboard = signer::open_seal_cupboard(
        {}, signer::StampKey{std::move(key).value(), words[4]}, false, clock);
    SONGDA_CHECK(cupboard.ok());
    const auto authority = signer::TimestampAuthority::open(
        {"1.2.3.4", 1000}, std::move(cupboard).value(), *time.value(), random);
    SONGDA_CHECK(authority.ok());
    InProcess server(*authority.value(), trust.value(), clock);
    signer::TimestampClient client({&server}, {}, clock, random);
    app::FolderStatusSource folder(words[5]);
    app::Ladder ladder({{trust.value(), trust.value()}, client, {&folder}, clock, {}});
    const double seconds = std::atof(words[7]);
    std::size_t made = 0;
    std::size_t bytes = 0;
    const double begun = cpu_seconds();
    double taken = 0;
    while (taken < seconds) {
        const auto added = ladder.augment(file.value(), file.value().size(), SignatureLevel::b_lta);
        SONGDA_CHECK(added.ok() && added.value().level == SignatureLevel::b_lta);
        bytes += added.value().revisions.size();
        ++made;
        taken = cpu_seconds() - begun;
    }
    std::printf("%.1f %zu\n", static_cast<double>(made) / taken, bytes / made);
    return 0;
}
