// SM3 and SM2 against the worked examples of the standards: GB/T 32905 appendix A and GB/T 32918.5
// appendix A.2, whose numbers nobody here chose.
#include "base/sm2.hpp"

#include <gtest/gtest.h>

#include "base/text_codec.hpp"

namespace songda {
namespace {

/// SubjectPublicKeyInfo of the example's public key: id-ecPublicKey, curve sm2.
const Bytes example_key =
    *from_hex("3059301306072a8648ce3d020106082a811ccf5501822d034200"
              "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
              "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13");
const Bytes example_signature =
    *from_hex("3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
              "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa");
constexpr std::string_view example_message = "message digest";

openssl::Pkey key_of(ByteView spki) {
    const unsigned char* at = spki.data();
    return openssl::Pkey(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
}

Sm2PublicKey example() {
    return Sm2PublicKey::of(key_of(example_key).get()).value();
}

TEST(Sm3, HasTheStandardsValues) {
    EXPECT_EQ(to_hex(sm3(as_bytes("abc"))),
              "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    std::string sixteen;
    for (int i = 0; i < 16; ++i) {
        sixteen += "abcd";
    }
    EXPECT_EQ(to_hex(sm3(as_bytes(sixteen))),
              "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
}

TEST(Sm2, HasTheStandardsIdentityAndHash) {
    EXPECT_EQ(to_hex(example().identity()),
              "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3");
    EXPECT_EQ(to_hex(example().hash(as_bytes(example_message))),
              "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640");
}

TEST(Sm2, TheStandardsSignatureFitsItsMessageAndNoOther) {
    EXPECT_TRUE(example().fits(as_bytes(example_message), example_signature));
    EXPECT_FALSE(example().fits(as_bytes("message digesu"), example_signature));
    EXPECT_FALSE(example().fits({}, example_signature));
    EXPECT_FALSE(example().fits(as_bytes(example_message), {}));
    for (std::size_t at = 0; at < example_signature.size(); ++at) {
        Bytes changed = example_signature;
        changed[at] ^= 1;
        EXPECT_FALSE(example().fits(as_bytes(example_message), changed)) << at;
        EXPECT_FALSE(
            example().fits(as_bytes(example_message), ByteView(example_signature).first(at)))
            << at;
    }
}

/// EC keys on the same curve sign ECDSA: they are another kind.
TEST(Sm2, KeysOfOtherKindsAreRefused) {
    EXPECT_TRUE(is_sm2(key_of(example_key).get()));
    for (const auto* kind : {"SM2", "P-256"}) {
        const openssl::Pkey key(EVP_EC_gen(kind));
        ASSERT_TRUE(key) << kind;
        EXPECT_FALSE(is_sm2(key.get())) << kind;
        EXPECT_FALSE(Sm2PublicKey::of(key.get()).ok()) << kind;
    }
    EXPECT_FALSE(is_sm2(nullptr));
}

} // namespace
} // namespace songda
