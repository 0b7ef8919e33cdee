// The issuing authority's certificate is renewed with its key: whatever was signed before and after
// holds under either certificate, for openssl too.
#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "signer/pki/audit.hpp"
#include "signer/pki/publish.hpp"
#include "tests/fakes/pki_folder.hpp"

namespace songda::signer {
namespace {

using fakes::PkiFolder;
using fakes::shell;

constexpr std::int64_t day_ms = 86'400'000;

/// An authority that was made nine years ago.
class PkiRenewal : public ::testing::Test {
protected:
    PkiRenewal() {
        const TimeMs now = pki_.clock().now();
        pki_.clock().set(now + -9 * 365 * day_ms);
        authority_.emplace(pki_.init());
        old_ = authority_->book().newest(Profile::issuing)->serial;
        pki_.clock().set(now);
    }
    BookEntry issue_seal() {
        const auto key = make_key();
        return authority_
            ->issue({Profile::seal, {"示例市", "11320199014138860W", "示例市印章", ""}, 0, ""},
                    key.value().get(), PkiFolder::passphrase())
            .value()
            .entry;
    }
    Result<BookEntry> renew() { return authority_->renew_issuing(0, PkiFolder::passphrase()); }
    [[nodiscard]] std::string pem(const std::string& serial) const {
        return pki_.authority_folder() + "/certificates/" + serial + ".pem";
    }
    [[nodiscard]] std::string root() const {
        return pem(authority_->book().newest(Profile::root)->serial);
    }
    [[nodiscard]] std::string verify(const std::string& issuing, const std::string& serial,
                                     const std::string& options = "") const {
        return shell("openssl verify -x509_strict " + options + " -CAfile " + root() +
                     " -untrusted " + pem(issuing) + ' ' + pem(serial));
    }
    PublishReport publish_now() {
        const PublishOrder order{pki_.file("publish"), PkiFolder::passphrase(),
                                 PkiFolder::passphrase()};
        const auto report = publish(*authority_, order);
        EXPECT_TRUE(report.ok()) << report.error().detail;
        for (const std::string name : {"root", "issuing"}) {
            (void)shell("openssl crl -inform DER -in " + pki_.file("publish/crl/" + name + ".crl") +
                        " -out " + pki_.file(name + ".pem"));
        }
        return report.value();
    }
    [[nodiscard]] std::string lists() const {
        return "-crl_check_all -CRLfile " + pki_.file("issuing.pem") + " -CRLfile " +
               pki_.file("root.pem");
    }
    [[nodiscard]] std::string list_text(const std::string& name) const {
        return shell("openssl crl -noout -text -in " + pki_.file(name + ".pem"));
    }

    PkiFolder pki_;
    std::optional<Authority> authority_;
    std::string old_;
};

TEST_F(PkiRenewal, SealsBeforeAndAfterHoldUnderEitherCertificate) {
    const BookEntry before = issue_seal();
    EXPECT_EQ(before.not_after, authority_->book().find(old_)->not_after); // cut short
    const auto renewed = renew();
    ASSERT_TRUE(renewed.ok()) << renewed.error().detail;
    EXPECT_EQ(renewed.value().renews, old_);
    const BookEntry after = issue_seal();
    EXPECT_EQ(after.not_after - after.not_before, 730 * day_ms - 1000);
    publish_now();
    for (const std::string& seal : {before.serial, after.serial}) {
        for (const std::string& issuing : {old_, renewed.value().serial}) {
            EXPECT_EQ(verify(issuing, seal, lists()), pem(seal) + ": OK\n");
        }
    }
    EXPECT_EQ(audit(*authority_), std::vector<std::string>());
}

TEST_F(PkiRenewal, WhatExpiredBeforeStaysOnTheList) {
    ASSERT_TRUE(renew().ok());
    publish_now();
    const auto first = authority_->book().find(old_)->not_before;
    const std::string since = to_text(china_date(first)).substr(0, 4);
    const std::string text = list_text("issuing");
    EXPECT_NE(text.find("2.5.29.60"), std::string::npos) << text;
    EXPECT_NE(text.find(since), std::string::npos) << text;
}

TEST_F(PkiRenewal, IsNotDoneTwiceNorTooEarly) {
    ASSERT_TRUE(renew().ok());
    EXPECT_EQ(renew().error().fault, Fault::conflict);
    EXPECT_NE(renew().error().detail.find("not half over"), std::string::npos);
}

TEST_F(PkiRenewal, AsksForTheRootsKeyAndItsPassphrase) {
    EXPECT_EQ(authority_->renew_issuing(0, Passphrase("又是一段别的口令 no")).error().fault,
              Fault::forbidden);
    (void)shell("rm " + authority_->root_key_path());
    EXPECT_EQ(renew().error().fault, Fault::not_found);
    EXPECT_EQ(authority_->book().newest(Profile::issuing)->serial, old_);
}

/// One key, one fate: a certificate of the lost key that is left would let its finder go on.
TEST_F(PkiRenewal, RevokingTheAuthorityRevokesBothCertificates) {
    const std::string fresh = renew().value().serial;
    const BookEntry seal = issue_seal();
    ASSERT_TRUE(authority_->revoke("issuing", *find_reason("cACompromise"), std::nullopt).ok());
    publish_now();
    const std::string text = list_text("root");
    for (const std::string& serial : {old_, fresh}) {
        EXPECT_NE(text.find(serial), std::string::npos) << text;
        EXPECT_NE(verify(serial, seal.serial, lists()).find("certificate revoked"),
                  std::string::npos);
    }
    EXPECT_EQ(renew().error().fault, Fault::conflict);
}

/// The first of the two was on the disk when the command was killed.
TEST_F(PkiRenewal, RevocationThatWasCutShortIsFinishedByTheSameCommand) {
    const std::string fresh = renew().value().serial;
    ASSERT_TRUE(authority_->record("revoked", {{"serial", old_}, {"reason", "cACompromise"}}).ok());
    ASSERT_TRUE(authority_->revoke("issuing", *find_reason("cACompromise"), std::nullopt).ok());
    EXPECT_TRUE(authority_->book().find(fresh)->revocation);
}

TEST_F(PkiRenewal, AHoldOfTheAuthorityIsReleasedOnBoth) {
    const std::string fresh = renew().value().serial;
    ASSERT_TRUE(authority_->revoke(fresh, *find_reason("certificateHold"), std::nullopt).ok());
    EXPECT_TRUE(authority_->book().find(old_)->revocation);
    ASSERT_TRUE(authority_->release("issuing").ok());
    EXPECT_FALSE(authority_->book().find(old_)->revocation);
    EXPECT_FALSE(authority_->book().find(fresh)->revocation);
}

} // namespace
} // namespace songda::signer
