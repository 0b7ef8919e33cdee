#include "verifier/check_pdf.hpp"

#include "base/certificate.hpp"
#include "base/ecdsa_signature.hpp"
#include "base/sha256.hpp"
#include "verifier/frame.hpp"

namespace songda::verifier {
namespace {

/// What the certificate says of the department; the facts inside the file are for a PDF reader to
/// show.
DocumentFace face_of(const X509* certificate) {
    DocumentFace face;
    face.issuer_name = subject_text(certificate, "CN");
    face.issuer_code = subject_text(certificate, "organizationIdentifier");
    face.sample = is_sample_certificate(certificate);
    return face;
}

Digest digest_around(ByteView file, const Frame& frame) {
    Sha256 hash;
    hash.update(file.first(frame.gap_begin));
    hash.update(file.subspan(frame.gap_end));
    return hash.finish();
}

/// The issued file by itself.
Report check_issued(ByteView file, const TrustStore& trust, TimeMs at) {
    Report report;
    report.integrity = {Answer::no, Reason::not_a_songda_file, at};
    report.authority = {Answer::unknown,
                        trust.empty() ? Reason::no_trust_list : Reason::not_checked, at};
    report.status = {Answer::unknown, Reason::offline, at};
    const FrameReading reading = read_frame(file);
    if (!reading.frame) {
        return report;
    }
    const auto document = read_cms(reading.frame->cms);
    if (!document.ok()) {
        return report;
    }
    if (digest_around(file, *reading.frame) != document.value().message_digest) {
        report.integrity.reason = Reason::altered;
        return report;
    }
    const auto signature = read_ecdsa_der(document.value().signature);
    if (signature && !has_low_s(*signature)) {
        report.integrity.reason = Reason::signature_form_wrong;
        return report;
    }
    if (!signature_fits(document.value(), X509_get0_pubkey(document.value().signer.get()))) {
        report.integrity.reason = Reason::signature_wrong;
        return report;
    }
    report.integrity = {Answer::yes, Reason::signature_covers_whole_file, at};
    if (trust.empty()) {
        return report;
    }
    const bool trusted = trust.trusts(document.value(), at);
    report.authority = {trusted ? Answer::yes : Answer::no,
                        trusted ? Reason::seal_certificate_trusted : Reason::certificate_untrusted,
                        at};
    if (trusted) {
        report.document = face_of(document.value().signer.get());
    }
    return report;
}

} // namespace

Report check_pdf(ByteView file, const TrustStore& trust, TimeMs at) {
    const ArchivedFile archived = split_archived(file);
    Report report = check_issued(archived.issued, trust, at);
    note_archive(report, file, archived, trust, at);
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

} // namespace songda::verifier
