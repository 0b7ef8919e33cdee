// Files made once by openssl and Python from the format pages (tests/golden/seal/) are read as they
// must be for as long as anybody holds such paper; a CMS of another shape is refused.
#include <gtest/gtest.h>

#include "base/text_codec.hpp"
#include "tests/fakes/golden_file.hpp"
#include "verifier/check_pdf.hpp"
#include "verifier/check_qr.hpp"
#include "verifier/cms_check.hpp"
#include "verifier/frame.hpp"

namespace songda::verifier {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
const TimeMs soon_after = *parse_rfc3339("2026-12-01T00:00:00Z");

Report check_golden(const std::string& file, TimeMs at) {
    const auto trust = TrustStore::load(SONGDA_SOURCE_DIR "/tests/golden/seal/trust");
    EXPECT_TRUE(trust.ok());
    return check_own(as_bytes(file), trust.value(), at).value();
}

TEST(Golden, SignedPdfOfAnotherWriterIsGenuine) {
    const Report report = check_golden(fakes::golden_file("seal/signed.pdf"), soon_after);
    EXPECT_EQ(report.integrity.reason, Reason::signature_covers_whole_file);
    EXPECT_EQ(report.authority.reason, Reason::seal_certificate_trusted);
    EXPECT_EQ(report.status.answer, Answer::unknown);
    ASSERT_TRUE(report.document);
    EXPECT_EQ(report.document->issuer_name, "示例市行政审批局");
    EXPECT_EQ(report.document->issuer_code, "11320199014138860W");
    EXPECT_TRUE(report.document->sample);
}

TEST(Golden, TwinWithHighSIsRefused) {
    // openssl accepted both files when they were made: s and n - s fit the same message.
    const std::string file = fakes::golden_file("seal/high-s.pdf");
    ASSERT_EQ(file.size(), fakes::golden_file("seal/signed.pdf").size());
    const Report report = check_golden(file, soon_after);
    EXPECT_EQ(report.integrity.answer, Answer::no);
    EXPECT_EQ(report.integrity.reason, Reason::signature_form_wrong);
    EXPECT_FALSE(report.document);
    const auto keys = parse_key_list(fakes::golden_file("seal/keys.json"));
    const Report code = check_qr(fakes::golden_file("seal/high-s.txt"), keys.value(), soon_after);
    EXPECT_EQ(code.integrity.answer, Answer::no);
    EXPECT_EQ(code.integrity.reason, Reason::signature_form_wrong);
    EXPECT_FALSE(code.document);
}

TEST(Golden, SealIsNotTrustedBeforeOrAfterItsCertificate) {
    const std::string file = fakes::golden_file("seal/signed.pdf");
    for (const auto& [days, reason] : {std::pair{-30, Reason::certificate_not_yet_valid},
                                       std::pair{6 * 365, Reason::certificate_expired}}) {
        const Report report = check_golden(file, soon_after + days * day_ms);
        EXPECT_EQ(report.integrity.answer, Answer::yes);
        EXPECT_EQ(report.authority.answer, Answer::unknown);
        EXPECT_EQ(report.authority.reason, reason) << days;
        EXPECT_FALSE(report.document);
    }
}

TEST(Golden, EveryFlippedByteOfTheSignedPdfIsNoticed) {
    const std::string file = fakes::golden_file("seal/signed.pdf");
    const TrustStore trust = TrustStore::load(SONGDA_SOURCE_DIR "/tests/golden/seal/trust").value();
    for (std::size_t i = 0; i < file.size(); ++i) {
        std::string flipped = file;
        flipped[i] = static_cast<char>(flipped[i] ^ 1);
        const auto report = check_own(as_bytes(flipped), trust, soon_after);
        ASSERT_FALSE(report && report->integrity.answer == Answer::yes &&
                     report->authority.answer == Answer::yes)
            << i;
    }
}

TEST(Golden, CmsWithSigningTimeIsNotOurs) {
    const auto ours = read_frame(as_bytes(fakes::golden_file("seal/signed.pdf"))).frame;
    ASSERT_TRUE(ours);
    EXPECT_TRUE(read_cms(ours->cms).ok());
    const auto other = read_cms(as_bytes(fakes::golden_file("seal/with-signing-time.der")));
    ASSERT_FALSE(other.ok());
    EXPECT_EQ(other.error().detail, "not the three signed attributes");
}

TEST(Golden, QrTextOfAnotherWriterIsGenuine) {
    const auto keys = parse_key_list(fakes::golden_file("seal/keys.json"));
    ASSERT_TRUE(keys.ok()) << keys.error().detail;
    const std::string text = fakes::golden_file("seal/qr.txt");
    const Report report = check_qr(text, keys.value(), soon_after);
    EXPECT_EQ(report.integrity.reason, Reason::seal_signature);
    EXPECT_EQ(report.authority.reason, Reason::key_listed);
    ASSERT_TRUE(report.document);
    EXPECT_EQ(report.document->key, "0123456789ABCDEF");
    EXPECT_EQ(report.document->title, "食品经营许可证");
    EXPECT_EQ(report.document->number, "JY13201990000012");
    EXPECT_EQ(report.document->holder, "张**");
    EXPECT_EQ(report.document->issued_at->value, 1'796'000'000'000);
    EXPECT_TRUE(report.document->sample);
    const Report late = check_qr(text, keys.value(), soon_after + 10 * 365 * day_ms);
    EXPECT_EQ(late.status.reason, Reason::expired);
}

TEST(Golden, KeyOfAnotherUseOrAlgorithmVouchesForNothing) {
    const std::string text = fakes::golden_file("seal/qr.txt");
    const std::string list = fakes::golden_file("seal/keys.json");
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string changed = list;
        changed.replace(changed.find(from), from.size(), to);
        return parse_key_list(changed);
    };
    for (const auto& changed : {with("\"qr\"", "\"webhook\""), with("\"ES256\"", "\"SM2\"")}) {
        ASSERT_TRUE(changed.ok());
        EXPECT_TRUE(changed.value().keys.empty());
        const Report report = check_qr(text, changed.value(), soon_after);
        EXPECT_EQ(report.integrity.answer, Answer::unknown);
        EXPECT_EQ(report.authority.reason, Reason::key_not_listed);
        EXPECT_FALSE(report.document);
    }
}

} // namespace
} // namespace songda::verifier
