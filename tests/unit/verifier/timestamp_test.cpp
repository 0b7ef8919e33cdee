// Answers of an authority that nobody here wrote (`openssl ts -reply`) are taken, and everything
// that is not exactly what was asked is refused with its reason: answers to another question, under
// another policy, at another time, with certificates that are expired, of another root or for other
// uses too, changed, cut, and no answers at all.
#include "verifier/timestamp.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "base/der.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "signer/cms.hpp"
#include "signer/p256_key.hpp"
#include "signer/timestamp_client.hpp"
#include "signer/timestamp_token.hpp"
#include "tests/fakes/foreign_authority.hpp"

namespace songda::verifier {
namespace {

const Digest digest = sha256(as_bytes("准予行政许可决定书"));

class TimestampReply : public ::testing::Test {
protected:
    static void SetUpTestSuite() { foreign_ = new fakes::ForeignAuthority(); }
    static void TearDownTestSuite() { delete foreign_; }

    void SetUp() override {
        request_ = signer::write_timestamp_request(digest, {1, 2, 3}, "");
        now_ = SystemClock().now();
        roots_ = TrustStore::load(foreign_->trust_folder()).value();
    }
    [[nodiscard]] Result<TimestampProof> check(ByteView reply) const {
        return check_timestamp_reply(reply, {request_, now_, 60'000}, roots_);
    }
    /// Why it is refused; "taken" if it is not.
    [[nodiscard]] std::string refusal(ByteView reply) const {
        const auto checked = check(reply);
        return checked.ok() ? "taken" : checked.error().detail;
    }

    /// What an authority with `NAME.key` and `NAME.pem` answers to the request that ought to be
    /// one; the parts of the answer that a liar would change.
    struct Lie {
        std::string name = "tsa";
        TimeMs time{};
        Bytes nonce{};
        bool certificates = true;
    };
    [[nodiscard]] Bytes lie(Lie told) const {
        ByteView rest = request_;
        EXPECT_TRUE(der::enter(rest, der::tag_sequence));
        (void)der::take_whole(rest, der::tag_integer);
        const auto imprint = der::take_whole(rest, der::tag_sequence);
        const auto nonce = der::take_whole(rest, der::tag_integer);
        const auto key = signer::P256Key::read(foreign_->path(told.name + ".key"), "");
        const auto chain = read_certificates(foreign_->path(told.name + ".pem"));
        const auto cms =
            signer::CmsBuilder::make(chain.value(), signer::CmsContent::timestamp).value();
        const Bytes policy = *from_hex("06032a0304");
        const Bytes info = signer::write_timestamp_info(
            {policy, *imprint, signer::make_serial({9}), told.time.value == 0 ? now_ : told.time,
             signer::write_accuracy(1000), told.nonce.empty() ? *nonce : ByteView(told.nonce)});
        const auto signature = key.value().sign(sha256(cms.signed_attributes(sha256(info))));
        return signer::write_granted(
            cms.build_token(info, write_ecdsa_der(signature.value()), told.certificates));
    }
    void make_certificate(const std::string& name, const std::string& extensions,
                          const std::string& days = "9") {
        foreign_->make_certificate(name, extensions, days);
    }

    static fakes::ForeignAuthority* foreign_;
    Bytes request_;
    TimeMs now_;
    TrustStore roots_;
};

fakes::ForeignAuthority* TimestampReply::foreign_ = nullptr;

TEST_F(TimestampReply, OfAForeignAuthorityIsTaken) {
    const Bytes reply = foreign_->reply(request_);
    const auto checked = check(reply);
    ASSERT_TRUE(checked.ok()) << checked.error().detail;
    EXPECT_LT(std::abs(checked.value().time - now_), 60'000);
    EXPECT_EQ(checked.value().policy, fakes::ForeignAuthority::policy);
    EXPECT_EQ(checked.value().authority, "Foreign tsa");
    EXPECT_GT(checked.value().certificate_ends - now_, 8LL * 86'400'000);
    EXPECT_TRUE(as_text(reply).ends_with(as_text(checked.value().token))) << "its bytes unchanged";
}

TEST_F(TimestampReply, UnderThePolicyThatWasAskedFor) {
    request_ = signer::write_timestamp_request(digest, {1}, fakes::ForeignAuthority::policy);
    EXPECT_EQ(refusal(foreign_->reply(request_)), "taken");
    const Bytes other_policy = lie({});
    request_ = signer::write_timestamp_request(digest, {1}, fakes::ForeignAuthority::policy);
    EXPECT_NE(refusal(other_policy), "taken");
}

TEST_F(TimestampReply, ToAnotherQuestionIsRefused) {
    const Bytes other_nonce =
        foreign_->reply(signer::write_timestamp_request(digest, {1, 2, 4}, ""));
    EXPECT_NE(refusal(other_nonce).find("nonce mismatch"), std::string::npos)
        << refusal(other_nonce);
    const Bytes other_digest =
        foreign_->reply(signer::write_timestamp_request(sha256(as_bytes("不予")), {1, 2, 3}, ""));
    EXPECT_NE(refusal(other_digest).find("message imprint mismatch"), std::string::npos)
        << refusal(other_digest);
    Bytes no_nonce = *from_hex("020101");
    EXPECT_NE(refusal(lie({.nonce = no_nonce})).find("nonce mismatch"), std::string::npos);
}

TEST_F(TimestampReply, ThatIsHonestButByOurWriterIsTaken) {
    EXPECT_EQ(refusal(lie({})), "taken") << "or the lies below prove nothing";
}

TEST_F(TimestampReply, AtAnotherTimeIsRefused) {
    for (const std::int64_t off : {-61'000LL, 61'000LL, 86'400'000LL}) {
        const std::string why = refusal(lie({.time = now_ + off}));
        EXPECT_NE(why.find(std::to_string(off) + " ms from ours"), std::string::npos) << why;
    }
    EXPECT_EQ(refusal(lie({.time = now_ + 59'000})), "taken");
    EXPECT_EQ(refusal(lie({.time = now_ + -59'000})), "taken");
}

TEST_F(TimestampReply, ByACertificateWithOtherUsesIsRefused) {
    for (const auto* extensions :
         {"extendedKeyUsage=timeStamping", "extendedKeyUsage=critical,timeStamping,emailProtection",
          "extendedKeyUsage=critical,timeStamping,1.3.6.1.5.5.7.3.36",
          "extendedKeyUsage=critical,emailProtection", "keyUsage=critical,digitalSignature",
          "extendedKeyUsage=critical,timeStamping\\nbasicConstraints=critical,CA:TRUE"}) {
        make_certificate("other", extensions);
        EXPECT_NE(refusal(lie({.name = "other"})), "taken") << extensions;
    }
}

TEST_F(TimestampReply, ByAnExpiredCertificateIsRefused) {
    now_ = now_ + 10LL * 86'400'000;
    const std::string why = refusal(lie({}));
    EXPECT_NE(why.find("certificate has expired"), std::string::npos) << why;
    now_ = now_ + -20LL * 86'400'000;
    EXPECT_NE(refusal(lie({})).find("not yet valid"), std::string::npos);
}

TEST_F(TimestampReply, OfAnotherRootIsRefused) {
    fakes::ForeignAuthority stranger;
    const std::string why = refusal(stranger.reply(request_));
    EXPECT_NE(why.find("certificate verify error"), std::string::npos) << why;
    roots_ = TrustStore();
    EXPECT_NE(refusal(foreign_->reply(request_)), "taken") << "nobody is trusted";
}

TEST_F(TimestampReply, WithoutItsCertificateIsRefused) {
    EXPECT_NE(refusal(lie({.certificates = false})), "taken");
}

TEST_F(TimestampReply, ThatRefusesIsToldInItsOwnWords) {
    const Bytes rejected = signer::write_refused(
        {signer::PkiFailure::time_not_available, "夜间停机 \x1b[31m come back \"later\""});
    const auto checked = check(rejected);
    ASSERT_FALSE(checked.ok());
    EXPECT_EQ(checked.error().fault, Fault::forbidden);
    EXPECT_NE(checked.error().detail.find("timeNotAvailable"), std::string::npos);
    EXPECT_EQ(checked.error().detail.find('\x1b'), std::string::npos)
        << "nothing that a terminal obeys";
    request_ = signer::write_timestamp_request(digest, {1}, "1.2.3.4");
    const std::string why = refusal(foreign_->reply(request_));
    EXPECT_NE(why.find("it refused: unacceptedPolicy"), std::string::npos) << why;
}

TEST_F(TimestampReply, EveryChangeAndEveryCutIsRefused) {
    const Bytes reply = lie({});
    for (std::size_t at = 0; at < reply.size(); ++at) {
        Bytes changed = reply;
        changed[at] ^= 1;
        const auto checked = check(changed);
        // Bytes that no signature covers (the spelling of the status, a certificate beside the
        // signer's) may change what is said, never what is proved.
        if (checked.ok()) {
            EXPECT_EQ(checked.value().time, now_) << at;
        }
    }
    for (std::size_t size = 0; size < reply.size(); ++size) {
        EXPECT_NE(refusal(ByteView(reply).first(size)), "taken") << size;
    }
    Bytes longer = reply;
    longer.push_back(0);
    EXPECT_EQ(refusal(longer), "the answer is no TimeStampResp");
    EXPECT_EQ(refusal(as_bytes("<html>")), "the answer is no TimeStampResp");
    EXPECT_EQ(refusal({}), "the answer is no TimeStampResp");
    EXPECT_EQ(refusal(Bytes(timestamp_reply_bytes_max + 1)), "the answer is too large");
}

} // namespace
} // namespace songda::verifier
