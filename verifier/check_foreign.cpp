#include "verifier/check_foreign.hpp"

#include <algorithm>
#include <array>

#include <openssl/err.h>

#include "base/certificate.hpp"
#include "base/electronic_seal.hpp"
#include "base/text_codec.hpp"
#include "verifier/electronic_seal.hpp"
#include "verifier/face.hpp"
#include "verifier/foreign_cms.hpp"
#include "verifier/revocation.hpp"
#include "verifier/timestamp.hpp"
#include "verifier/visible_text.hpp"

namespace songda::verifier {
namespace {

constexpr std::size_t contents_bytes_max = 256U << 10U;

/// The bytes of one signature, found again in the file; nothing where the inspection does not fit.
struct SignedBytes {
    std::array<ByteView, 2> ranges;
    Bytes contents;
};

std::optional<SignedBytes> bytes_of(ByteView file, const InspectedSignature& signature) {
    const auto [begin, end, covered_end] =
        std::array{signature.gap_begin, signature.gap_end, signature.end};
    if (begin + 2 >= end || end >= covered_end || covered_end > file.size() ||
        (end - begin) / 2 > contents_bytes_max || file[begin] != '<' || file[end - 1] != '>') {
        return std::nullopt;
    }
    auto contents = from_hex(as_text(file.subspan(begin + 1, end - begin - 2)));
    if (!contents) {
        return std::nullopt;
    }
    return SignedBytes{{file.first(begin), file.subspan(end, covered_end - end)},
                       std::move(*contents)};
}

/// The one value at the front, if nothing but zeros stands behind it; else all of it.
ByteView der_in(ByteView contents) {
    const unsigned char* at = contents.data();
    long size = 0;
    int tag = 0;
    int kind = 0;
    ASN1_get_object(&at, &size, &tag, &kind, static_cast<long>(contents.size()));
    const std::size_t end = static_cast<std::size_t>(at - contents.data()) +
                            static_cast<std::size_t>(std::max(size, 0L));
    ERR_clear_error();
    return end <= contents.size() &&
                   std::all_of(contents.begin() + static_cast<std::ptrdiff_t>(end), contents.end(),
                               [](std::uint8_t byte) { return byte == 0; })
               ? contents.first(end)
               : contents;
}

std::string_view sub_filter_name(SubFilter filter) {
    switch (filter) {
    case SubFilter::cades: return "ETSI.CAdES.detached";
    case SubFilter::pkcs7_detached: return "adbe.pkcs7.detached";
    case SubFilter::pkcs7_sha1: return "adbe.pkcs7.sha1";
    case SubFilter::x509_rsa_sha1: return "adbe.x509.rsa_sha1";
    case SubFilter::timestamp: return "ETSI.RFC3161";
    case SubFilter::sm2_seal: return "GM.sm2seal";
    case SubFilter::other: return "other";
    }
    return "other";
}

std::string_view kind_name(SignatureKind kind) {
    return kind == SignatureKind::timestamp       ? "timestamp"
           : kind == SignatureKind::certification ? "certification"
                                                  : "approval";
}

/// What the bytes behind a signature that fits do to the answer.
AxisAnswer with_later_changes(const InspectedSignature& signature, bool whole_file, TimeMs at) {
    if (whole_file) {
        return {Answer::yes, Reason::signature_covers_whole_file, at};
    }
    const bool forbidden = signature.permission == 1 && signature.later != LaterChange::proofs;
    if (forbidden) {
        return {Answer::no, Reason::certification_broken, at};
    }
    // `none` from an inspection that does not cover the file is a contradiction: not believed.
    const bool harmless =
        signature.later == LaterChange::proofs || signature.later == LaterChange::signatures;
    return harmless ? AxisAnswer{Answer::yes, Reason::only_proofs_added, at}
                    : AxisAnswer{Answer::unknown, Reason::added_after_signature, at};
}

/// All that one check of a file goes by.
struct Desk {
    ByteView file;
    const Inspection& inspection;
    const TrustStore& trust;
    TimeMs at;
    Certificates evidence; ///< certificates of the file's own store
    /// What a trusted time-stamp over the document proves, and up to where.
    struct Proof {
        std::size_t end;
        TimeMs time;
    };
    std::vector<Proof> proofs;
};

Certificates certificates_of(const std::vector<Evidence>& evidence) {
    Certificates found;
    for (const Evidence& each : evidence) {
        auto certificate =
            each.kind == Evidence::Kind::certificate ? parse_certificate(each.der) : nullptr;
        if (certificate) {
            found.push_back(std::move(certificate));
        }
    }
    return found;
}

SignatureFinding new_finding(const InspectedSignature& signature, const Desk& desk) {
    SignatureFinding finding;
    finding.kind = kind_name(signature.kind);
    finding.sub_filter = sub_filter_name(signature.sub_filter);
    finding.integrity = {Answer::no, Reason::signature_frame_wrong, desk.at};
    finding.authority = {Answer::unknown,
                         desk.trust.empty() ? Reason::no_trust_list : Reason::not_checked, desk.at};
    finding.whole_file = signature.end == desk.file.size();
    return finding;
}

SignatureFinding check_timestamp(const InspectedSignature& signature, Desk& desk) {
    SignatureFinding finding = new_finding(signature, desk);
    const auto bytes = bytes_of(desk.file, signature);
    if (bytes) {
        const TokenVerdict verdict =
            check_timestamp_token(der_in(bytes->contents), {bytes->ranges, desk.at}, desk.trust);
        finding.integrity.reason = Reason::altered;
        if (verdict.fits) {
            finding.integrity = with_later_changes(signature, finding.whole_file, desk.at);
            finding.authority = {Answer::no, Reason::certificate_untrusted, desk.at};
            finding.signer = visible_text(verdict.claimed.authority);
        }
        if (verdict.fits && desk.trust.empty()) {
            finding.authority = {Answer::unknown, Reason::no_trust_list, desk.at};
        }
        if (verdict.fits && verdict.trusted.ok()) {
            finding.authority = {Answer::yes, Reason::certificate_trusted, desk.at};
            finding.proven_at = verdict.claimed.time;
        }
        if (finding.proven_at && *finding.proven_at <= desk.at) {
            desk.proofs.push_back({signature.end, *finding.proven_at});
        }
    }
    finding.conclusion = conclude(finding.integrity, finding.authority, finding.revocation);
    return finding;
}

/// The earliest moment at which the signature is proven to have been there.
std::optional<TimeMs> proven_time(const InspectedSignature& signature, const ForeignSigner& signer,
                                  const Desk& desk) {
    std::optional<TimeMs> earliest;
    const auto take = [&](std::optional<TimeMs> time) {
        if (time && *time <= desk.at && (!earliest || *time < *earliest)) {
            earliest = time;
        }
    };
    if (!signer.timestamp.empty()) {
        const std::array<ByteView, 1> covered = {ByteView(signer.signature)};
        const auto token = check_timestamp_token(signer.timestamp, {covered, desk.at}, desk.trust);
        take(token.fits && token.trusted.ok() ? std::optional(token.claimed.time) : std::nullopt);
    }
    for (const Desk::Proof& proof : desk.proofs) {
        take(proof.end > signature.end ? std::optional(proof.time) : std::nullopt);
    }
    return earliest;
}

/// The authority axis of a signature that fits, and with it what is known of revocation.
void judge_signer(const ForeignSigner& signer, const Desk& desk, SignatureFinding& finding) {
    const TimeMs when = finding.proven_at.value_or(desk.at);
    Certificates others;
    for (const Certificates* each : {&signer.others, &desk.evidence}) {
        for (const auto& certificate : *each) {
            X509_up_ref(certificate.get());
            others.emplace_back(certificate.get());
        }
    }
    const ChainVerdict verdict = desk.trust.judge(signer.signer.get(), others, when);
    finding.authority = verdict.answer;
    if (verdict.answer.answer == Answer::no || desk.trust.empty()) {
        return;
    }
    if (!is_document_signer(signer.signer.get())) {
        finding.authority = {Answer::no, Reason::certificate_purpose, when};
        return;
    }
    const RevocationVerdict revocation = find_revocation(
        verdict.chain, {desk.inspection.evidence, signer.lists, desk.trust}, when, desk.at);
    const bool too_late =
        revocation.state == Revocation::revoked && !(finding.proven_at && revocation.revoked_at &&
                                                     *finding.proven_at < *revocation.revoked_at);
    finding.revocation = revocation.state;
    if (too_late) {
        finding.authority = {Answer::no, Reason::certificate_revoked, when};
    } else if (finding.authority.answer == Answer::yes) {
        finding.authority.reason = Reason::certificate_trusted;
    }
}

SignatureFinding check_signature(const InspectedSignature& signature, const Desk& desk,
                                 openssl::Certificate& signer_certificate) {
    SignatureFinding finding = new_finding(signature, desk);
    const auto bytes = bytes_of(desk.file, signature);
    const bool readable = signature.sub_filter == SubFilter::cades ||
                          signature.sub_filter == SubFilter::pkcs7_detached;
    if (!readable) {
        finding.integrity = {Answer::unknown, Reason::weak_algorithm, desk.at};
    } else if (bytes) {
        ForeignSigner signer =
            check_foreign_cms(bytes->contents, bytes->ranges,
                              {.must_name_signer = signature.sub_filter == SubFilter::cades});
        finding.integrity = {signer.answer, signer.reason, desk.at};
        finding.algorithm = signer.algorithm;
        finding.claimed_at = signer.claimed_at;
        if (signer.signer) {
            finding.signer = visible_text(subject_text(signer.signer.get(), "CN"));
        }
        if (signer.answer == Answer::yes) {
            finding.integrity = with_later_changes(signature, finding.whole_file, desk.at);
            finding.proven_at = proven_time(signature, signer, desk);
            judge_signer(signer, desk, finding);
            if (!signer_certificate) {
                signer_certificate = std::move(signer.signer); // the first signer's is the file's
            }
        }
    }
    finding.conclusion = conclude(finding.integrity, finding.authority, finding.revocation);
    const bool proven_too_late =
        finding.authority.reason == Reason::certificate_revoked && finding.proven_at;
    if (proven_too_late && finding.integrity.answer == Answer::yes) {
        finding.conclusion = {"TOTAL-FAILED", "REVOKED"};
    }
    return finding;
}

/// What its maker's system calls the time of the PDF (/M) is not looked at: the seal has its own.
SignatureFinding check_seal(const InspectedSignature& signature, const Desk& desk,
                            openssl::Certificate& signer_certificate) {
    SignatureFinding finding = new_finding(signature, desk);
    const auto bytes = bytes_of(desk.file, signature);
    if (bytes) {
        const ByteView der = der_in(bytes->contents);
        finding.proven_at = proven_time(signature, ForeignSigner(), desk);
        const StatusProofs no_proofs;
        const ElectronicSealFinding seal = check_seal_signature(
            der, {bytes->ranges, finding.proven_at, desk.at, no_proofs, desk.evidence}, desk.trust);
        finding.integrity = seal.integrity;
        finding.authority = seal.authority;
        finding.revocation = seal.revocation;
        finding.algorithm = "SM2, SM3";
        finding.signer = visible_text(seal.signer);
        if (seal.integrity.answer == Answer::yes) {
            finding.claimed_at = seal.sealed_at;
            if (!signer_certificate) {
                signer_certificate =
                    parse_certificate(read_seal_signature(der).value().certificate);
            }
            finding.integrity = with_later_changes(signature, finding.whole_file, desk.at);
        }
        if (seal.authority.answer == Answer::yes) {
            finding.authority.reason = Reason::certificate_trusted;
        }
    }
    finding.conclusion = conclude(finding.integrity, finding.authority, finding.revocation);
    return finding;
}

/// 0 the worst.
int rank(const Conclusion& conclusion) {
    return conclusion.indication == "TOTAL-FAILED"   ? 0
           : conclusion.indication == "TOTAL-PASSED" ? 2
                                                     : 1;
}

/// What the inspector's complaint means for the whole file; nothing if it had none.
std::optional<AxisAnswer> of_fault(InspectionFault fault, TimeMs at) {
    switch (fault) {
    case InspectionFault::none: return std::nullopt;
    case InspectionFault::unreadable: return AxisAnswer{Answer::no, Reason::unreadable, at};
    case InspectionFault::costly: return AxisAnswer{Answer::unknown, Reason::too_costly, at};
    case InspectionFault::range:
    case InspectionFault::contents:
        return AxisAnswer{Answer::no, Reason::signature_frame_wrong, at};
    case InspectionFault::orphan: return AxisAnswer{Answer::no, Reason::signature_detached, at};
    case InspectionFault::several_definitions:
        return AxisAnswer{Answer::unknown, Reason::ambiguous_structure, at};
    }
    return std::nullopt;
}

/// The file's own answer: its complaint, or its weakest signature.
void summarise(Report& report, const Desk& desk, X509* first_signer) {
    const auto weakest =
        std::min_element(report.signatures.begin(), report.signatures.end(),
                         [](const auto& left, const auto& right) {
                             // A time-stamp that is not trusted takes nothing away; one that is
                             // wrong does.
                             const auto rank_of = [](const SignatureFinding& each) {
                                 return each.kind == "timestamp" && rank(each.conclusion) > 0
                                            ? 3
                                            : rank(each.conclusion);
                             };
                             return rank_of(left) < rank_of(right);
                         });
    const bool signed_by_somebody =
        std::any_of(report.signatures.begin(), report.signatures.end(),
                    [](const auto& each) { return each.kind != "timestamp"; });
    const auto fault = of_fault(desk.inspection.fault, desk.at);
    if (signed_by_somebody) {
        report.integrity = weakest->integrity;
        report.authority = weakest->authority;
        report.revocation = weakest->revocation;
        report.conclusion = weakest->conclusion;
    }
    const bool worse = fault && (!signed_by_somebody || report.integrity.answer == Answer::yes ||
                                 fault->answer == Answer::no);
    if (worse) {
        report.integrity = *fault;
    }
    if (worse || !signed_by_somebody) {
        report.conclusion = conclude(report.integrity, report.authority, report.revocation);
    }
    if (report.integrity.answer == Answer::yes && report.authority.answer == Answer::yes) {
        report.document = face_of(first_signer);
    }
}

} // namespace

Report check_foreign(ByteView file, const Inspection& inspection, const TrustStore& trust,
                     TimeMs at) {
    Report report;
    report.integrity = {Answer::no, Reason::not_signed, at};
    report.authority = {Answer::unknown,
                        trust.empty() ? Reason::no_trust_list : Reason::not_checked, at};
    report.status = {Answer::unknown, Reason::offline, at};
    Desk desk{file, inspection, trust, at, certificates_of(inspection.evidence), {}};
    std::vector<SignatureFinding> stamps;
    for (const InspectedSignature& each : inspection.signatures) {
        if (each.kind == SignatureKind::timestamp) {
            stamps.push_back(check_timestamp(each, desk)); // first: they prove times
        }
    }
    openssl::Certificate signer;
    for (const InspectedSignature& each : inspection.signatures) {
        if (each.sub_filter == SubFilter::sm2_seal) {
            report.signatures.push_back(check_seal(each, desk, signer));
        } else if (each.kind != SignatureKind::timestamp) {
            report.signatures.push_back(check_signature(each, desk, signer));
        }
    }
    for (SignatureFinding& stamp : stamps) {
        report.signatures.push_back(std::move(stamp));
    }
    summarise(report, desk, signer.get());
    return report;
}

} // namespace songda::verifier
