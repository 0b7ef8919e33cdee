// An authority of the SM2 suite: every signature that it makes (requests, certificates, lists, OCSP
// answers) fits its signer's key in the eyes of two other implementations, with the user id said;
// chains are trusted as those of P-256 are; what is of the other suite is refused.
#include <filesystem>

#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "base/der.hpp"
#include "base/text_codec.hpp"
#include "signer/pki/lint.hpp"
#include "signer/pki/publish.hpp"
#include "tests/fakes/sm2_folder.hpp"
#include "verifier/revocation.hpp"

namespace songda::signer {
namespace {

using fakes::PkiFolder;
using fakes::shell;

/// SEQUENCE { what is signed, algorithm, BIT STRING signature, … }
struct SignedThing {
    Bytes content;
    Bytes signature;
};

SignedThing take_apart(ByteView der) {
    ByteView rest = *der::take_value(der, der::tag_sequence);
    const ByteView content = *der::take_whole(rest, der::tag_sequence);
    const ByteView algorithm = *der::take_whole(rest, der::tag_sequence);
    EXPECT_EQ(to_hex(algorithm), to_hex(sm2_names().sm2_with_sm3));
    const ByteView signature = der::take_value(rest, der::tag_bits)->subspan(1);
    return {{content.begin(), content.end()}, {signature.begin(), signature.end()}};
}

/// The BasicOCSPResponse in an OCSPResponse (RFC 6960 §4.2.1).
Bytes basic_response(ByteView der) {
    ByteView rest = *der::take_value(der, der::tag_sequence);
    (void)der::take_whole(rest, 0x0A); // ENUMERATED successful
    rest = *der::take_value(rest, der::tag_context_0);
    rest = *der::take_value(rest, der::tag_sequence);
    (void)der::take_whole(rest, der::tag_oid);
    const ByteView basic = *der::take_value(rest, der::tag_octets);
    return {basic.begin(), basic.end()};
}

Bytes request_der(const std::string& pem) {
    const std::string body =
        pem.substr(pem.find('\n') + 1, pem.rfind("-----END") - pem.find('\n') - 1);
    std::string text = body;
    std::erase(text, '\n');
    return *from_base64(text);
}

class PkiSm2 : public ::testing::Test {
protected:
    PkiSm2() : authority_(init()) {
        const auto made = make_key(Suite::sm2);
        key_.reset(EVP_PKEY_dup(made.value().get()));
        serial_ = issue(key_.get()).value().entry.serial;
    }
    Authority init() {
        auto terms = PkiFolder::terms();
        terms.suite = Suite::sm2;
        auto made = Authority::init(pki_.authority_folder(), terms,
                                    {PkiFolder::passphrase(), PkiFolder::passphrase()},
                                    pki_.clock(), pki_.random(), "test");
        EXPECT_TRUE(made.ok()) << made.error().detail;
        return std::move(made).value();
    }
    Result<IssuedCertificate> issue(EVP_PKEY* key) {
        return authority_.issue(
            {Profile::seal, {"示例市", "11320199014138860W", "示例市印章", ""}, 0, ""}, key,
            PkiFolder::passphrase());
    }
    [[nodiscard]] openssl::Certificate certificate(Profile profile) const {
        return authority_.certificate(*authority_.book().newest(profile)).value();
    }
    /// Both other implementations, and ours, of a signature by that certificate's key.
    static void expect_signed_by(const SignedThing& thing, const X509* signer) {
        const Bytes spki = public_key_der(X509_get0_pubkey(signer));
        const std::string point = to_hex(ByteView(spki).last(65));
        for (const auto* library : {"botan", "sm-crypto-v2"}) {
            EXPECT_EQ(fakes::sm2_oracle(library, "verify " + point + ' ' + to_hex(thing.content) +
                                                     ' ' + to_hex(thing.signature)),
                      "true")
                << library;
        }
        const auto known = Sm2PublicKey::of(X509_get0_pubkey(signer)).value();
        EXPECT_TRUE(known.fits(thing.content, thing.signature));
    }

    PkiFolder pki_;
    Authority authority_;
    openssl::Pkey key_;
    std::string serial_;
};

TEST_F(PkiSm2, CertificatesAreSignedWithTheUserIdAndFitTheirProfiles) {
    const auto root = certificate(Profile::root);
    const auto issuing = certificate(Profile::issuing);
    const auto seal = certificate(Profile::seal);
    expect_signed_by(take_apart(certificate_der(root.get())), root.get());
    expect_signed_by(take_apart(certificate_der(issuing.get())), root.get());
    expect_signed_by(take_apart(certificate_der(seal.get())), issuing.get());
    EXPECT_TRUE(lint(seal.get(), Profile::seal, issuing.get(), authority_.terms()).empty());
    auto other = authority_.terms();
    other.suite = Suite::p256;
    EXPECT_FALSE(lint(seal.get(), Profile::seal, issuing.get(), other).empty());
}

TEST_F(PkiSm2, ChainsAreTrustedByTheRootAlone) {
    const std::string trust = pki_.file("trust");
    std::filesystem::create_directory(trust);
    const std::string root = authority_.book().newest(Profile::root)->serial;
    std::filesystem::copy_file(pki_.authority_folder() + "/certificates/" + root + ".pem",
                               trust + "/root.pem");
    const auto store = verifier::TrustStore::load(trust).value();
    std::vector<openssl::Certificate> between;
    between.push_back(certificate(Profile::issuing));
    const auto seal = certificate(Profile::seal);
    const TimeMs now = SystemClock().now() + 60'000;
    EXPECT_EQ(store.judge(seal.get(), between, now).answer.answer, verifier::Answer::yes);
    EXPECT_EQ(store.judge(seal.get(), {}, now).answer.answer, verifier::Answer::no);
}

TEST_F(PkiSm2, ListsAndAnswersAreSignedWithTheUserId) {
    ASSERT_TRUE(authority_.revoke(serial_, *find_reason("keyCompromise"), std::nullopt).ok());
    const std::string folder = pki_.file("publish");
    const auto report = publish(authority_, {folder, PkiFolder::passphrase(), std::nullopt});
    ASSERT_TRUE(report.ok()) << report.error().detail;
    const auto issuing = certificate(Profile::issuing);
    const Bytes list = read_whole(folder + "/crl/issuing.crl", 65'536).value();
    expect_signed_by(take_apart(list), issuing.get());
    EXPECT_TRUE(read_crl(list, issuing.get()));
    EXPECT_FALSE(read_crl(list, certificate(Profile::root).get()));
    EXPECT_NE(shell("openssl crl -inform DER -noout -text -in " + folder + "/crl/issuing.crl")
                  .find("Key Compromise"),
              std::string::npos);
    const auto responder = certificate(Profile::ocsp_signer);
    std::size_t answers = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder + "/ocsp")) {
        const Bytes answer = read_whole(file.path(), 65'536).value();
        expect_signed_by(take_apart(basic_response(answer)), responder.get());
        ++answers;
    }
    EXPECT_EQ(answers, 4U) << "the seal and the responder, two hashes each";
}

/// The verifier believes the authority's list and its OCSP answers, and neither once a byte of what
/// was signed or of the signature is another.
TEST_F(PkiSm2, TheVerifierLearnsFromListAndAnswerThatASealIsRevoked) {
    const std::string trust_folder = pki_.file("trust");
    std::filesystem::create_directory(trust_folder);
    const std::string root = authority_.book().newest(Profile::root)->serial;
    std::filesystem::copy_file(pki_.authority_folder() + "/certificates/" + root + ".pem",
                               trust_folder + "/root.pem");
    const auto trust = verifier::TrustStore::load(trust_folder).value();
    std::vector<openssl::Certificate> chain;
    chain.push_back(certificate(Profile::seal));
    chain.push_back(certificate(Profile::issuing));
    chain.push_back(certificate(Profile::root));
    for (const auto& each : chain) {
        name_sm2_user(each.get());
    }
    const auto state = [&](verifier::Evidence::Kind kind, const Bytes& der) {
        const verifier::Evidence evidence{kind, der};
        const TimeMs now = pki_.clock().now();
        return verifier::find_revocation(chain, {{&evidence, 1}, {}, trust}, now, now).state;
    };
    const auto expect_told = [&](verifier::Revocation expected) {
        const std::string folder = pki_.file("publish");
        const auto report = publish(authority_, {folder, PkiFolder::passphrase(), std::nullopt});
        ASSERT_TRUE(report.ok()) << report.error().detail;
        int told = 0;
        for (const auto kind : {verifier::Evidence::Kind::crl, verifier::Evidence::Kind::ocsp}) {
            const bool list = kind == verifier::Evidence::Kind::crl;
            for (const auto& file :
                 std::filesystem::directory_iterator(folder + (list ? "/crl" : "/ocsp"))) {
                Bytes der = read_whole(file.path(), 65'536).value();
                if (state(kind, der) != expected) {
                    continue; // of the responder, or the root's list
                }
                ++told;
                // The last byte of a list is of its signature; an answer has certificates behind
                // it.
                const Bytes part =
                    list ? take_apart(der).signature : take_apart(basic_response(der)).signature;
                const auto at = std::search(der.begin(), der.end(), part.begin(), part.end());
                ASSERT_NE(at, der.end());
                *(at + static_cast<std::ptrdiff_t>(part.size()) - 1) ^= 1;
                EXPECT_EQ(state(kind, der), verifier::Revocation::unknown) << file.path();
            }
        }
        EXPECT_EQ(told, 3) << "one list, an answer for each hash";
    };
    expect_told(verifier::Revocation::good);
    ASSERT_TRUE(authority_.revoke(serial_, *find_reason("keyCompromise"), std::nullopt).ok());
    expect_told(verifier::Revocation::revoked);
}

TEST_F(PkiSm2, RequestsProveTheirKeyToOthersAndTheirsToUs) {
    const auto name = make_name({"示例市", "11320199014138860W", "示例市印章", ""});
    const auto pem = write_request(key_.get(), name.value().get());
    ASSERT_TRUE(pem.ok()) << pem.error().detail;
    EXPECT_TRUE(read_request(pem.value()).ok());
    std::ofstream(pki_.file("ours.csr")) << pem.value();
    const auto self = certificate(Profile::seal); // of the same key
    expect_signed_by(take_apart(request_der(pem.value())), self.get());
    EXPECT_NE(shell("openssl req -verify -noout -vfyopt distid:1234567812345678 -in " +
                    pki_.file("ours.csr"))
                  .find("verify OK"),
              std::string::npos);
    const std::string theirs =
        shell("openssl req -new -newkey SM2 -nodes -keyout " + pki_.file("theirs.key") +
              " -sm3 -sigopt distid:1234567812345678 -subj /CN=x 2>/dev/null");
    EXPECT_TRUE(read_request(theirs).ok()) << theirs;
    const std::string other_id = shell("openssl req -new -key " + pki_.file("theirs.key") +
                                       " -sm3 -sigopt distid:another -subj /CN=x 2>/dev/null");
    EXPECT_FALSE(read_request(other_id).ok()) << "signed with another user id";
}

TEST_F(PkiSm2, AKeyOfTheOtherSuiteIsRefused) {
    const auto p256 = make_key();
    const auto refused = issue(p256.value().get());
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().fault, Fault::invalid_input);
    EXPECT_NE(refused.error().detail.find("sm2"), std::string::npos);
    PkiFolder other;
    Authority plain = other.init();
    EXPECT_FALSE(
        plain
            .issue({Profile::seal, {"示例市", "11320199014138860W", "示例市印章", ""}, 0, ""},
                   key_.get(), PkiFolder::passphrase())
            .ok());
}

TEST_F(PkiSm2, TheSuiteIsInTheJournalAndCannotChange) {
    auto terms = authority_.terms();
    { const Authority closed = std::move(authority_); }
    const auto same = Authority::init(pki_.authority_folder(), terms,
                                      {PkiFolder::passphrase(), PkiFolder::passphrase()},
                                      pki_.clock(), pki_.random(), "test");
    ASSERT_TRUE(same.ok()) << same.error().detail;
    EXPECT_EQ(same.value().terms().suite, Suite::sm2);
}

} // namespace
} // namespace songda::signer
