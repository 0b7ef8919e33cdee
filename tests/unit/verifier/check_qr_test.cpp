// What a QR code says by itself: sealed codes are good, anything changed is not, and what cannot be
// known offline is said to be unknown.
#include "verifier/check_qr.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "base/certificate.hpp"
#include "base/ecdsa_signature.hpp"
#include "base/qr_claims.hpp"
#include "base/text_codec.hpp"
#include "tests/fakes/sample_keys.hpp"

namespace songda::verifier {
namespace {

using fakes::department;

struct Sealed {
    std::string text;
    Bytes payload;
    KeyList keys;
    TimeMs now;
};

const Sealed& sample() {
    static const Sealed made = [] {
        static const fakes::FixedClock clock;
        Sealed s;
        s.now = clock.now();
        auto signer = signer::open_file_signer({fakes::sample_seal()}, false, clock);
        DocumentKey key;
        key.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
        const auto issued = static_cast<std::uint64_t>(s.now.value / 1000);
        s.payload = signer.value()
                        ->seal_qr(department, key,
                                  encode_qr_claims(
                                      {"张**", issued + 1000, issued, "SPJY", "JY1", Digest{7}}))
                        .value();
        s.text = "https://verify.example/v/" + to_text(key) + '#' + to_base41(s.payload);
        const openssl::Bio file(BIO_new_file(fakes::sample_seal().qr_key.c_str(), "r"));
        const openssl::Pkey qr_key(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr));
        const Bytes spki = public_key_der(qr_key.get());
        s.keys.issued_at = s.now;
        s.keys.next_update = s.now + 1000;
        s.keys.types = {{"SPJY", "食品经营许可证"}};
        s.keys.keys = {{key_id_of(spki), department.text, "示例市行政审批局", spki, s.now + -1000,
                        s.now + 1000, true}};
        return s;
    }();
    return made;
}

TEST(CheckQr, SealedCodeIsGoodAndItsStatusUnknown) {
    const Report report = check_qr(sample().text, sample().keys, sample().now);
    EXPECT_EQ(report.integrity.reason, Reason::seal_signature);
    EXPECT_EQ(report.authority.reason, Reason::key_listed);
    EXPECT_EQ(report.status.answer, Answer::unknown);
    ASSERT_TRUE(report.document);
    EXPECT_EQ(report.document->title, "食品经营许可证");
    EXPECT_EQ(report.document->issuer_name, "示例市行政审批局");
    EXPECT_TRUE(report.document->sample);
}

TEST(CheckQr, ExpiredClaimIsToldOffline) {
    const Report report = check_qr(sample().text, sample().keys, sample().now + 2'000'000);
    EXPECT_EQ(report.status.reason, Reason::expired);
}

TEST(CheckQr, AnotherHostIsFineAnotherKeyIsNot) {
    std::string moved = sample().text;
    moved.replace(0, moved.find("/v/"), "http://127.0.0.1:8080");
    EXPECT_EQ(check_qr(moved, sample().keys, sample().now).integrity.answer, Answer::yes);
    std::string other = sample().text;
    other[other.find("/v/") + 3] = other[other.find("/v/") + 3] == '0' ? '1' : '0';
    EXPECT_EQ(check_qr(other, sample().keys, sample().now).integrity.reason, Reason::seal_wrong);
}

TEST(CheckQr, EveryFlippedBitOfThePayloadIsNoticed) {
    const std::string head = sample().text.substr(0, sample().text.find('#') + 1);
    for (std::size_t i = 0; i < sample().payload.size() * 8; ++i) {
        Bytes flipped = sample().payload;
        flipped[i / 8] = static_cast<std::uint8_t>(flipped[i / 8] ^ (1U << (i % 8)));
        const Report report = check_qr(head + to_base41(flipped), sample().keys, sample().now);
        ASSERT_NE(report.integrity.answer, Answer::yes) << i;
        ASSERT_FALSE(report.document) << i;
    }
}

TEST(CheckQr, TwinWithHighSIsRefused) {
    Bytes twin = sample().payload;
    const auto signature = read_ecdsa_fixed(ByteView(twin).last(64));
    const Bytes high = write_ecdsa_fixed(twin_of(signature.value()));
    std::copy(high.begin(), high.end(), twin.end() - 64);
    const std::string head = sample().text.substr(0, sample().text.find('#') + 1);
    const Report report = check_qr(head + to_base41(twin), sample().keys, sample().now);
    EXPECT_EQ(report.integrity.answer, Answer::no);
    EXPECT_EQ(report.integrity.reason, Reason::signature_form_wrong);
    EXPECT_EQ(report.authority.reason, Reason::not_checked) << "the key is on the list";
    EXPECT_FALSE(report.document);
}

TEST(CheckQr, UnknownKeyAndOldKeyAreToldApart) {
    KeyList none = sample().keys;
    none.keys.clear();
    EXPECT_EQ(check_qr(sample().text, none, sample().now).integrity.answer, Answer::unknown);
    EXPECT_EQ(check_qr(sample().text, none, sample().now).authority.reason, Reason::key_not_listed);
    KeyList old = sample().keys;
    old.keys[0].not_after = sample().now + -2000;
    old.keys[0].not_before = sample().now + -9000;
    const Report report = check_qr(sample().text, old, sample().now);
    EXPECT_EQ(report.integrity.answer, Answer::yes);
    EXPECT_EQ(report.authority.reason, Reason::outside_key_validity);
}

TEST(CheckQr, KeyThatOthersMayHaveVouchesForNothing) {
    KeyList stolen = sample().keys;
    stolen.keys[0].compromised_since =
        sample().now + 500; // after the code was sealed, or so it says
    const Report report = check_qr(sample().text, stolen, sample().now);
    EXPECT_EQ(report.integrity.answer, Answer::unknown);
    EXPECT_EQ(report.integrity.reason, Reason::key_compromised);
    EXPECT_EQ(report.authority.answer, Answer::unknown);
    EXPECT_FALSE(report.document) << "nothing that it signed is a fact";
}

TEST(CheckQr, RubbishIsUnreadable) {
    for (const auto* text :
         {"", "#", "https://x/v/0123456789ABCDEF", "https://x/v/0123456789ABCDEF#",
          "0123456789ABCDEF#???", "https://x/v/short#C60"}) {
        EXPECT_EQ(check_qr(text, sample().keys, sample().now).integrity.reason,
                  Reason::payload_unreadable)
            << text;
    }
}

TEST(KeyList, RoundTripsAndRefusesSwappedKeys) {
    const std::string json = write_key_list(sample().keys);
    const auto read = parse_key_list(json);
    ASSERT_TRUE(read.ok()) << read.error().detail;
    EXPECT_EQ(check_qr(sample().text, read.value(), sample().now).integrity.answer, Answer::yes);
    std::string swapped = json;
    const std::string kid = to_text(sample().keys.keys[0].kid);
    swapped.replace(swapped.find(kid), 2, kid.substr(0, 2) == "00" ? "11" : "00");
    EXPECT_FALSE(parse_key_list(swapped).ok());
    EXPECT_FALSE(parse_key_list("{\"version\":2}").ok());
}

/// Readers pass over members that they do not know, so an older one must not find the key.
TEST(KeyList, KeyThatOthersMayHaveStandsWhereAnOlderReaderDoesNotLook) {
    KeyList stolen = sample().keys;
    stolen.keys[0].compromised_since = sample().now;
    const std::string json = write_key_list(stolen);
    EXPECT_NE(json.find("\"keys\":[],\"compromised_keys\":[{"), std::string::npos) << json;
    const auto read = parse_key_list(json);
    ASSERT_TRUE(read.ok()) << read.error().detail;
    ASSERT_EQ(read.value().keys.size(), 1U);
    EXPECT_EQ(read.value().keys[0].compromised_since, sample().now);
    std::string undated = json;
    undated.replace(undated.find("compromised_since"), 17, "compromised_until");
    EXPECT_FALSE(parse_key_list(undated).ok());
}

} // namespace
} // namespace songda::verifier
