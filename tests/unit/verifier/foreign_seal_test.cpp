// Electronic seals of GB/T 38540 as other systems write them (tests/golden/sm2seal), in files that
// are not ours: checked, and told for what they are.
#include <gtest/gtest.h>

#include "base/text_codec.hpp"
#include "tests/fakes/golden_file.hpp"
#include "verifier/check_foreign.hpp"
#include "verifier/inspection.hpp"

namespace songda::verifier {
namespace {

/// The golden content around a gap with the seal in it.
struct SealedFile {
    explicit SealedFile(const std::string& name) {
        const std::string content = fakes::golden_file("sm2seal/content");
        const std::string der = fakes::golden_file("sm2seal/" + name);
        gap_begin = 12;
        text = content.substr(0, gap_begin) + '<' + to_hex(as_bytes(der)) + "0000>";
        gap_end = text.size();
        text += content.substr(gap_begin);
    }
    [[nodiscard]] Report check(const TrustStore& trust) const {
        Inspection inspection;
        inspection.signatures.push_back({gap_begin, gap_end, text.size(), SubFilter::sm2_seal,
                                         SignatureKind::approval, 0, LaterChange::none});
        return check_foreign(as_bytes(text), inspection, trust, SystemClock().now());
    }
    std::string text;
    std::size_t gap_begin = 0;
    std::size_t gap_end = 0;
};

TrustStore golden_trust() {
    return TrustStore::load(SONGDA_SOURCE_DIR "/tests/golden/sm2seal/trust").value();
}

TEST(ForeignSeal, IsCheckedAndNamed) {
    for (const char* const name : {"signature.der", "foreign-1.der", "foreign-2.der"}) {
        const Report report = SealedFile(name).check(golden_trust());
        ASSERT_EQ(report.signatures.size(), 1U);
        const SignatureFinding& finding = report.signatures.front();
        EXPECT_EQ(finding.sub_filter, "GM.sm2seal");
        EXPECT_EQ(finding.integrity.answer, Answer::yes) << name;
        EXPECT_EQ(finding.authority.reason, Reason::certificate_trusted) << name;
        EXPECT_EQ(finding.algorithm, "SM2, SM3");
        EXPECT_EQ(finding.signer, "示例市行政审批局");
        EXPECT_EQ(to_rfc3339(*finding.claimed_at), "2026-11-24T01:02:03.000Z");
        EXPECT_EQ(report.conclusion->indication, "TOTAL-PASSED");
        EXPECT_EQ(report.document->issuer_name, "示例市行政审批局");
    }
}

TEST(ForeignSeal, OfAnotherContentOrDamagedIsRefused) {
    SealedFile file("foreign-1.der");
    file.text.back() ^= 1;
    Report report = file.check(golden_trust());
    EXPECT_EQ(report.integrity.reason, Reason::altered);
    EXPECT_EQ(report.conclusion->indication, "TOTAL-FAILED");
    file = SealedFile("foreign-1.der");
    file.text[file.gap_begin + 1] = '1';
    report = file.check(golden_trust());
    EXPECT_EQ(report.integrity.reason, Reason::signature_unreadable);
    EXPECT_FALSE(report.signatures.front().claimed_at.has_value());
}

TEST(ForeignSeal, WithoutARootOfTheSuiteItIsNotKnownWhoseItIs) {
    const Report report = SealedFile("foreign-1.der").check(TrustStore());
    EXPECT_EQ(report.integrity.answer, Answer::yes);
    EXPECT_EQ(report.authority.answer, Answer::unknown);
    EXPECT_EQ(report.conclusion->indication, "INDETERMINATE");
}

} // namespace
} // namespace songda::verifier
