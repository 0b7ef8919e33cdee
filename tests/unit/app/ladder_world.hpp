#pragma once

#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "app/ladder.hpp"
#include "base/certificate.hpp"
#include "base/sha256.hpp"
#include "signer/cms.hpp"
#include "signer/file_signer.hpp"
#include "signer/p256_key.hpp"
#include "signer/pki/publish.hpp"
#include "signer/seal_cupboard.hpp"
#include "signer/timestamp_authority.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/own_file.hpp"
#include "tests/fakes/pki_folder.hpp"
#include "verifier/check_pdf.hpp"
#include "verifier/timestamp.hpp"

namespace songda::app {

inline constexpr std::int64_t day_ms = 86'400'000;

/// A certificate with its key, issued by the world's authority.
struct Holder {
    std::string serial;
    std::string key_file;
    std::string chain_file; ///< PEM: the certificate and the issuing one
};

/// The built-in authority, asked without a network, its answers checked as any other's are.
class LocalTimestamps final : public signer::TimestampServer {
public:
    LocalTimestamps(std::string name, const Holder& holder, const std::string& folder,
                    const std::string& trust_folder, const Clock& clock, BootClock& boot,
                    Random& random)
        : name_(std::move(name)), clock_(clock),
          trust_(verifier::TrustStore::load(trust_folder).value()),
          time_(signer::MarkedTime::open({folder, {}, {}}, clock, boot).value()),
          authority_(signer::TimestampAuthority::open({"1.2.3.4", 1000}, cupboard_of(holder, clock),
                                                      *time_, random)
                         .value()) {}

    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] const std::string& policy() const override { return policy_; }
    [[nodiscard]] Result<Bytes> ask(ByteView request) override {
        ++asked;
        return down ? Result<Bytes>(Error{Fault::unavailable, "is down"})
                    : authority_->answer(request).response;
    }
    [[nodiscard]] Result<TimestampProof> check(ByteView request, ByteView reply) const override {
        return verifier::check_timestamp_reply(reply, {request, clock_.now(), 60'000}, trust_);
    }

    bool down = false;
    int asked = 0;

private:
    static std::unique_ptr<signer::SealCupboard> cupboard_of(const Holder& holder,
                                                             const Clock& clock) {
        signer::StampKey stamp{signer::open_key_file(holder.key_file, "").value(),
                               holder.chain_file};
        return signer::open_seal_cupboard({}, std::move(stamp), false, clock).value();
    }

    const std::string name_;
    const std::string policy_;
    const Clock& clock_;
    const verifier::TrustStore trust_;
    std::unique_ptr<signer::MarkedTime> time_;
    std::unique_ptr<signer::TimestampAuthority> authority_;
};

/// An authority of `songda pki` with a seal and a time-stamp key, what it publishes, a file sealed
/// under it, and a ladder over all, on a clock that the test moves.
class LadderWorld : public ::testing::Test {
protected:
    LadderWorld()
        : authority_(pki_.init()), publish_({pki_.file("publish"), fakes::PkiFolder::passphrase(),
                                             fakes::PkiFolder::passphrase()}) {
        (void)fakes::shell("mkdir -p " + trust_folder() + " && cp " + authority_.folder() +
                           "/certificates/" +
                           authority_.book().newest(signer::Profile::root)->serial + ".pem " +
                           trust_folder() + "/root.pem");
        trust_ = verifier::TrustStore::load(trust_folder()).value();
        seal_ = issue(signer::Profile::seal, "seal");
        tsa_ = issue(signer::Profile::timestamp, "tsa");
        publish();
        pass(60'000); // certificates of this second are valid
        timestamps_ = open_timestamps(tsa_);
        issued_ = sealed_file(seal_);
    }

    [[nodiscard]] std::string trust_folder() const { return pki_.file("trust"); }
    [[nodiscard]] TimeMs now() const { return pki_.clock().now(); }
    void pass(std::int64_t milliseconds) {
        pki_.clock().set(now() + milliseconds);
        boot_.advance(milliseconds);
    }
    void publish() {
        const auto report = signer::publish(authority_, publish_);
        ASSERT_TRUE(report.ok()) << report.error().detail;
    }

    Holder issue(signer::Profile profile, const std::string& name) {
        const auto key = signer::make_key().value();
        const bool seal = profile == signer::Profile::seal;
        const auto issued = authority_.issue(
            {profile, {"示例市", seal ? "11320199014138860W" : "", name, ""}, 0, ""}, key.get(),
            fakes::PkiFolder::passphrase());
        EXPECT_TRUE(issued.ok()) << (issued.ok() ? "" : issued.error().detail);
        const signer::BookEntry& entry = issued.value().entry;
        Holder holder{entry.serial, pki_.file(entry.serial + ".key"),
                      pki_.file(entry.serial + ".pem")};
        EXPECT_TRUE(signer::write_key(holder.key_file, key.get(), signer::Passphrase("")).ok());
        std::ofstream(holder.chain_file) << authority_.chain_pem(entry).value();
        return holder;
    }
    std::unique_ptr<LocalTimestamps> open_timestamps(const Holder& holder) {
        return std::make_unique<LocalTimestamps>("local", holder,
                                                 pki_.file("time-" + holder.serial), trust_folder(),
                                                 pki_.clock(), boot_, pki_.random());
    }

    /// The small file of ours, sealed.
    [[nodiscard]] Bytes sealed_file(const Holder& holder) const {
        const auto chain = read_certificates(holder.chain_file).value();
        const auto cms = signer::CmsBuilder::make(chain).value();
        fakes::FramedFile file = fakes::own_file_to_seal(cms.bytes_max());
        const auto key = signer::open_key_file(holder.key_file, "").value();
        const Digest digest = file.digest();
        const auto signature = key->sign(sha256(cms.signed_attributes(digest)));
        file.insert(cms.build(digest, write_ecdsa_der(signature.value())));
        return {file.text.begin(), file.text.end()};
    }

    [[nodiscard]] Ladder ladder(std::vector<verifier::StatusSource*> sources) {
        client_ = std::make_unique<signer::TimestampClient>(
            std::vector<signer::TimestampServer*>{timestamps_.get()},
            signer::TimestampBackOff{1, 1}, pki_.clock(), pki_.random());
        return Ladder({{trust_, trust_}, *client_, std::move(sources), pki_.clock(), {}});
    }
    [[nodiscard]] Ladder ladder() { return ladder({&folder_}); }

    /// The file with what brings it to the level.
    Bytes raise(const Bytes& file, SignatureLevel wanted) {
        const auto added = ladder().augment(file, issued_.size(), wanted);
        EXPECT_TRUE(added.ok()) << (added.ok() ? "" : added.error().detail);
        Bytes grown = file;
        if (added.ok()) {
            grown.insert(grown.end(), added.value().revisions.begin(),
                         added.value().revisions.end());
        }
        return grown;
    }
    [[nodiscard]] verifier::Report check(const Bytes& file) const {
        return verifier::check_own(file, trust_, now()).value();
    }
    void revoke(const Holder& holder) {
        const auto revoked =
            authority_.revoke(holder.serial, *signer::find_reason("keyCompromise"), std::nullopt);
        ASSERT_TRUE(revoked.ok()) << revoked.error().detail;
        publish();
    }

    mutable fakes::PkiFolder pki_;
    signer::Authority authority_;
    signer::PublishOrder publish_;
    fakes::ManualBootClock boot_;
    verifier::TrustStore trust_;
    Holder seal_;
    Holder tsa_;
    std::unique_ptr<LocalTimestamps> timestamps_;
    std::unique_ptr<signer::TimestampClient> client_;
    FolderStatusSource folder_{pki_.file("publish")};
    Bytes issued_;
};

} // namespace songda::app
