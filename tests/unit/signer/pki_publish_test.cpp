// What is published about certificates, read by openssl; and that no number and no time of it ever
// goes back, whatever the clock does and whatever folder is brought back.
#include "signer/pki/publish.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "tests/fakes/pki_folder.hpp"

namespace songda::signer {
namespace {

using fakes::PkiFolder;
using fakes::shell;

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;

class PkiPublish : public ::testing::Test {
protected:
    PkiPublish() {
        for (int i = 0; i < 2; ++i) {
            const auto key = make_key();
            serials_.push_back(
                authority_
                    .issue(
                        {Profile::seal, {"示例市", "11320199014138860W", "示例市印章", ""}, 0, ""},
                        key.value().get(), PkiFolder::passphrase())
                    .value()
                    .entry.serial);
        }
        (void)shell("cat " + certificate(Profile::issuing) + ' ' + certificate(Profile::root) +
                    " >" + pki_.file("chain.pem"));
    }
    PublishReport publish_now() {
        const auto report = publish(authority_, order_);
        EXPECT_TRUE(report.ok()) << report.error().detail;
        return report.value();
    }
    [[nodiscard]] std::string pem(const std::string& serial) const {
        return pki_.authority_folder() + "/certificates/" + serial + ".pem";
    }
    [[nodiscard]] std::string certificate(Profile profile) const {
        return pem(authority_.book().newest(profile)->serial);
    }
    [[nodiscard]] std::string crl_check(const std::string& serial) const {
        return shell("openssl crl -inform DER -in " + order_.folder + "/crl/issuing.crl -out " +
                     pki_.file("issuing.crl.pem") + " && openssl crl -inform DER -in " +
                     order_.folder + "/crl/root.crl -out " + pki_.file("root.crl.pem") +
                     " && openssl verify -x509_strict -crl_check_all -CRLfile " +
                     pki_.file("issuing.crl.pem") + " -CRLfile " + pki_.file("root.crl.pem") +
                     " -CAfile " + certificate(Profile::root) + " -untrusted " +
                     certificate(Profile::issuing) + ' ' + pem(serial));
    }
    /// What openssl makes of the file for the certificate.
    [[nodiscard]] std::string ocsp_check(const std::string& serial, const std::string& hash) const {
        const std::string request = pki_.file("request.der");
        (void)shell("openssl ocsp -no_nonce -issuer " + certificate(Profile::issuing) + " -" +
                    hash + " -cert " + pem(serial) + " -reqout " + request);
        const auto id = ocsp::read_request(read_whole(request, 4096).value());
        if (!id.ok()) {
            return id.error().detail;
        }
        return shell("openssl ocsp -respin " + order_.folder + "/ocsp/" +
                     ocsp::file_name(id.value()) + ".ocsp -CAfile " + pki_.file("chain.pem") +
                     " -issuer " + certificate(Profile::issuing) + " -" + hash + " -cert " +
                     pem(serial));
    }

    PkiFolder pki_;
    Authority authority_ = pki_.init();
    PublishOrder order_{pki_.file("publish"), PkiFolder::passphrase(), std::nullopt};
    std::vector<std::string> serials_;
};

TEST_F(PkiPublish, OpensslReadsListsAndAnswers) {
    const PublishReport report = publish_now();
    EXPECT_EQ(report.answers_written, 6U) << "two seals, the responder; two hashes";
    EXPECT_FALSE(report.new_responder.empty());
    EXPECT_NE(crl_check(serials_[0]).find(": OK"), std::string::npos) << crl_check(serials_[0]);
    for (const char* const hash : {"sha1", "sha256"}) {
        const std::string answer = ocsp_check(serials_[0], hash);
        EXPECT_NE(answer.find("Response verify OK"), std::string::npos) << answer;
        EXPECT_NE(answer.find(": good"), std::string::npos) << answer;
    }
    ASSERT_TRUE(
        authority_.revoke(serials_[0], *find_reason("keyCompromise"), authority_.now() + (-day_ms))
            .ok());
    ASSERT_TRUE(authority_.revoke(serials_[1], *find_reason("certificateHold"), {}).ok());
    EXPECT_EQ(publish_now().revoked, 2U);
    EXPECT_NE(crl_check(serials_[0]).find("certificate revoked"), std::string::npos);
    const std::string lost = ocsp_check(serials_[0], "sha1");
    EXPECT_NE(lost.find(": revoked"), std::string::npos) << lost;
    EXPECT_NE(lost.find("Reason: keyCompromise"), std::string::npos) << lost;
    EXPECT_NE(ocsp_check(serials_[1], "sha256").find("Reason: certificateHold"), std::string::npos);
    ASSERT_TRUE(authority_.release(serials_[1]).ok());
    (void)publish_now();
    EXPECT_NE(ocsp_check(serials_[1], "sha1").find(": good"), std::string::npos);
    EXPECT_NE(crl_check(serials_[1]).find(": OK"), std::string::npos);
}

TEST_F(PkiPublish, ListHasItsExtensions) {
    ASSERT_TRUE(
        authority_.revoke(serials_[0], *find_reason("keyCompromise"), authority_.now() + (-day_ms))
            .ok());
    (void)publish_now();
    const std::string text =
        shell("openssl crl -inform DER -text -noout -in " + order_.folder + "/crl/issuing.crl");
    for (const char* const part :
         {"Version 2 (0x1)", "X509v3 CRL Number", "X509v3 Authority Key Identifier", "2.5.29.60",
          "Key Compromise", "Invalidity Date", "Next Update"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << '\n' << text;
    }
}

TEST_F(PkiPublish, NeitherNumberNorTimeGoesBackWithTheClock) {
    const PublishReport first = publish_now();
    const TimeMs noon = pki_.clock().now();
    for (const std::int64_t step : {-30 * day_ms, 2 * day_ms, -hour_ms, 0L, -365 * day_ms}) {
        const auto before = authority_.book().last;
        pki_.clock().set(noon + step);
        const PublishReport report = publish_now();
        EXPECT_EQ(report.crl_number, before.crl_number + 1);
        EXPECT_GE(report.crl.this_update, before.this_update);
        EXPECT_GT(report.crl.next_update, report.crl.this_update);
    }
    EXPECT_FALSE(first.clock_behind);
    EXPECT_TRUE(publish_now().clock_behind);
}

TEST_F(PkiPublish, AnOlderCopyOfTheAuthorityGoesOnBehindWhatWasPublished) {
    (void)publish_now();
    const std::string copy = pki_.file("copy");
    std::filesystem::copy(pki_.authority_folder(), copy, std::filesystem::copy_options::recursive);
    const PublishReport newest = (publish_now(), publish_now());
    auto brought_back = Authority::open(copy, pki_.clock(), pki_.random(), "test").value();
    const auto report = publish(brought_back, order_);
    ASSERT_TRUE(report.ok());
    EXPECT_GT(report.value().crl_number, newest.crl_number);
    EXPECT_GE(report.value().crl.this_update, newest.crl.this_update);
}

TEST_F(PkiPublish, ResponderIsRenewedBeforeItEndsAndOldKeysGo) {
    const std::string first = publish_now().new_responder;
    EXPECT_FALSE(first.empty());
    EXPECT_TRUE(publish_now().new_responder.empty());
    pki_.clock().set(pki_.clock().now() + 19 * day_ms);
    EXPECT_TRUE(publish_now().new_responder.empty());
    pki_.clock().set(pki_.clock().now() + 2 * day_ms);
    const std::string second = publish_now().new_responder;
    EXPECT_FALSE(second.empty());
    EXPECT_NE(first, second);
    EXPECT_EQ(shell("ls " + pki_.authority_folder() + "/keys | wc -l"), "1\n");
}

TEST_F(PkiPublish, InTheAuthoritysLastDaysOneResponderIsEnough) {
    const TimeMs end = authority_.book().newest(Profile::issuing)->not_after;
    pki_.clock().set(end + -5 * day_ms);
    EXPECT_FALSE(publish_now().new_responder.empty());
    pki_.clock().set(end + -4 * day_ms);
    EXPECT_TRUE(publish_now().new_responder.empty());
}

TEST_F(PkiPublish, NoAnswerOutlivesWhoSignsIt) {
    order_.ocsp_hours = 241;
    EXPECT_EQ(publish(authority_, order_).error().fault, Fault::invalid_input);
}

TEST_F(PkiPublish, RootListIsSignedAnewOnlyWithItsKeyAndInTime) {
    order_.root = PkiFolder::passphrase();
    EXPECT_FALSE(publish_now().root_list_new);
    pki_.clock().set(pki_.clock().now() + 200 * day_ms);
    EXPECT_TRUE(publish_now().root_list_new);
    EXPECT_FALSE(publish_now().root_list_new);
    ASSERT_TRUE(authority_
                    .revoke(authority_.book().newest(Profile::issuing)->serial,
                            *find_reason("cACompromise"), {})
                    .ok());
    EXPECT_TRUE(publish_now().root_list_new);
    const auto key = make_key();
    const auto late =
        authority_.issue({Profile::seal, {"示例市", "11320199014138860W", "迟到的章", ""}, 0, ""},
                         key.value().get(), PkiFolder::passphrase());
    ASSERT_FALSE(late.ok());
    EXPECT_EQ(late.error().fault, Fault::conflict);
    EXPECT_NE(crl_check(serials_[0]).find("certificate revoked"), std::string::npos);
}

TEST_F(PkiPublish, AClockFarAheadIsNotBelievedUnasked) {
    EXPECT_TRUE(authority_.check_clock().ok());
    pki_.clock().set(pki_.clock().now() + 399 * day_ms);
    EXPECT_TRUE(authority_.check_clock().ok());
    pki_.clock().set(pki_.clock().now() + 2 * day_ms);
    EXPECT_EQ(authority_.check_clock().error().fault, Fault::conflict);
}

} // namespace
} // namespace songda::signer
