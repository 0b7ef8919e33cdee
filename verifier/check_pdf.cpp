#include "verifier/check_pdf.hpp"

#include <algorithm>
#include <cctype>

#include "base/certificate.hpp"
#include "verifier/check_foreign.hpp"
#include "verifier/electronic_seal.hpp"
#include "verifier/face.hpp"
#include "verifier/frame.hpp"
#include "verifier/issued_file.hpp"

namespace songda::verifier {
namespace {

AxisAnswer not_checked(const TrustStore& trust, TimeMs at) {
    return {Answer::unknown, trust.empty() ? Reason::no_trust_list : Reason::not_checked, at};
}

/// Whose seal it is, judged when the file is proven to have been there, else now (ETSI EN 319 102-1
/// §5.6: what became of the certificate afterwards takes nothing away).
void judge_seal(const SignedDocument& document, const SignatureChain& seal,
                const ArchiveProof& proof, const TrustStore& trust, TimeMs at, Report& report) {
    const TimeMs when = proof.time.value_or(at);
    report.authority = seal.answer;
    if (seal.answer.answer == Answer::no || trust.empty()) {
        return;
    }
    if (!is_seal_certificate(document.signer.get())) {
        report.authority = {Answer::no, Reason::certificate_purpose, when};
        return;
    }
    report.revocation = seal.standing.first.state;
    const bool ever_revoked = seal.standing.revoked.state == Revocation::revoked;
    // Only a time-stamp proves that it was sealed before that, not the day that is asked about.
    if (proof.time ? seal.standing.revoked.revoked_by(when) : ever_revoked) {
        report.revocation = Revocation::revoked;
        report.authority = {Answer::no, Reason::certificate_revoked, when};
    } else if (report.authority.answer == Answer::yes) {
        const bool ended = ever_revoked || validity_of(document.signer.get()).not_after < at;
        report.authority.reason =
            ended ? Reason::seal_certificate_trusted_then : Reason::seal_certificate_trusted;
        report.document = face_of(document.signer.get());
    }
}

std::vector<TimestampFace> faces_of(const ArchiveProof& proof) {
    std::vector<TimestampFace> faces;
    for (const ProvenStamp& stamp : proof.stamps) {
        faces.push_back({stamp.token.time, stamp.token.authority,
                         stamp.trusted ? Answer::yes : Answer::unknown});
    }
    return faces;
}

/// What stands behind a whole file; nothing, and `altered`, if it is not what it says.
std::optional<ArchiveProof> note_proof(Report& report, const ArchivedFile& archived,
                                       const TrustStore& trust, TimeMs at) {
    auto proof = prove_archive(archived, trust, at);
    if (!proof) {
        report.integrity = {Answer::no, Reason::altered, at};
        report.electronic_seal = check_electronic_seal(archived, {}, trust, at);
    } else if (!archived.revisions.empty()) {
        report.integrity.reason = Reason::archived;
        report.timestamps = faces_of(*proof);
        report.electronic_seal = proof->electronic_seal;
    }
    return proof;
}

void note_level(Report& report, const ArchivedFile& archived, const ArchiveProof& proof,
                const SignatureChain& seal, const TrustStore& trust, TimeMs at) {
    if (!trust.empty()) {
        report.level = level_of(archived, proof, seal, {trust, trust}, at);
    }
}

/// Has what a signature covers our writer's frame, but for the spelling of the digits?
bool has_own_frame(ByteView file, const InspectedSignature& signature) {
    const ByteView covered = file.first(std::min(signature.end, file.size()));
    Bytes lower(covered.begin(), covered.end());
    for (std::size_t at = signature.gap_begin; at < signature.gap_end && at < lower.size(); ++at) {
        lower[at] = static_cast<std::uint8_t>(std::tolower(lower[at]));
    }
    return read_frame(lower).frame.has_value();
}

/// What speaks against a file that began as one of ours, and would pass as somebody else's: Songda
/// adds nothing but proofs to what it made, and spells a signature in one way only.
std::optional<Reason> against_own_frame(ByteView file, const Inspection& inspection,
                                        const Report& report) {
    const bool grown = report.integrity.reason == Reason::added_after_signature;
    const bool whole = report.integrity.reason == Reason::signature_covers_whole_file;
    for (const InspectedSignature& each : inspection.signatures) {
        if ((grown || whole) && has_own_frame(file, each)) {
            return grown ? Reason::not_as_issued : Reason::signature_form_wrong;
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<Report> check_own(ByteView file, const TrustStore& trust, TimeMs at) {
    const ArchivedFile archived = split_archived(file);
    const auto issued = read_issued_file(archived.issued);
    if (!issued) {
        return std::nullopt;
    }
    Report report;
    report.authority = not_checked(trust, at);
    report.status = {Answer::unknown, Reason::offline, at};
    report.integrity = {issued->whole() ? Answer::yes : Answer::no, issued->reason, at};
    const auto proof = issued->whole() ? note_proof(report, archived, trust, at) : std::nullopt;
    if (proof) {
        const SignatureChain seal = seal_chain(issued->seal, *proof, trust, at);
        judge_seal(issued->seal, seal, *proof, trust, at, report);
        note_level(report, archived, *proof, seal, trust, at);
    }
    report.conclusion = conclude(report.integrity, report.authority, report.revocation);
    return report;
}

void note_archive(Report& report, const ArchivedFile& archived, const TrustStore& trust,
                  TimeMs at) {
    if (archived.revisions.empty()) {
        report.level = trust.empty() ? std::nullopt : std::optional(SignatureLevel::b_b);
        return;
    }
    const auto proof = note_proof(report, archived, trust, at);
    const auto issued = proof ? read_issued_file(archived.issued) : std::nullopt;
    if (issued) {
        note_level(report, archived, *proof, seal_chain(issued->seal, *proof, trust, at), trust,
                   at);
    }
}

Result<Report> check_pdf(ByteView file, const TrustStore& trust, TimeMs at,
                         const Inspector& inspector) {
    if (auto own = check_own(file, trust, at)) {
        return *own;
    }
    const auto inspection = inspector.inspect(file);
    if (!inspection.ok()) {
        return inspection.error();
    }
    Report report = check_foreign(file, inspection.value(), trust, at);
    if (const auto reason = against_own_frame(file, inspection.value(), report)) {
        report.integrity = {Answer::no, *reason, at};
        report.document.reset();
        report.conclusion = conclude(report.integrity, report.authority, report.revocation);
    }
    return report;
}

} // namespace songda::verifier
