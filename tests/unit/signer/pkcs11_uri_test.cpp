// Addresses of keys on tokens: what RFC 7512 spells is read, everything else is refused, a PIN most
// of all, and no refusal repeats what it was given.
#include "signer/pkcs11_uri.hpp"

#include <gtest/gtest.h>

namespace songda::signer {
namespace {

TEST(Pkcs11Uri, NamesTokenAndKey) {
    const auto uri =
        parse_pkcs11_uri("pkcs11:token=%E9%A2%82%E8%BE%BE%201;serial=00ab;id=%01%fF;object=seal-1;"
                         "type=private");
    ASSERT_TRUE(uri.ok()) << uri.error().detail;
    EXPECT_EQ(uri.value().token, "颂达 1");
    EXPECT_EQ(uri.value().serial, "00ab");
    EXPECT_EQ(uri.value().id, (Bytes{1, 0xff}));
    EXPECT_EQ(uri.value().object, "seal-1");
    EXPECT_TRUE(parse_pkcs11_uri("pkcs11:object=a;token=b").ok());
    EXPECT_TRUE(parse_pkcs11_uri("pkcs11:token=b;id=%00").ok());
    EXPECT_TRUE(is_pkcs11_uri("pkcs11:"));
    EXPECT_FALSE(is_pkcs11_uri("/keys/pkcs11:seal.key"));
}

TEST(Pkcs11Uri, EverythingElseIsRefused) {
    for (const auto* wrong : {"",
                              "seal.key",
                              "PKCS11:token=a;object=b",
                              "pkcs11:",
                              "pkcs11:token=a",
                              "pkcs11:object=b",
                              "pkcs11:token=;object=b",
                              "pkcs11:token=a;object=b;",
                              "pkcs11:token=a;;object=b",
                              "pkcs11:token=a;token=a;object=b",
                              "pkcs11:token=a;object",
                              "pkcs11:token=a b;object=b",
                              "pkcs11:token=a;object=%",
                              "pkcs11:token=a;object=%4",
                              "pkcs11:token=a;object=%zz",
                              "pkcs11:token=a;object=%+1",
                              "pkcs11:token=a;object=颂",
                              "pkcs11:token=a;object=a/b",
                              "pkcs11:token=a;object=b;type=public",
                              "pkcs11:token=a;object=b;slot-id=1",
                              "pkcs11:token=a;object=b;manufacturer=x",
                              "pkcs11:token=a;object=b?module-path=/x",
                              "pkcs11:token=123456789012345678901234567890123;object=b",
                              "pkcs11:token=a;serial=12345678901234567;object=b"}) {
        EXPECT_EQ(parse_pkcs11_uri(wrong).ok(), false) << wrong;
    }
}

TEST(Pkcs11Uri, APinIsRefusedAndNotRepeated) {
    for (const auto* wrong :
         {"pkcs11:token=a;object=b?pin-value=971246", "pkcs11:token=a;object=b;pin-value=971246",
          "pkcs11:token=a;object=b?pin-source=file:/971246"}) {
        const auto uri = parse_pkcs11_uri(wrong);
        ASSERT_FALSE(uri.ok());
        EXPECT_NE(uri.error().detail.find("pin_file"), std::string::npos);
        EXPECT_EQ(uri.error().detail.find("971246"), std::string::npos);
    }
}

} // namespace
} // namespace songda::signer
