// What the signer makes is checked by the openssl command line, and what it must refuse is refused.
#include "signer/file_signer.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "base/ecdsa_signature.hpp"
#include "base/qr_claims.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "tests/fakes/sample_keys.hpp"

namespace songda::signer {
namespace {

using fakes::department;

class SignerTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = open_file_signer({fakes::sample_seal()}, false, clock_);
        ASSERT_TRUE(opened.ok()) << opened.error().detail;
        signer_ = std::move(opened).value();
        folder_ = std::filesystem::temp_directory_path() /
                  (std::string("songda-signer-") +
                   ::testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string write(const std::string& name, ByteView bytes) {
        const std::string path = folder_ / name;
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
        return path;
    }
    static bool runs(const std::string& command) {
        return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
    }

    fakes::FixedClock clock_;
    std::unique_ptr<Signer> signer_;
    std::filesystem::path folder_;
};

TEST_F(SignerTest, OpensslVerifiesTheCms) {
    const std::string content = "准予行政许可决定书";
    const auto cms =
        signer_->sign_document(department, store::TicketMint::mint({}, sha256(as_bytes(content))));
    ASSERT_TRUE(cms.ok());
    const std::string signed_file = write("x.der", cms.value());
    const std::string verify = "openssl cms -verify -cades -binary -purpose any -inform DER -in " +
                               signed_file + " -CAfile " + fakes::sample_keys_folder() +
                               "/root.pem -content ";
    EXPECT_TRUE(runs(verify + write("content", as_bytes(content))));
    EXPECT_FALSE(runs(verify + write("other", as_bytes("不予"))));
    EXPECT_FALSE(runs("openssl cms -cmsout -print -inform DER -in " + signed_file +
                      " | grep -q signingTime"));
}

TEST_F(SignerTest, ReservedSizeIsNeverExceededAndHardlyWasted) {
    const std::size_t reserved = signer_->cms_bytes_reserved(department).value();
    for (std::uint8_t i = 0; i < 200; ++i) {
        const auto cms = signer_->sign_document(department, store::TicketMint::mint({}, Digest{i}));
        ASSERT_LE(cms.value().size(), reserved);
        ASSERT_GE(cms.value().size() + 8, reserved);
    }
}

TEST_F(SignerTest, EverySignatureHasTheLowS) {
    DocumentKey key;
    const Bytes claims = encode_qr_claims({"张**", 2, 1, "SPJY", "JY1", Digest{7}});
    for (std::uint8_t i = 0; i < 200; ++i) { // by chance alone: once in 2^400
        const auto cms = signer_->sign_document(department, store::TicketMint::mint({}, Digest{i}));
        const ByteView message = cms.value();
        // The signature is the last thing in the message: a SEQUENCE in an OCTET STRING.
        std::optional<EcdsaSignature> signature;
        for (std::size_t size = 60; size <= 72 && !signature; ++size) {
            signature = read_ecdsa_der(message.last(size));
        }
        ASSERT_TRUE(signature) << int{i};
        ASSERT_TRUE(has_low_s(*signature)) << int{i};
        key.bytes[0] = i;
        const auto sealed = signer_->seal_qr(department, key, claims);
        ASSERT_TRUE(has_low_s(*read_ecdsa_fixed(ByteView(sealed.value()).last(64)))) << int{i};
    }
}

TEST_F(SignerTest, OpensslVerifiesTheQrSeal) {
    DocumentKey key;
    key.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const Bytes claims = encode_qr_claims(
        {"张**", 1'900'000'000, 1'800'000'000, "SPJY", "JY1320199000001", Digest{7}});
    const auto sealed = signer_->seal_qr(department, key, claims);
    ASSERT_TRUE(sealed.ok());
    const auto seal = read_qr_seal(sealed.value());
    ASSERT_TRUE(seal);
    EXPECT_EQ(decode_qr_claims(seal->claims)->number, "JY1320199000001");
    // r ‖ s → DER by hand, as a stranger would do it.
    const auto integer = [](ByteView value) {
        while (value.size() > 1 && value[0] == 0 && value[1] < 0x80) {
            value = value.subspan(1);
        }
        Bytes der = {0x02, 0};
        if (value[0] >= 0x80) {
            der.push_back(0);
        }
        append(der, value);
        der[1] = static_cast<std::uint8_t>(der.size() - 2);
        return der;
    };
    Bytes der = {0x30, 0};
    append(der, integer(seal->signature.first(32)));
    append(der, integer(seal->signature.subspan(32)));
    der[1] = static_cast<std::uint8_t>(der.size() - 2);
    const std::string folder = fakes::sample_keys_folder() + '/' + department.text;
    const std::string public_key = folder_ / "qr.pub";
    ASSERT_TRUE(runs("openssl pkey -in " + folder + "/qr.key -pubout -out " + public_key));
    const std::string verify =
        "openssl dgst -sha256 -verify " + public_key + " -signature " + write("sig", der) + ' ';
    EXPECT_TRUE(
        runs(verify + write("tbs", qr_signed_bytes(seal->protected_header, key, seal->claims))));
    key.bytes[9] = 11;
    EXPECT_FALSE(
        runs(verify + write("other", qr_signed_bytes(seal->protected_header, key, seal->claims))));
}

TEST_F(SignerTest, ProductionRefusesSampleKeys) {
    const auto opened = open_file_signer({fakes::sample_seal()}, true, clock_);
    ASSERT_FALSE(opened.ok());
    EXPECT_NE(opened.error().detail.find("a sample key never signs in production"),
              std::string::npos);
    EXPECT_TRUE(signer_->is_sample(department));
}

TEST_F(SignerTest, MismatchedAndMissingFilesAreNamed) {
    SealFiles swapped = fakes::sample_seal();
    swapped.seal_key = swapped.qr_key;
    EXPECT_NE(
        open_file_signer({swapped}, false, clock_).error().detail.find("belongs to another key"),
        std::string::npos);
    SealFiles missing = fakes::sample_seal();
    missing.qr_key = "/nowhere/qr.key";
    EXPECT_EQ(open_file_signer({missing}, false, clock_).error().detail,
              "/nowhere/qr.key: cannot be read");
}

TEST_F(SignerTest, OnlyTheDepartmentsOwnSealCertificateIsTaken) {
    const std::string folder = fakes::sample_keys_folder() + '/' + department.text;
    const auto refusal = [&](const std::vector<SealFiles>& seals) {
        const auto opened = open_file_signer(seals, false, clock_);
        return opened.ok() ? std::string("taken") : opened.error().detail;
    };
    SealFiles client = fakes::sample_seal();
    client.seal_key = folder + "/client.key";
    client.seal_certificate = folder + "/client.pem";
    EXPECT_NE(refusal({client}).find("not for sealing documents"), std::string::npos);
    SealFiles another = fakes::sample_seal();
    another.department = {"11100000000013338W"};
    EXPECT_NE(refusal({another}).find("names another department"), std::string::npos);
    EXPECT_NE(refusal({fakes::sample_seal(), fakes::sample_seal()}).find("a second seal"),
              std::string::npos);
}

TEST_F(SignerTest, ProductionRefusesWhatASampleAuthorityIssued) {
    const std::string root = fakes::sample_keys_folder();
    SealFiles disguised = fakes::sample_seal();
    disguised.seal_certificate = folder_ / "disguised.pem";
    ASSERT_TRUE(runs("printf 'keyUsage=critical,digitalSignature,nonRepudiation\\n' >" +
                     (folder_ / "ext").string() + " && openssl req -new -utf8 -key " +
                     disguised.seal_key + " -subj '/C=CN/O=A real office/CN=A real office' -out " +
                     (folder_ / "csr").string() + " && openssl x509 -req -in " +
                     (folder_ / "csr").string() + " -CA " + root + "/issuing.pem -CAkey " + root +
                     "/issuing.key -set_serial 77 -days 9 -extfile " + (folder_ / "ext").string() +
                     " -out " + disguised.seal_certificate));
    const auto opened = open_file_signer({disguised}, true, clock_);
    ASSERT_FALSE(opened.ok());
    EXPECT_NE(opened.error().detail.find("a sample key never signs in production"),
              std::string::npos)
        << opened.error().detail;
    EXPECT_TRUE(open_file_signer({disguised}, false, clock_).ok());
}

TEST_F(SignerTest, ExpiredSealDoesNotSign) {
    clock_.set(clock_.now() + 6LL * 365 * 86'400'000);
    const auto cms = signer_->sign_document(department, store::TicketMint::mint({}, Digest{}));
    ASSERT_FALSE(cms.ok());
    EXPECT_EQ(cms.error().fault, Fault::forbidden);
}

TEST_F(SignerTest, UnknownDepartmentHasNoSeal) {
    const auto cms =
        signer_->sign_document({"11100000000013338W"}, store::TicketMint::mint({}, Digest{}));
    ASSERT_FALSE(cms.ok());
    EXPECT_EQ(cms.error().fault, Fault::not_found);
}

TEST_F(SignerTest, EncryptedKeyNeedsItsPassphrase) {
    SealFiles seal = fakes::sample_seal();
    const std::string encrypted = folder_ / "seal.key";
    ASSERT_TRUE(runs("openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:right -in " +
                     seal.seal_key + " -out " + encrypted));
    seal.seal_key = encrypted;
    EXPECT_FALSE(open_file_signer({seal}, false, clock_).ok());
    seal.passphrase = "wrong";
    EXPECT_FALSE(open_file_signer({seal}, false, clock_).ok());
    seal.passphrase = "right";
    EXPECT_TRUE(open_file_signer({seal}, false, clock_).ok());
}

TEST_F(SignerTest, ManyThreadsShareOneKey) {
    std::vector<std::jthread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (std::uint8_t j = 0; j < 50; ++j) {
                good +=
                    signer_->sign_document(department, store::TicketMint::mint({}, Digest{j})).ok()
                        ? 1
                        : 0;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(good, 200);
}

} // namespace
} // namespace songda::signer
