// sources: verifier/evidence_package.cpp verifier/evidence_seal.cpp verifier/foreign_cms.cpp
// sources: verifier/signed_ranges.cpp verifier/revocation.cpp verifier/inspection.cpp
// sources: verifier/report.cpp verifier/conclusion.cpp verifier/visible_text.cpp
// sources: verifier/timestamp.cpp verifier/trust.cpp verifier/cms_parts.cpp base/certificate.cpp
// sources: base/json.cpp base/stored_zip.cpp ledger/tree.cpp ledger/evidence_record.cpp
// sources: ledger/evidence_batch.cpp ledger/evidence_package.cpp
// Any bytes as a package of evidence, and any bytes as its members: an answer comes, never `yes`,
// since nobody's root is known here; and what reads as a package is what would be written for it.
#include "base/check.hpp"
#include "base/stored_zip.hpp"
#include "base/utf8.hpp"
#include "verifier/evidence_package.hpp"

namespace {

using namespace songda;

void look(ByteView package) {
    const auto report = verifier::check_evidence(package, {}, TimeMs{1'764'000'000'000});
    SONGDA_CHECK(report.answer() != verifier::Answer::yes);
    for (const auto& each : report.findings) {
        SONGDA_CHECK(!find_bad_utf8(each.en) || !each.en.empty());
    }
    const auto read = read_zip(package);
    if (read.ok() && read.value().damaged.empty()) {
        SONGDA_CHECK(as_text(write_zip(read.value().members).value()) == as_text(package));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView given(data, size);
    look(given);
    // Members between bytes 255, so that checksums fit and what is behind them is reached.
    static const std::vector<std::string> names = {"document.pdf",
                                                   "records.jsonl",
                                                   "proofs.jsonl",
                                                   "manifest.json",
                                                   "batches/1/statement.json",
                                                   "batches/1/seal.p7s",
                                                   "manifest.p7s",
                                                   "batches/1/timestamp.tst"};
    std::vector<ZipMember> members;
    ByteView rest = given;
    for (const std::string& name : names) {
        const std::size_t end = std::min(as_text(rest).find('\xff'), rest.size());
        members.push_back({name, rest.first(end)});
        rest = rest.subspan(std::min(end + 1, rest.size()));
    }
    look(write_zip(members).value());
    return 0;
}
