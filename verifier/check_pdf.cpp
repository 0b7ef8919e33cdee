#include "verifier/check_pdf.hpp"

#include <algorithm>
#include <cctype>

#include "base/certificate.hpp"
#include "base/ecdsa_signature.hpp"
#include "base/sha256.hpp"
#include "verifier/check_foreign.hpp"
#include "verifier/cms_check.hpp"
#include "verifier/face.hpp"
#include "verifier/frame.hpp"
#include "verifier/revocation.hpp"

namespace songda::verifier {
namespace {

Digest digest_around(ByteView file, const Frame& frame) {
    Sha256 hash;
    hash.update(file.first(frame.gap_begin));
    hash.update(file.subspan(frame.gap_end));
    return hash.finish();
}

/// Nothing speaks against digest and signature?
Reason integrity_of(ByteView file, const Frame& frame, const SignedDocument& document) {
    if (digest_around(file, frame) != document.message_digest) {
        return Reason::altered;
    }
    const auto signature = read_ecdsa_der(document.signature);
    if (signature && !has_low_s(*signature)) {
        return Reason::signature_form_wrong;
    }
    return signature_fits(document, X509_get0_pubkey(document.signer.get()))
               ? Reason::signature_covers_whole_file
               : Reason::signature_wrong;
}

void judge_seal(const SignedDocument& document, const TrustStore& trust, TimeMs at,
                Report& report) {
    const ChainVerdict verdict = trust.judge(document.signer.get(), document.others, at);
    report.authority = verdict.answer;
    if (verdict.answer.answer == Answer::no || trust.empty()) {
        return;
    }
    if (!is_seal_certificate(document.signer.get())) {
        report.authority = {Answer::no, Reason::certificate_purpose, at};
        return;
    }
    report.revocation = find_revocation(verdict.chain, {{}, {}, trust}, at, at).state;
    if (report.revocation == Revocation::revoked) {
        report.authority = {Answer::no, Reason::certificate_revoked, at};
    }
    if (report.authority.answer == Answer::yes) {
        report.document = face_of(document.signer.get());
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

/// What was issued, by itself; the seal is judged at `when`.
std::optional<Report> check_issued(ByteView file, const TrustStore& trust, TimeMs at, TimeMs when) {
    const FrameReading reading = read_frame(file);
    if (!reading.frame) {
        return std::nullopt;
    }
    const auto document = read_cms(reading.frame->cms);
    if (!document.ok()) {
        return std::nullopt;
    }
    Report report;
    report.authority = {Answer::unknown,
                        trust.empty() ? Reason::no_trust_list : Reason::not_checked, at};
    report.status = {Answer::unknown, Reason::offline, at};
    const Reason reason = integrity_of(file, *reading.frame, document.value());
    const bool whole = reason == Reason::signature_covers_whole_file;
    report.integrity = {whole ? Answer::yes : Answer::no, reason, at};
    if (whole) {
        judge_seal(document.value(), trust, when, report);
    }
    return report;
}

/// The earliest time that a trusted archive time-stamp proves.
std::optional<TimeMs> proven_time(const Report& report, TimeMs at) {
    for (const TimestampFace& stamp : report.timestamps) {
        if (stamp.answer == Answer::yes && stamp.time <= at) {
            return stamp.time;
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<Report> check_own(ByteView file, const TrustStore& trust, TimeMs at) {
    const ArchivedFile archived = split_archived(file);
    auto report = check_issued(archived.issued, trust, at, at);
    if (!report) {
        return std::nullopt;
    }
    note_archive(*report, file, archived, trust, at);
    const auto proven = proven_time(*report, at);
    if (proven && report->authority.reason == Reason::certificate_expired) {
        const auto then = check_issued(archived.issued, trust, at, *proven);
        report->authority = then->authority;
        report->revocation = then->revocation;
        report->document = then->document;
    }
    report->conclusion = conclude(report->integrity, report->authority, report->revocation);
    return report;
}

void note_archive(Report& report, ByteView file, const ArchivedFile& archived,
                  const TrustStore& trust, TimeMs at) {
    if (archived.stamps.empty() || report.integrity.answer != Answer::yes) {
        return;
    }
    auto stamps = check_archive(file, archived.stamps, trust, at);
    if (!stamps) {
        report.integrity = {Answer::no, Reason::altered, at};
        return;
    }
    report.integrity.reason = Reason::archived;
    report.timestamps = std::move(*stamps);
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
