// Accepts what our signer made; refuses the attack samples of pdf.md §7.4, every truncation and
// every flipped byte. OpenSSL's own CMS_verify agrees about good and bad.
#include "verifier/check_pdf.hpp"

#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "base/ecdsa_signature.hpp"
#include "signer/cms.hpp"
#include "tests/fakes/framed_file.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "verifier/cms_check.hpp"
#include "verifier/cms_parts.hpp"
#include "verifier/frame.hpp"
#include "verifier/own_output.hpp"

namespace songda::verifier {
namespace {

using fakes::department;

struct Signed {
    fakes::FramedFile file;
    TrustStore trust;
    TimeMs now;
};

const Signed& sample() {
    static const Signed made = [] {
        Signed s;
        static const fakes::FixedClock clock;
        s.now = clock.now();
        auto signer = signer::open_file_signer({fakes::sample_seal()}, false, clock);
        s.file =
            fakes::make_framed_file(signer.value()->cms_bytes_reserved(department).value() + 4);
        const auto cms =
            signer.value()->sign_document(department, store::TicketMint::mint({}, s.file.digest()));
        s.file.insert(cms.value());
        s.trust = TrustStore::load(fakes::sample_keys_folder() + "/trust").value();
        return s;
    }();
    return made;
}

Report check(const std::string& text) {
    return check_own(as_bytes(text), sample().trust, sample().now).value();
}
FrameRefusal refusal(const std::string& text) {
    return read_frame(as_bytes(text)).refusal;
}

TEST(CheckPdf, OwnFileIsGenuineAndItsStatusIsNotKnownOffline) {
    const Report report = check(sample().file.text);
    EXPECT_EQ(report.integrity.answer, Answer::yes);
    EXPECT_EQ(report.integrity.reason, Reason::signature_covers_whole_file);
    EXPECT_EQ(report.authority.reason, Reason::seal_certificate_trusted);
    EXPECT_EQ(report.status.answer, Answer::unknown);
    ASSERT_TRUE(report.document);
    EXPECT_EQ(report.document->issuer_name, "示例市行政审批局");
    EXPECT_EQ(report.document->issuer_code, department.text);
    EXPECT_TRUE(report.document->sample);
}

TEST(CheckPdf, WithoutTrustNothingIsClaimed) {
    const Report none = check_own(as_bytes(sample().file.text), TrustStore{}, sample().now).value();
    EXPECT_EQ(none.integrity.answer, Answer::yes);
    EXPECT_EQ(none.authority.answer, Answer::unknown);
    EXPECT_FALSE(none.document);
    const Report later = check_own(as_bytes(sample().file.text), sample().trust,
                                   sample().now + 30LL * 365 * 86'400'000)
                             .value();
    EXPECT_EQ(later.authority.answer, Answer::unknown);
    EXPECT_EQ(later.authority.reason, Reason::certificate_expired);
    EXPECT_EQ(later.conclusion, (Conclusion{"INDETERMINATE", "OUT_OF_BOUNDS_NO_POE"}));
}

TEST(CheckPdf, AttackSamplesAreRefusedForTheirReason) {
    const fakes::FramedFile& good = sample().file;
    const std::string& text = good.text;
    const std::string added = "9 0 obj\n(evil)\nendobj\n";
    const auto replaced = [&](std::string_view from, std::string_view to) {
        std::string changed = text;
        changed.replace(changed.find(from), from.size(), to);
        return changed;
    };
    // ISA: an appended update, with and without a cross-reference section; one byte after the end.
    EXPECT_EQ(refusal(text + added + "xref\n0 0\ntrailer\n<</Prev 1>>\nstartxref\n1\n%%EOF\n"),
              FrameRefusal::not_whole_file);
    EXPECT_EQ(refusal(text + added), FrameRefusal::not_whole_file);
    EXPECT_EQ(refusal(text + "\n"), FrameRefusal::not_whole_file);
    // SWA: the signed tail moved behind new objects.
    std::string wrapped = text;
    wrapped.insert(good.gap_end, added);
    EXPECT_EQ(refusal(wrapped), FrameRefusal::not_whole_file);
    // USF: the range renamed, negative, the contents empty or all zeros.
    EXPECT_EQ(refusal(replaced("/ByteRange", "/ByteRunge")), FrameRefusal::no_signature);
    EXPECT_EQ(refusal(replaced("[0 0", "[0 -")), FrameRefusal::syntax);
    std::string zeros = text;
    std::fill(zeros.begin() + static_cast<std::ptrdiff_t>(good.gap_begin + 1),
              zeros.begin() + static_cast<std::ptrdiff_t>(good.gap_end - 1), '0');
    EXPECT_EQ(refusal(zeros), FrameRefusal::bytes_after_cms);
    std::string empty = text;
    empty.replace(good.gap_begin, good.gap_end - good.gap_begin, "<00>");
    EXPECT_EQ(refusal(empty), FrameRefusal::not_whole_file);
    // The padding is not signed, so it must be zeros; the digits must be lower case.
    std::string padded = text;
    padded[good.gap_end - 2] = '1';
    EXPECT_EQ(refusal(padded), FrameRefusal::bytes_after_cms);
    std::string upper = text;
    for (std::size_t i = good.gap_begin; i < good.gap_end; ++i) {
        upper[i] = static_cast<char>(std::toupper(static_cast<unsigned char>(upper[i])));
    }
    EXPECT_EQ(refusal(upper), FrameRefusal::hex);
    // A second signature by an incremental update.
    EXPECT_EQ(
        refusal(
            text +
            "3 0 obj\n<</ByteRange[0 1 2 3]/Contents<00>>>\nendobj\nxref\nstartxref\n1\n%%EOF\n"),
        FrameRefusal::not_whole_file);
    EXPECT_EQ(refusal(text.substr(0, text.size() - 8)), FrameRefusal::not_whole_file);
}

TEST(CheckPdf, ContentChangedUnderTheSignatureIsAltered) {
    std::string text = sample().file.text;
    text[40] = 'y';
    const Report report = check(text);
    EXPECT_EQ(report.integrity.answer, Answer::no);
    EXPECT_EQ(report.integrity.reason, Reason::altered);
    EXPECT_EQ(report.authority.reason, Reason::not_checked) << "there is a trust list";
    EXPECT_FALSE(report.document);
}

TEST(CheckPdf, EveryFlippedByteIsNoticed) {
    const std::string& text = sample().file.text;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string flipped = text;
        flipped[i] = static_cast<char>(flipped[i] ^ 1);
        const auto report = check_own(as_bytes(flipped), sample().trust, sample().now);
        ASSERT_FALSE(report && report->integrity.answer == Answer::yes &&
                     report->authority.answer == Answer::yes)
            << i;
    }
}

TEST(CheckPdf, EveryTruncationIsNoticed) {
    const std::string& text = sample().file.text;
    for (std::size_t size = 0; size < text.size(); ++size) {
        ASSERT_FALSE(check_own(as_bytes(text).first(size), sample().trust, sample().now)) << size;
    }
}

TEST(CheckPdf, TwinOfAWholeFileIsRefused) {
    // (r, n - s) fits wherever (r, s) does, so anybody who holds a file can write this one.
    const Frame frame = read_frame(as_bytes(sample().file.text)).frame.value();
    const auto parts = split_cms(frame.cms);
    const EcdsaSignature high = twin_of(read_ecdsa_der(parts.value().signature).value());
    const auto chain = read_certificates(fakes::sample_seal().seal_certificate);
    const auto builder = signer::CmsBuilder::make(chain.value());
    const Bytes twin = builder.value().build(sample().file.digest(), write_ecdsa_der(high));
    fakes::FramedFile file = sample().file;
    file.insert(twin);
    const Report report = check(file.text);
    EXPECT_EQ(report.integrity.answer, Answer::no);
    EXPECT_EQ(report.integrity.reason, Reason::signature_form_wrong);
    EXPECT_FALSE(report.document);
    // It is s alone that speaks against it: the signature does fit.
    const auto document = read_cms(twin);
    EXPECT_TRUE(signature_fits(document.value(), X509_get0_pubkey(chain.value().front().get())));
}

TEST(CheckPdf, OpensslAgrees) {
    const auto frame = read_frame(as_bytes(sample().file.text)).frame;
    ASSERT_TRUE(frame);
    const auto verify = [&](std::string content) {
        content.erase(frame->gap_begin, frame->gap_end - frame->gap_begin);
        const unsigned char* at = frame->cms.data();
        const openssl::Cms cms(
            d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(frame->cms.size())));
        const openssl::Bio data(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
        return CMS_verify(cms.get(), nullptr, nullptr, data.get(), nullptr,
                          CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY);
    };
    EXPECT_EQ(verify(sample().file.text), 1);
    std::string changed = sample().file.text;
    changed[40] = 'y';
    EXPECT_EQ(verify(changed), 0);
}

TEST(OwnOutput, AcceptsKnownPrefixAndSealOnly) {
    const std::string& text = sample().file.text;
    const auto certificates = read_certificates(fakes::sample_seal().seal_certificate);
    OwnOutputCheck check_own;
    EXPECT_FALSE(check_own.check(as_bytes(text)).ok());
    check_own.add_prefix(as_bytes(text).first(300));
    EXPECT_EQ(check_own.check(as_bytes(text)).error().detail, "signed with an unknown seal");
    ASSERT_TRUE(check_own.add_seal(certificates.value()).ok());
    EXPECT_TRUE(check_own.check(as_bytes(text)).ok());
    std::string changed = text;
    changed[400] = 'y';
    EXPECT_EQ(check_own.check(as_bytes(changed)).error().detail, "the digest is another");
    changed = text;
    changed[100] = 'y';
    EXPECT_EQ(check_own.check(as_bytes(changed)).error().detail, "begins like no known template");
}

TEST(FileKey, IsReadFromTheTrailerAndNowhereElse) {
    const std::string digits = "00112233445566778899";
    const auto key_of = [](const std::string& text) { return read_file_key(as_bytes(text)); };
    const std::string trailer = "/ID[<" + digits + "aabbccddeeff><";
    const auto key = key_of("first /ID[<ffffffffffffffffffff>" + trailer + ">]>>");
    ASSERT_TRUE(key);
    EXPECT_EQ(to_hex(key->view()), digits);
    for (std::size_t length = 0; length < 5 + digits.size(); ++length) {
        EXPECT_FALSE(key_of(trailer.substr(0, length))) << length;
    }
    EXPECT_FALSE(key_of("/ID[<00112233445566778g99aabbccddeeff>"));
    EXPECT_FALSE(key_of("/ID[<0011223344556677889Aaabbccddeeff>"));
    EXPECT_FALSE(key_of(trailer + std::string(256, ' '))) << "not in the last bytes of the file";
}

} // namespace
} // namespace songda::verifier
