// Requests as openssl writes them are read; every truncation and every other spelling is refused,
// with the failure that RFC 3161 has for it.
#include "signer/timestamp_request.hpp"

#include <gtest/gtest.h>

#include "base/text_codec.hpp"
#include "tests/fakes/golden_file.hpp"

namespace songda::signer {
namespace {

/// tests/golden/timestamp: `openssl ts -query`.
Bytes golden(const std::string& name) {
    const std::string text = fakes::golden_file("timestamp/" + name);
    return {text.begin(), text.end()};
}

std::string verdict(ByteView der) {
    const auto parsed = parse_timestamp_request(der);
    const auto* const refusal = std::get_if<TimestampRefusal>(&parsed);
    return refusal == nullptr ? "good" : std::string(failure_name(refusal->failure));
}

std::string verdict_hex(const std::string& hex) {
    return verdict(*from_hex(hex));
}

/// SEQUENCE around the members.
std::string request(const std::string& members) {
    const std::size_t size = members.size() / 2;
    return "30" + (size < 128 ? "" : std::string("81")) +
           to_hex(Bytes{static_cast<std::uint8_t>(size)}) + members;
}

const std::string version = "020101";
const std::string digest = "0420" + std::string(64, 'a');
const std::string sha256_null = "300d06096086480165030402010500";
const std::string imprint = "3031" + sha256_null + digest;

TEST(TimestampRequest, ReadsWhatOpensslAsks) {
    const Bytes full = golden("sha256-cert-nonce.tsq");
    const auto parsed = parse_timestamp_request(full);
    const auto* const read = std::get_if<TimestampRequest>(&parsed);
    ASSERT_NE(read, nullptr);
    EXPECT_TRUE(read->certificates_wanted);
    EXPECT_FALSE(read->nonce.empty());
    EXPECT_TRUE(read->policy.empty());
    EXPECT_EQ(read->digest.size(), 32U);
    EXPECT_EQ(read->imprint.front(), 0x30);
    const Bytes bare = golden("sha384-policy.tsq");
    const auto other = parse_timestamp_request(bare);
    const auto* const plain = std::get_if<TimestampRequest>(&other);
    ASSERT_NE(plain, nullptr);
    EXPECT_FALSE(plain->certificates_wanted);
    EXPECT_TRUE(plain->nonce.empty());
    EXPECT_EQ(to_hex(plain->policy), "060a2b0601040183b1220102");
    EXPECT_EQ(plain->digest.size(), 48U);
    for (const auto* name : {"sha512.tsq", "sm3.tsq"}) {
        EXPECT_EQ(verdict(golden(name)), "good") << name;
    }
    for (const auto* name : {"sha1.tsq", "md5.tsq"}) {
        EXPECT_EQ(verdict(golden(name)), "badAlg") << name;
    }
}

TEST(TimestampRequest, EveryTruncationIsRefused) {
    for (const auto* name : {"sha256-cert-nonce.tsq", "sha384-policy.tsq"}) {
        const Bytes whole = golden(name);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            EXPECT_EQ(verdict(ByteView(whole).first(size)), "badDataFormat") << name << ' ' << size;
        }
        Bytes longer = whole;
        longer.push_back(0);
        EXPECT_EQ(verdict(longer), "badDataFormat");
    }
}

TEST(TimestampRequest, EveryRefusalHasItsFailure) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {request(version + imprint), "good"},
        {request("020102" + imprint), "badRequest"},
        {request("02020001" + imprint), "badDataFormat"}, // a longer spelling of 1
        {request(version + "3031" + "300d06096086480165030402040500" + digest), "badAlg"},
        {request(version + "302f" + "300b0609608648016503040201" + digest), "good"}, // no NULL
        {request(version + "3033" +
                 "300f0609608648016503040201"
                 "05000500" +
                 digest),
         "badAlg"},
        {request(version + "3030" + sha256_null + "041f" + std::string(62, 'a')), "badDataFormat"},
        {request(version + imprint + "06052a03040506"), "good"},
        {request(version + imprint + "06022a80"), "badDataFormat"}, // an arc that does not end
        {request(version + imprint + "02022345"), "good"},
        {request(version + imprint + "02020001"), "badDataFormat"},
        {request(version + imprint +
                 "0241"
                 "01" +
                 std::string(128, 'a')),
         "badRequest"},
        {request(version + imprint + "0101ff"), "good"},
        {request(version + imprint + "010100"), "badDataFormat"}, // FALSE is left out in DER
        {request(version + imprint + "010101"), "badDataFormat"},
        {request(version + imprint + "0101ff0101ff"), "badDataFormat"},
        {request(version + imprint + "0101ff02022345"), "badDataFormat"}, // out of order
        {request(version + imprint + "a003020100"), "unacceptedExtension"},
        {request(version + imprint + "a00302010000"), "badDataFormat"},
        {"3080" + version + imprint + "0000", "badDataFormat"}, // BER
        {"", "badDataFormat"},
        {to_hex(Bytes(timestamp_request_bytes_max + 1, 0x30)), "badDataFormat"}};
    for (const auto& [hex, expected] : cases) {
        EXPECT_EQ(verdict_hex(hex), expected) << hex.substr(0, 200);
    }
}

} // namespace
} // namespace songda::signer
