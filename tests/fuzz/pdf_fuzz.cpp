// sources: verifier/check_pdf.cpp verifier/frame.cpp verifier/cms_check.cpp
// sources: verifier/cms_parts.cpp verifier/trust.cpp base/certificate.cpp
// sources: verifier/check_foreign.cpp verifier/conclusion.cpp verifier/face.cpp
// sources: verifier/foreign_cms.cpp verifier/signed_ranges.cpp verifier/timestamp.cpp
// sources: verifier/inspection.cpp verifier/inspector.cpp verifier/revocation.cpp
// sources: verifier/visible_text.cpp base/child_program.cpp verifier/archive.cpp
// sources: verifier/issued_file.cpp base/archive_revision.cpp
// sources: base/archive_writer.cpp base/own_pdf.cpp
// sources: verifier/electronic_seal.cpp base/electronic_seal.cpp verifier/record_of.cpp
// sources: verifier/sm2_record.cpp verifier/sm2_cms.cpp base/json.cpp

// An upload of any bytes is taken for one of ours or not; with the golden root trusted, only the
// golden file itself is believed.
#include "verifier/check_pdf.hpp"

#include "base/check.hpp"
#include "base/sha256.hpp"
#include "tests/fakes/golden_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    static const verifier::TrustStore trust =
        verifier::TrustStore::load(SONGDA_SOURCE_DIR "/tests/golden/seal/trust").value();
    static const Digest golden = sha256(as_bytes(fakes::golden_file("seal/signed.pdf")));
    const ByteView file(data, size);
    const auto report = verifier::check_own(file, trust, TimeMs{1'796'083'200'000});
    if (!report) {
        return 0;
    }
    SONGDA_CHECK(report->status.answer == verifier::Answer::unknown);
    if (report->document) {
        SONGDA_CHECK(report->integrity.answer == verifier::Answer::yes);
        SONGDA_CHECK(sha256(file) == golden);
    }
    return 0;
}
