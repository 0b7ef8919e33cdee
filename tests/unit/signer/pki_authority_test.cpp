// An authority in a folder: what it issues is what openssl accepts, what it must not issue openssl
// refuses too, and its journal tells the truth after any end of a command.
#include "signer/pki/authority.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "signer/pki/audit.hpp"
#include "signer/pki/lint.hpp"
#include "tests/fakes/pki_folder.hpp"

namespace songda::signer {
namespace {

using fakes::PkiFolder;
using fakes::shell;

const Names seal_names{"示例市行政审批局", "11320199014138860W", "示例市行政审批局印章",
                       "seal@sp.example.gov.cn"};

class PkiAuthority : public ::testing::Test {
protected:
    /// PEM file of a certificate issued to a new key.
    std::string issue(const IssueOrder& order, Authority& authority) {
        const auto key = make_key();
        const auto issued = authority.issue(order, key.value().get(), PkiFolder::passphrase());
        EXPECT_TRUE(issued.ok()) << issued.error().detail;
        serial_ = issued.value().entry.serial;
        return pki_.authority_folder() + "/certificates/" + serial_ + ".pem";
    }
    [[nodiscard]] std::string root() const { return certificate(Profile::root); }
    [[nodiscard]] std::string issuing() const { return certificate(Profile::issuing); }
    std::string verify(const std::string& options, const std::string& file) const {
        return shell("openssl verify -x509_strict -CAfile " + root() + " -untrusted " + issuing() +
                     ' ' + options + ' ' + file);
    }

    PkiFolder pki_;
    Authority authority_ = pki_.init();
    std::string serial_;

private:
    [[nodiscard]] std::string certificate(Profile profile) const {
        return pki_.authority_folder() + "/certificates/" +
               authority_.book().newest(profile)->serial + ".pem";
    }
};

TEST_F(PkiAuthority, OpensslAcceptsEveryProfileStrictly) {
    const std::string policy = "-policy_check -explicit_policy -policy 1.2.156.99999.1.";
    const std::string seal = issue({Profile::seal, seal_names, 0, ""}, authority_);
    EXPECT_EQ(verify("-purpose smimesign " + policy + '1', seal), seal + ": OK\n");
    const std::string stamp =
        issue({Profile::timestamp, {"示例市", "", "示例市时间戳", ""}, 0, ""}, authority_);
    EXPECT_EQ(verify("-purpose timestampsign " + policy + '2', stamp), stamp + ": OK\n");
    const std::string ocsp =
        issue({Profile::ocsp_signer, {"示例市", "", "示例市状态", ""}, 0, ""}, authority_);
    EXPECT_EQ(verify("-purpose ocsphelper", ocsp), ocsp + ": OK\n");
    EXPECT_EQ(shell("openssl verify -x509_strict -CAfile " + root() + ' ' + issuing()),
              issuing() + ": OK\n");
}

TEST_F(PkiAuthority, TheSignerAndTheVerifierTakeItsSeals) {
    const std::string path = issue({Profile::seal, seal_names, 0, ""}, authority_);
    const auto certificate = std::move(read_certificates(path).value().front());
    EXPECT_TRUE(is_seal_certificate(certificate.get()));
    EXPECT_FALSE(is_sample_certificate(certificate.get()));
    EXPECT_EQ(subject_text(certificate.get(), "organizationIdentifier"), "11320199014138860W");
    EXPECT_EQ(subject_text(certificate.get(), "CN"), "示例市行政审批局印章");
    const std::string text = shell("openssl asn1parse -in " + path);
    EXPECT_NE(text.find("UTF8STRING        :11320199014138860W"), std::string::npos);
    EXPECT_EQ(text.find("BMPSTRING"), std::string::npos);
    EXPECT_EQ(text.find("T61STRING"), std::string::npos);
}

// crypto.md §6.1: what the authority would never plan, signed by its very key, is refused by
// openssl and by our lint.
TEST_F(PkiAuthority, FourNegativeCertificatesAreRefused) {
    const auto forge = [&](const std::string& name, const std::string& extensions) {
        const std::string path = pki_.file(name + ".pem");
        std::ofstream(pki_.file("ext"))
            << "authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n"
            << extensions;
        const std::string out =
            shell("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " +
                  pki_.file("key") + " -utf8 -subj '/C=CN/O=示例/CN=" + name + "' -out " +
                  pki_.file("csr") + " && openssl x509 -req -in " + pki_.file("csr") + " -CA " +
                  issuing() + " -CAkey " + pki_.authority_folder() +
                  "/issuing.key -passin file:" + pki_.file("passphrase") +
                  " -set_serial 0x4123456789abcdef0123 -days 30 -extfile " + pki_.file("ext") +
                  " -out " + path);
        EXPECT_TRUE(std::ifstream(path).good()) << out;
        return path;
    };
    const std::string leaf = "basicConstraints=critical,CA:FALSE\n";
    const std::string usage = "keyUsage=critical,digitalSignature,nonRepudiation\n"
                              "extendedKeyUsage=1.3.6.1.5.5.7.3.36,emailProtection\n";
    const std::string outside = forge("outside", leaf + usage + "subjectAltName=DNS:evil.com\n");
    EXPECT_NE(verify("", outside).find("permitted subtree violation"), std::string::npos);
    const std::string below =
        forge("below", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n");
    EXPECT_NE(verify("-untrusted " + below,
                     [&] { // a certificate issued by the authority below
                         const std::string path = pki_.file("leaf.pem");
                         std::ofstream(pki_.file("ext")) << leaf << "authorityKeyIdentifier=keyid\n"
                                                         << "subjectKeyIdentifier=hash\n";
                         (void)shell("openssl req -new -newkey ec -pkeyopt "
                                     "ec_paramgen_curve:P-256 -nodes -keyout " +
                                     pki_.file("leaf.key") + " -subj /C=CN/O=x/CN=x -out " +
                                     pki_.file("csr") + " && openssl x509 -req -in " +
                                     pki_.file("csr") + " -CA " + below + " -CAkey " +
                                     pki_.file("key") +
                                     " -set_serial 0x4123456789abcdef0124 -days 3 -extfile " +
                                     pki_.file("ext") + " -out " + path);
                         return path;
                     }())
                  .find("path length constraint exceeded"),
              std::string::npos);
    const std::string seal = issue({Profile::seal, seal_names, 0, ""}, authority_);
    EXPECT_NE(verify("-purpose timestampsign", seal).find("certificate purpose"),
              std::string::npos);
    const std::string stranger =
        forge("stranger", leaf + usage + "certificatePolicies=1.2.156.99999.7\n");
    EXPECT_NE(
        verify("-explicit_policy -policy 1.2.156.99999.7", stranger).find("no explicit policy"),
        std::string::npos);
    const auto above = std::move(read_certificates(issuing()).value().front());
    for (const std::string& path : {outside, below, stranger}) {
        const auto forged = std::move(read_certificates(path).value().front());
        EXPECT_TRUE(signature_holds(forged.get(), above.get())) << path;
        EXPECT_FALSE(lint(forged.get(), Profile::seal, above.get(), authority_.terms()).empty())
            << path;
    }
    const auto good = std::move(read_certificates(seal).value().front());
    EXPECT_TRUE(lint(good.get(), Profile::seal, above.get(), authority_.terms()).empty());
    EXPECT_FALSE(lint(good.get(), Profile::timestamp, above.get(), authority_.terms()).empty());
}

TEST_F(PkiAuthority, NamesOutsideItsBoundsAreNotPlanned) {
    const auto refusal = [&](const Names& names, Profile profile = Profile::seal) {
        const auto key = make_key();
        const auto issued =
            authority_.issue({profile, names, 0, ""}, key.value().get(), PkiFolder::passphrase());
        return issued.ok() ? std::string("issued") : issued.error().detail;
    };
    Names names = seal_names;
    names.email = "seal@evil.com";
    EXPECT_NE(refusal(names).find("domain"), std::string::npos);
    names.email = "a@sp.example.gov.cn,DNS:evil.com";
    EXPECT_NE(refusal(names).find("domain"), std::string::npos);
    names = seal_names;
    names.common_name = "";
    EXPECT_NE(refusal(names).find("characters"), std::string::npos);
    names.common_name = "a\nb";
    EXPECT_NE(refusal(names).find("characters"), std::string::npos);
    names.common_name = std::string(65, 'x');
    EXPECT_NE(refusal(names).find("characters"), std::string::npos);
    names = seal_names;
    names.department = "1132";
    EXPECT_NE(refusal(names).find("18 characters"), std::string::npos);
    EXPECT_NE(refusal(seal_names, Profile::timestamp).find("only a seal"), std::string::npos);
    EXPECT_EQ(authority_.book().entries.size(), 2U) << "nothing was planned";
}

TEST_F(PkiAuthority, NothingOutlivesTheAuthority) {
    const auto key = make_key();
    const auto issued = authority_.issue({Profile::seal, seal_names, 4000, ""}, key.value().get(),
                                         PkiFolder::passphrase());
    ASSERT_FALSE(issued.ok());
    EXPECT_NE(issued.error().detail.find("nothing can live longer"), std::string::npos);
}

TEST_F(PkiAuthority, TheSameKeyIsGivenItsCertificateAgainAndNoOther) {
    const auto key = make_key();
    const IssueOrder order{Profile::seal, seal_names, 0, ""};
    const auto first = authority_.issue(order, key.value().get(), PkiFolder::passphrase());
    const auto again = authority_.issue(order, key.value().get(), PkiFolder::passphrase());
    ASSERT_TRUE(again.ok());
    EXPECT_TRUE(again.value().again);
    EXPECT_EQ(again.value().entry.serial, first.value().entry.serial);
    const auto renewal =
        authority_.issue({Profile::seal, seal_names, 0, first.value().entry.serial},
                         key.value().get(), PkiFolder::passphrase());
    ASSERT_FALSE(renewal.ok());
    EXPECT_EQ(renewal.error().fault, Fault::conflict);
}

TEST_F(PkiAuthority, SerialsArePositiveRandomAndShortEnough) {
    for (int i = 0; i < 3; ++i) {
        (void)issue({Profile::seal, seal_names, 0, ""}, authority_);
        EXPECT_EQ(serial_.size(), 32U);
        EXPECT_GE(serial_[0], '4');
        EXPECT_LE(serial_[0], '7');
    }
}

TEST_F(PkiAuthority, HoldIsReleasedAndRevocationIsFinal) {
    (void)issue({Profile::seal, seal_names, 0, ""}, authority_);
    const auto revoke = [&](const char* reason) {
        return authority_.revoke(serial_, *find_reason(reason), std::nullopt);
    };
    EXPECT_FALSE(authority_.release(serial_).ok());
    EXPECT_TRUE(revoke("certificateHold").ok());
    EXPECT_FALSE(revoke("certificateHold").ok());
    EXPECT_TRUE(authority_.release(serial_).ok());
    EXPECT_TRUE(revoke("certificateHold").ok());
    const TimeMs held = authority_.book().find(serial_)->revocation->at;
    pki_.clock().set(pki_.clock().now() + 86'400'000);
    EXPECT_TRUE(revoke("keyCompromise").ok()) << "a hold becomes final";
    EXPECT_EQ(authority_.book().find(serial_)->revocation->at, held);
    EXPECT_FALSE(authority_.release(serial_).ok());
    EXPECT_FALSE(revoke("superseded").ok());
    EXPECT_FALSE(authority_
                     .revoke(authority_.book().newest(Profile::root)->serial,
                             *find_reason("keyCompromise"), std::nullopt)
                     .ok());
}

TEST_F(PkiAuthority, OneCommandAtATime) {
    const auto second = Authority::open(pki_.authority_folder(), pki_.clock(), pki_.random(), "b");
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().fault, Fault::conflict);
}

TEST_F(PkiAuthority, TheRootKeyMayBeTakenAway) {
    ASSERT_EQ(shell("rm " + pki_.authority_folder() + "/root.key"), "");
    (void)issue({Profile::seal, seal_names, 0, ""}, authority_);
}

TEST_F(PkiAuthority, TheWrongPassphraseSignsNothing) {
    const auto key = make_key();
    const auto issued = authority_.issue({Profile::seal, seal_names, 0, ""}, key.value().get(),
                                         Passphrase("wrong"));
    ASSERT_FALSE(issued.ok());
    EXPECT_EQ(issued.error().fault, Fault::forbidden);
    EXPECT_EQ(authority_.book().entries.size(), 2U);
    EXPECT_NE(shell("head -1 " + pki_.authority_folder() + "/issuing.key")
                  .find("BEGIN ENCRYPTED PRIVATE KEY"),
              std::string::npos);
}

TEST_F(PkiAuthority, ClockThatStepsBackDoesNotStepTheJournalBack) {
    const TimeMs before = authority_.now();
    pki_.clock().set({before.value - 30LL * 86'400'000});
    const std::string path = issue({Profile::seal, seal_names, 0, ""}, authority_);
    const auto certificate = std::move(read_certificates(path).value().front());
    EXPECT_GE(validity_of(certificate.get()).not_before.value, before.value / 1000 * 1000);
}

TEST_F(PkiAuthority, AuditFindsWhatWasChangedAndWhatWasNeverIssued) {
    const std::string seal = issue({Profile::seal, seal_names, 0, ""}, authority_);
    EXPECT_TRUE(audit(authority_).empty());
    const std::string stray = pki_.authority_folder() + "/certificates/4100.pem";
    (void)shell("cp " + seal + ' ' + stray);
    EXPECT_EQ(audit(authority_), std::vector<std::string>{"4100.pem: was never issued"});
    (void)shell("rm " + stray + "; cp " + issuing() + ' ' + seal);
    const auto changed = audit(authority_);
    ASSERT_EQ(changed.size(), 1U);
    EXPECT_NE(changed[0].find("not the certificate that was issued"), std::string::npos);
}

TEST(PkiRequest, OnlyItsProvenKeyIsTaken) {
    const PkiFolder pki;
    const auto key = make_key();
    const auto name = make_name({"不是这个名称", "", "也不是", ""});
    const auto pem = write_request(key.value().get(), name.value().get());
    ASSERT_TRUE(pem.ok());
    const auto read = read_request(pem.value());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(public_key_hash(read.value().get()), public_key_hash(key.value().get()));
    std::ofstream(pki.file("csr")) << pem.value();
    EXPECT_NE(shell("openssl req -verify -noout -in " + pki.file("csr")).find("verify OK"),
              std::string::npos);
    // The signature of another request under this one's key.
    (void)shell("openssl req -in " + pki.file("csr") + " -outform DER -out " + pki.file("der"));
    std::ifstream in(pki.file("der"), std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(in), {});
    bytes[bytes.size() - 3] = static_cast<char>(bytes[bytes.size() - 3] ^ 1);
    std::ofstream(pki.file("der"), std::ios::binary) << bytes;
    const std::string broken = shell("openssl req -inform DER -in " + pki.file("der"));
    const auto refused = read_request(broken);
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().detail.find("not signed by its key"), std::string::npos);
    EXPECT_FALSE(read_request("nonsense").ok());
    (void)shell("openssl req -new -newkey rsa:2048 -nodes -keyout " + pki.file("rsa") +
                " -subj /CN=x -out " + pki.file("csr"));
    std::ifstream rsa(pki.file("csr"));
    const std::string weak((std::istreambuf_iterator<char>(rsa)), {});
    EXPECT_NE(read_request(weak).error().detail.find("P-256"), std::string::npos);
}

TEST(PkiTerms, WhatDoesNotFitACertificateIsRefused) {
    const AuthorityTerms good = PkiFolder::terms();
    EXPECT_TRUE(check_terms(good).ok());
    for (const auto& spoil : std::vector<void (*)(AuthorityTerms&)>{
             [](AuthorityTerms& t) { t.root_name = ""; },
             [](AuthorityTerms& t) { t.issuing_name = t.root_name; },
             [](AuthorityTerms& t) { t.base_url = "https://h"; },
             [](AuthorityTerms& t) { t.base_url = "http://h/x"; },
             [](AuthorityTerms& t) { t.base_url = "http://h,URI:http://evil"; },
             [](AuthorityTerms& t) { t.domain = ""; },
             [](AuthorityTerms& t) { t.domain = "a,permitted;DNS:b"; },
             [](AuthorityTerms& t) { t.policy = "seal"; }}) {
        AuthorityTerms bad = good;
        spoil(bad);
        EXPECT_FALSE(check_terms(bad).ok());
    }
}

} // namespace
} // namespace songda::signer
