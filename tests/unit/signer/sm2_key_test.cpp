// SM2 keys in files: what they sign fits their public key and nothing else, and two other
// implementations (tests/oracles) and the openssl command line agree, both ways.
#include "signer/sm2_key.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "base/text_codec.hpp"
#include "tests/fakes/sm2_folder.hpp"

namespace songda::signer {
namespace {

class Sm2KeyTest : public ::testing::Test {
protected:
    std::string file(const std::string& name) const { return folder_.path() / name; }
    std::string make_file(const std::string& options = "") const {
        EXPECT_EQ(
            fakes::shell("openssl genpkey -algorithm SM2 " + options + " -out " + file("key.pem")),
            "");
        return file("key.pem");
    }
    const fakes::TemporaryFolder folder_;
};

TEST_F(Sm2KeyTest, SignsWhatItsPublicKeyAccepts) {
    const auto key = Sm2Key::read(make_file(), "");
    ASSERT_TRUE(key.ok()) << key.error().detail;
    const auto known = Sm2PublicKey::of(key.value().handle()).value();
    const auto other = Sm2PublicKey::of(Sm2Key::make().value().handle()).value();
    for (int round = 0; round < 50; ++round) {
        const Bytes message(static_cast<std::size_t>(round), std::uint8_t(round));
        const Bytes signature = key.value().sign(message).value();
        EXPECT_LE(signature.size(), sm2_signature_bytes_max);
        EXPECT_TRUE(known.fits(message, signature));
        EXPECT_FALSE(other.fits(message, signature));
        Bytes longer = message;
        longer.push_back(0);
        EXPECT_FALSE(known.fits(longer, signature));
    }
}

TEST_F(Sm2KeyTest, OtherImplementationsAcceptIt) {
    const auto key = Sm2Key::read(make_file(), "").value();
    const std::string message = "食品经营许可证 JY13201990000012";
    const Bytes signature = key.sign(as_bytes(message)).value();
    const std::string hex = to_hex(as_bytes(message));
    for (const auto* program : {"botan", "sm-crypto-v2"}) {
        EXPECT_EQ(fakes::sm2_oracle(program, "hash " + hex), to_hex(sm3(as_bytes(message))))
            << program;
        EXPECT_EQ(fakes::sm2_oracle(program, "verify " + fakes::point_of(key) + ' ' + hex + ' ' +
                                                 to_hex(signature)),
                  "true")
            << program;
        EXPECT_EQ(fakes::sm2_oracle(program, "verify " + fakes::point_of(key) + ' ' + hex + "00 " +
                                                 to_hex(signature)),
                  "false")
            << program;
    }
    std::ofstream(file("message"), std::ios::binary) << message;
    std::ofstream(file("signature"), std::ios::binary) << as_text(signature);
    EXPECT_EQ(fakes::shell("openssl pkeyutl -verify -rawin -digest sm3 -pkeyopt "
                           "distid:1234567812345678 -inkey " +
                           file("key.pem") + " -in " + file("message") + " -sigfile " +
                           file("signature")),
              "Signature Verified Successfully\n");
}

TEST_F(Sm2KeyTest, WhatOtherImplementationsSignFits) {
    const auto key = Sm2Key::read(make_file(), "").value();
    const auto known = Sm2PublicKey::of(key.handle()).value();
    const std::string private_hex =
        fakes::shell("openssl pkey -in " + file("key.pem") +
                     " -text -noout | sed -n '/^priv:/,/^pub:/p' | grep -v '^p' | tr -d ' :\\n'");
    const auto signature = from_hex(
        fakes::sm2_oracle("sm-crypto-v2", "sign " + private_hex + ' ' + to_hex(as_bytes("abc"))));
    ASSERT_TRUE(signature);
    EXPECT_TRUE(known.fits(as_bytes("abc"), *signature));
    EXPECT_FALSE(known.fits(as_bytes("abd"), *signature));
    std::ofstream(file("message")) << "abc";
    fakes::shell("openssl pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:1234567812345678 "
                 "-inkey " +
                 file("key.pem") + " -in " + file("message") + " -out " + file("signature"));
    std::ifstream in(file("signature"), std::ios::binary);
    const std::string made((std::istreambuf_iterator<char>(in)), {});
    EXPECT_TRUE(known.fits(as_bytes("abc"), as_bytes(made)));
}

TEST_F(Sm2KeyTest, EncryptedFilesNeedTheirPassphrase) {
    const std::string path = make_file("-aes-256-cbc -pass pass:right");
    EXPECT_TRUE(Sm2Key::read(path, "right").ok());
    for (const auto* wrong : {"", "wrong"}) {
        const auto key = Sm2Key::read(path, wrong);
        ASSERT_FALSE(key.ok());
        EXPECT_EQ(key.error().fault, Fault::forbidden);
    }
    EXPECT_EQ(Sm2Key::read(file("nowhere"), "").error().fault, Fault::not_found);
}

TEST_F(Sm2KeyTest, KeysOfOtherKindsAreRefused) {
    for (const auto* kind : {"EC -pkeyopt ec_paramgen_curve:P-256", "ED25519"}) {
        fakes::shell(std::string("openssl genpkey -algorithm ") + kind + " -out " + file("other"));
        const auto key = Sm2Key::read(file("other"), "");
        ASSERT_FALSE(key.ok());
        EXPECT_NE(key.error().detail.find("not an SM2 key"), std::string::npos);
    }
}

} // namespace
} // namespace songda::signer
