// SignedData of the SM2 suite: both shapes, both algorithm numbers, chains made by the openssl
// command line. What is signed is checked by two other implementations (tests/oracles); every
// changed byte and every truncation is refused.
#include "signer/sm2_cms.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "base/der.hpp"
#include "base/text_codec.hpp"
#include "signer/sm2_key.hpp"
#include "tests/fakes/golden_file.hpp"
#include "tests/fakes/sm2_folder.hpp"
#include "verifier/sm2_cms.hpp"
#include "verifier/sm2_record.hpp"

namespace songda::signer {
namespace {

using verifier::Answer;
using verifier::Reason;

constexpr std::string_view record = R"({"number":"JY13201990000012","title":"食品经营许可证"})";

struct Variant {
    Sm2Shape shape;
    Sm2Algorithm algorithm;
};

class Sm2CmsTest : public ::testing::TestWithParam<Variant> {
protected:
    static Bytes signed_by(const Sm2Key& key, const std::vector<openssl::Certificate>& chain,
                           std::string_view content = record) {
        const auto builder =
            Sm2CmsBuilder::make(chain, GetParam().shape, GetParam().algorithm).value();
        const Digest digest = sm3(as_bytes(content));
        return builder.build(digest, key.sign(builder.to_sign(digest)).value());
    }
    Bytes message() const { return signed_by(folder_.key(), folder_.chain()); }
    verifier::Sm2Finding check(ByteView der, std::string_view content = record) const {
        return verifier::check_sm2_cms(der, as_bytes(content), folder_.trust(),
                                       SystemClock().now());
    }

    const fakes::Sm2Folder folder_;
};

INSTANTIATE_TEST_SUITE_P(EveryVariant, Sm2CmsTest,
                         ::testing::Values(Variant{Sm2Shape::gbt_35275, Sm2Algorithm::sm2_with_sm3},
                                           Variant{Sm2Shape::gbt_35275, Sm2Algorithm::sm2_sign},
                                           Variant{Sm2Shape::cades, Sm2Algorithm::sm2_with_sm3},
                                           Variant{Sm2Shape::cades, Sm2Algorithm::sm2_sign}));

TEST_P(Sm2CmsTest, IsReadAsWhatItIsAndTrusted) {
    const Bytes der = message();
    const auto read = verifier::read_sm2_cms(der);
    ASSERT_TRUE(read.ok()) << read.error().detail;
    EXPECT_EQ(read.value().shape, GetParam().shape);
    EXPECT_EQ(read.value().algorithm, GetParam().algorithm);
    const auto finding = check(der);
    EXPECT_EQ(finding.integrity.answer, Answer::yes);
    EXPECT_EQ(finding.authority.answer, Answer::yes)
        << verifier::reason_name(finding.authority.reason);
    EXPECT_EQ(finding.signer, "示例市行政审批局");
}

TEST_P(Sm2CmsTest, IsNotAboutAnotherContent) {
    const auto finding = check(message(), "another");
    EXPECT_EQ(finding.integrity.answer, Answer::no);
    EXPECT_EQ(finding.integrity.reason, Reason::altered);
    EXPECT_EQ(finding.authority.answer, Answer::unknown);
}

TEST_P(Sm2CmsTest, IsNothingWithoutTheRoot) {
    const auto finding = verifier::check_sm2_cms(message(), as_bytes(record),
                                                 verifier::TrustStore(), SystemClock().now());
    EXPECT_EQ(finding.integrity.answer, Answer::yes);
    EXPECT_EQ(finding.authority.reason, Reason::no_trust_list);
}

/// Its own certificate in the message, the department's name in it, and another root.
TEST_P(Sm2CmsTest, AStrangersChainIsNotTrusted) {
    const fakes::Sm2Folder stranger;
    const auto finding = check(signed_by(stranger.key(), stranger.chain()));
    EXPECT_EQ(finding.integrity.answer, Answer::yes);
    EXPECT_EQ(finding.authority.answer, Answer::no);
    EXPECT_EQ(finding.authority.reason, Reason::certificate_untrusted);
}

TEST_P(Sm2CmsTest, AKeyThatIsNotTheCertificatesIsFound) {
    const auto finding = check(signed_by(fakes::Sm2Folder().key(), folder_.chain()));
    EXPECT_EQ(finding.integrity.answer, Answer::no);
    EXPECT_EQ(finding.integrity.reason, Reason::signature_wrong);
}

TEST_P(Sm2CmsTest, EveryChangedByteIsNoticed) {
    const Bytes der = message();
    for (std::size_t at = 0; at < der.size(); ++at) {
        Bytes changed = der;
        changed[at] ^= 1;
        const auto finding = check(changed);
        ASSERT_FALSE(finding.integrity.answer == Answer::yes &&
                     finding.authority.answer == Answer::yes)
            << at;
    }
}

TEST_P(Sm2CmsTest, EveryTruncationAndAByteMoreIsUnreadable) {
    Bytes der = message();
    for (std::size_t size = 0; size < der.size(); ++size) {
        ASSERT_FALSE(verifier::read_sm2_cms(ByteView(der).first(size)).ok()) << size;
    }
    der.push_back(0);
    EXPECT_FALSE(verifier::read_sm2_cms(der).ok());
}

/// No signature covers the set of certificates: only one spelling of it is read.
TEST_P(Sm2CmsTest, CertificatesInAnotherOrderOrTwiceAreUnreadable) {
    auto chain = folder_.chain();
    chain.push_back(std::move(read_certificates(folder_.file("trust/root.pem")).value().front()));
    const Bytes der = signed_by(folder_.key(), chain);
    ASSERT_EQ(check(der).authority.answer, Answer::yes);
    const auto parts = verifier::read_sm2_cms(der).value().certificates;
    ASSERT_EQ(parts.size(), 2U);
    const auto at = static_cast<std::size_t>(parts[0].data() - der.data());
    const Bytes swapped = der::join({parts[1], parts[0]});
    Bytes other = der;
    std::copy(swapped.begin(), swapped.end(), other.begin() + static_cast<std::ptrdiff_t>(at));
    EXPECT_FALSE(verifier::read_sm2_cms(other).ok());
    EXPECT_EQ(check(other).integrity.reason, Reason::signature_unreadable);
    chain.pop_back();
    chain.push_back(std::move(folder_.chain().front()));
    EXPECT_FALSE(verifier::read_sm2_cms(signed_by(folder_.key(), chain)).ok());
}

TEST_P(Sm2CmsTest, OtherImplementationsAcceptItsSignature) {
    const Bytes der = message();
    const auto read = verifier::read_sm2_cms(der).value();
    const auto builder =
        Sm2CmsBuilder::make(folder_.chain(), GetParam().shape, GetParam().algorithm).value();
    const std::string words = "verify " + fakes::point_of(folder_.key()) + ' ' +
                              to_hex(builder.to_sign(sm3(as_bytes(record)))) + ' ' +
                              to_hex(read.signature);
    EXPECT_EQ(fakes::sm2_oracle("botan", words), "true");
    EXPECT_EQ(fakes::sm2_oracle("sm-crypto-v2", words), "true");
}

/// OpenSSL reads the CAdES shape; in the other it knows no type, but every value is DER.
TEST_P(Sm2CmsTest, OpensslReadsItsStructure) {
    const std::string path = folder_.file("message.der");
    std::ofstream(path, std::ios::binary) << as_text(message());
    const std::string parsed = fakes::shell("openssl asn1parse -inform DER -in " + path);
    EXPECT_EQ(parsed.find("rror"), std::string::npos) << parsed;
    EXPECT_NE(parsed.find(":sm3\n"), std::string::npos) << parsed;
    const bool number_501 = GetParam().algorithm == Sm2Algorithm::sm2_with_sm3;
    EXPECT_NE(parsed.find(number_501 ? ":SM2-with-SM3\n" : ":1.2.156.10197.1.301.1\n"),
              std::string::npos)
        << parsed;
    if (GetParam().shape == Sm2Shape::cades) {
        const std::string printed =
            fakes::shell("openssl cms -cmsout -noout -print -inform DER -in " + path);
        EXPECT_NE(printed.find("id-smime-aa-signingCertificateV2"), std::string::npos) << printed;
        EXPECT_NE(printed.find("eContentType: pkcs7-data"), std::string::npos) << printed;
    } else {
        EXPECT_NE(parsed.find(":1.2.156.10197.6.1.4.2.2\n"), std::string::npos) << parsed;
        EXPECT_NE(parsed.find(":1.2.156.10197.6.1.4.2.1\n"), std::string::npos) << parsed;
    }
}

/// Written by the openssl command line and a DER writer of others (tests/golden/sm2).
TEST(Sm2Cms, GoldenMessagesAreGenuineAndWrittenAgainByteForByte) {
    const std::string folder = SONGDA_SOURCE_DIR "/tests/golden/sm2";
    const auto trust = verifier::TrustStore::load(folder + "/trust").value();
    const auto chain = read_certificates(folder + "/seal.pem").value();
    const std::string content = fakes::golden_file("sm2/record.json");
    for (const auto* name : {"gbt-35275-501", "gbt-35275-301-1", "cades-501", "cades-301-1"}) {
        const std::string golden = fakes::golden_file("sm2/" + std::string(name) + ".der");
        const auto finding = verifier::check_sm2_cms(as_bytes(golden), as_bytes(content), trust,
                                                     SystemClock().now());
        EXPECT_EQ(finding.integrity.answer, Answer::yes) << name;
        EXPECT_EQ(finding.authority.answer, Answer::yes) << name;
        const auto read = verifier::read_sm2_cms(as_bytes(golden)).value();
        const auto builder = Sm2CmsBuilder::make(chain, read.shape, read.algorithm).value();
        EXPECT_EQ(as_text(builder.build(sm3(as_bytes(content)), read.signature)), golden) << name;
    }
}

TEST(Sm2Cms, NeedsACertificateOfAnSm2Key) {
    EXPECT_FALSE(Sm2CmsBuilder::make({}, Sm2Shape::cades).ok());
}

/// A trusted seal of another department than the one that the record says.
TEST(Sm2Cms, ARecordIsSignedByItsIssuerAlone) {
    const fakes::Sm2Folder folder("示例市", "11320199014138860W");
    const auto check = [&](const std::string& content) {
        const auto builder = Sm2CmsBuilder::make(folder.chain(), Sm2Shape::cades).value();
        const Digest digest = sm3(as_bytes(content));
        const Bytes der = builder.build(digest, folder.key().sign(builder.to_sign(digest)).value());
        return verifier::check_sm2_record(der, as_bytes(content), folder.trust(),
                                          SystemClock().now());
    };
    EXPECT_EQ(check(R"({"issuer":{"code":"11320199014138860W"}})").authority.answer, Answer::yes);
    for (const auto* const other : {R"({"issuer":{"code":"11100000000013338W"}})", "{}", "no"}) {
        EXPECT_EQ(check(other).integrity.answer, Answer::yes) << other;
        EXPECT_EQ(check(other).authority.answer, Answer::no) << other;
    }
}

/// CAdES names the certificate by its hash, so that another of the same key and name does not do.
TEST(Sm2Cms, ASwappedCertificateOfTheSameKeyIsFoundInTheCadesShape) {
    const fakes::Sm2Folder folder;
    std::vector<openssl::Certificate> twins;
    twins.push_back(folder.twin());
    const auto builder = Sm2CmsBuilder::make(folder.chain(), Sm2Shape::cades).value();
    const auto swapped = Sm2CmsBuilder::make(twins, Sm2Shape::cades).value();
    const Digest digest = sm3(as_bytes(record));
    const Bytes signature = folder.key().sign(builder.to_sign(digest)).value();
    Bytes der = swapped.build(digest, signature);
    const Digest twin_hash = sm3(certificate_der(twins.front().get()));
    const auto at = std::search(der.begin(), der.end(), twin_hash.begin(), twin_hash.end());
    ASSERT_NE(at, der.end());
    const Digest signed_hash = sm3(certificate_der(folder.chain().front().get()));
    std::copy(signed_hash.begin(), signed_hash.end(), at); // as it was signed
    const auto finding =
        verifier::check_sm2_cms(der, as_bytes(record), folder.trust(), SystemClock().now());
    EXPECT_EQ(finding.integrity.answer, Answer::no);
    EXPECT_EQ(finding.integrity.reason, Reason::signer_not_named);
}

} // namespace
} // namespace songda::signer
