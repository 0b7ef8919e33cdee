// sources: verifier/check_foreign.cpp verifier/conclusion.cpp verifier/face.cpp
// sources: verifier/foreign_cms.cpp verifier/signed_ranges.cpp verifier/timestamp.cpp
// sources: verifier/inspection.cpp verifier/report.cpp verifier/revocation.cpp verifier/trust.cpp
// sources: verifier/visible_text.cpp base/certificate.cpp base/json.cpp
// sources: verifier/electronic_seal.cpp base/electronic_seal.cpp base/archive_revision.cpp
// sources: base/archive_writer.cpp base/own_pdf.cpp verifier/record_of.cpp verifier/sm2_record.cpp
// sources: verifier/sm2_cms.cpp verifier/cms_parts.cpp

// A stranger's file with any answer of the inspector in front of it (up to its `end`): whatever
// they say, an answer comes, in JSON that is UTF-8, and it does not contradict itself.
#include "verifier/check_foreign.hpp"

#include "base/check.hpp"
#include "base/utf8.hpp"

namespace {

using namespace songda;

void is_consistent(const verifier::Report& report) {
    using verifier::Answer;
    using verifier::Revocation;
    const bool yes =
        report.integrity.answer == Answer::yes && report.authority.answer == Answer::yes;
    SONGDA_CHECK(report.status.answer == Answer::unknown);
    SONGDA_CHECK(report.conclusion.has_value());
    SONGDA_CHECK(!report.document || yes);
    if (report.conclusion->indication == "TOTAL-PASSED") {
        SONGDA_CHECK(yes && (report.revocation == Revocation::good ||
                             report.revocation == Revocation::no_source));
        for (const verifier::SignatureFinding& each : report.signatures) {
            SONGDA_CHECK(each.conclusion.indication != "TOTAL-FAILED");
        }
    }
    SONGDA_CHECK(!find_bad_utf8(verifier::report_json(report)));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const verifier::TrustStore trust =
        verifier::TrustStore::load(SONGDA_SOURCE_DIR "/build/fuzz/trust").value();
    static const TimeMs now = SystemClock().now();
    const ByteView bytes(data, size);
    static constexpr std::string_view mark = "end\n%PDF";
    const std::size_t end = as_text(bytes).find(mark);
    if (end == std::string_view::npos) {
        return 0;
    }
    const auto inspection = verifier::parse_inspection(bytes.first(end + 4));
    if (inspection.ok()) {
        is_consistent(
            verifier::check_foreign(bytes.subspan(end + 4), inspection.value(), trust, now));
    }
    return 0;
}
