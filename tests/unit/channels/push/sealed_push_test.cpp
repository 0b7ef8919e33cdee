// Messages for one browser against the worked example of RFC 8291 §5, and what a subscription may
// not be.
#include "delivery/channels/push/sealed_push.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "base/text_codec.hpp"

namespace songda::delivery::push {
namespace {

Bytes bytes_of(std::string_view base64url) {
    return from_base64url(base64url).value();
}

const Bytes reader_key = bytes_of(
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
const Bytes reader_secret = bytes_of("BTBZMqHH6r4Tts7J_aSIgg");
const Bytes salt = bytes_of("DGv6ra1nlYgDCS1FRnbzlw");
constexpr std::string_view text = "When I grow up, I want to be a watermelon";

/// The application server's key of the example.
openssl::Pkey example_sender() {
    const Bytes point = bytes_of("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6"
                                 "TlzAC8wEqKK6PBru3jl7A8");
    const Bytes scalar = bytes_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
    OSSL_PARAM_BLD* const build = OSSL_PARAM_BLD_new();
    BIGNUM* const number = BN_bin2bn(scalar.data(), static_cast<int>(scalar.size()), nullptr);
    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number);
    OSSL_PARAM* const fields = OSSL_PARAM_BLD_to_param(build);
    const openssl::PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* made = nullptr;
    EXPECT_EQ(EVP_PKEY_fromdata_init(context.get()), 1);
    EXPECT_EQ(EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, fields), 1);
    OSSL_PARAM_free(fields);
    OSSL_PARAM_BLD_free(build);
    BN_free(number);
    return openssl::Pkey(made);
}

TEST(SealedPush, IsTheBodyOfTheExampleInRfc8291) {
    const openssl::Pkey sender = example_sender();
    const auto body = seal_push(as_bytes(text), {reader_key, reader_secret}, sender.get(), salt);
    ASSERT_TRUE(body.ok()) << body.error().detail;
    EXPECT_EQ(to_base64url(body.value()),
              "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLoc"
              "InmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLV"
              "WGNWQexSgSxsj_Qulcy4a-fN");
}

TEST(SealedPush, FitsIntoOneRecordAndNoMoreIsTaken) {
    const openssl::Pkey sender = make_sender_key();
    const std::string most(text_bytes_max, 'x');
    const auto body = seal_push(as_bytes(most), {reader_key, reader_secret}, sender.get(), salt);
    ASSERT_TRUE(body.ok());
    EXPECT_EQ(body.value().size(), 4096U);
    EXPECT_EQ(seal_push(as_bytes(most + 'x'), {reader_key, reader_secret}, sender.get(), salt)
                  .error()
                  .fault,
              Fault::invalid_input);
}

TEST(SealedPush, PointOffTheCurveOrOfAnotherLengthIsNone) {
    EXPECT_TRUE(is_point(reader_key));
    Bytes off = reader_key;
    off.back() ^= 1U;
    EXPECT_FALSE(is_point(off));
    EXPECT_FALSE(is_point(ByteView(reader_key).first(33)));
    EXPECT_FALSE(is_point({}));
    EXPECT_FALSE(is_point(Bytes(65, 0)));
    const openssl::Pkey sender = make_sender_key();
    for (const Bytes& key : {off, Bytes()}) {
        EXPECT_FALSE(seal_push(as_bytes(text), {key, reader_secret}, sender.get(), salt).ok());
    }
    EXPECT_FALSE(seal_push(as_bytes(text), {reader_key, Bytes(15)}, sender.get(), salt).ok());
}

} // namespace
} // namespace songda::delivery::push
