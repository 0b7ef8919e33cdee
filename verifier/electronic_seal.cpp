#include "verifier/electronic_seal.hpp"

#include <algorithm>

#include "base/certificate.hpp"
#include "base/electronic_seal.hpp"
#include "base/sm2.hpp"
#include "verifier/record_of.hpp"
#include "verifier/sm2_record.hpp"

namespace songda::verifier {
namespace {

bool signs(X509* certificate, ByteView message, ByteView signature) {
    const auto key = certificate == nullptr ? Result<Sm2PublicKey>(Error{})
                                            : Sm2PublicKey::of(X509_get0_pubkey(certificate));
    return key.ok() && key.value().fits(message, signature);
}

/// Everything that needs no trust, in the standard's order.
Reason integrity_of(const SealSignature& read, const Result<ElectronicSeal>& seal, X509* signer,
                    SignedRanges about) {
    const Digest hash = sm3(about);
    if (as_text(read.hash) != as_text(ByteView(hash))) {
        return Reason::altered;
    }
    if (!signs(signer, read.to_sign, read.signature)) {
        return Reason::signature_wrong;
    }
    if (!seal.ok()) {
        return Reason::signature_unreadable;
    }
    if (!seal.value().fits_maker()) {
        return Reason::seal_not_as_made;
    }
    return seal.value().names(read.certificate) ? Reason::signature_fits
                                                : Reason::signer_not_in_seal;
}

/// Of one of the two certificates. `revocation` becomes what is known of it.
AxisAnswer judge(X509* certificate, const SealDemand& demand, const TrustStore& trust,
                 Revocation& revocation) {
    if (!trust.knows_sm2()) {
        return {Answer::unknown, Reason::no_trust_list, demand.at};
    }
    const TimeMs when = demand.proven.value_or(demand.at);
    if (!is_seal_certificate(certificate)) {
        return {Answer::no, Reason::certificate_purpose, when};
    }
    const ChainVerdict verdict = trust.judge(certificate, demand.others, when);
    if (verdict.chain.empty()) {
        return verdict.answer;
    }
    const ChainStanding standing =
        find_standing(verdict.chain, demand.proofs, trust, when, demand.at);
    revocation = standing.first.state;
    if (demand.proven ? standing.revoked.revoked_by(when)
                      : standing.revoked.state == Revocation::revoked) {
        revocation = Revocation::revoked;
        return {Answer::no, Reason::certificate_revoked, when};
    }
    return verdict.answer;
}

/// The worse of the two; a seal that was not valid when it was used is worse than what is unknown.
AxisAnswer authority_of(X509* signer, const ElectronicSeal& seal, const SealDemand& demand,
                        const TrustStore& trust, ElectronicSealFinding& finding) {
    const auto maker = parse_certificate(seal.maker);
    Revocation of_maker = Revocation::not_asked;
    const AxisAnswer by_signer = judge(signer, demand, trust, finding.revocation);
    const AxisAnswer by_maker = X509_cmp(maker.get(), signer) == 0
                                    ? AxisAnswer{Answer::no, Reason::seal_not_as_made, demand.at}
                                    : judge(maker.get(), demand, trust, of_maker);
    for (const AxisAnswer& each : {by_signer, by_maker}) {
        if (each.answer == Answer::no) {
            return each;
        }
    }
    if (!seal.is_valid_at(finding.sealed_at)) {
        return {Answer::no, Reason::outside_seal_validity, finding.sealed_at};
    }
    return by_signer.answer == Answer::yes ? by_maker : by_signer;
}

const ArchiveSeal* find_seal(const ArchivedFile& archived, std::size_t& revision) {
    for (revision = 0; revision < archived.revisions.size(); ++revision) {
        if (archived.revisions[revision].seal) {
            return &*archived.revisions[revision].seal;
        }
    }
    return nullptr;
}

bool is_spelt_as_ours(const ArchiveSeal& seal) {
    const auto read = read_seal_signature(seal.slot.token);
    return read.ok() && read.value().ours && read.value().at == seal.at;
}

} // namespace

ElectronicSealFinding check_seal_signature(ByteView der, const SealDemand& demand,
                                           const TrustStore& trust) {
    ElectronicSealFinding finding;
    finding.integrity = {Answer::no, Reason::signature_unreadable, demand.at};
    finding.authority = {Answer::unknown, Reason::not_checked, demand.at};
    const auto read = read_seal_signature(der);
    if (!read.ok()) {
        return finding;
    }
    const auto signer = parse_certificate(read.value().certificate);
    const auto seal = read_electronic_seal(read.value().seal);
    finding.sealed_at = read.value().at;
    if (seal.ok()) {
        const auto maker = parse_certificate(seal.value().maker);
        finding.name = seal.value().name;
        finding.id = seal.value().id;
        finding.maker = maker ? subject_text(maker.get(), "CN") : "";
    }
    if (signer) {
        finding.signer = subject_text(signer.get(), "CN");
        finding.department = subject_text(signer.get(), "organizationIdentifier");
    }
    finding.integrity.reason = integrity_of(read.value(), seal, signer.get(), demand.about);
    if (finding.integrity.reason == Reason::signature_fits) {
        finding.integrity.answer = Answer::yes;
        finding.authority = authority_of(signer.get(), seal.value(), demand, trust, finding);
    }
    return finding;
}

std::optional<ElectronicSealFinding> check_electronic_seal(const ArchivedFile& archived,
                                                           const ArchiveProof& proof,
                                                           const TrustStore& trust, TimeMs at) {
    std::size_t revision = 0;
    const ArchiveSeal* const seal = find_seal(archived, revision);
    if (seal == nullptr) {
        return std::nullopt;
    }
    const auto over_it =
        std::find_if(proof.stamps.begin(), proof.stamps.end(), [&](const ProvenStamp& stamp) {
            return stamp.trusted && stamp.revision > revision;
        });
    const auto proven =
        over_it == proof.stamps.end() ? std::nullopt : std::optional(over_it->token.time);
    const auto about = archive_ranges(archived.whole, seal->slot);
    ElectronicSealFinding finding = check_seal_signature(
        seal->slot.token, {about, proven, at, proof.status, proof.certificates}, trust);
    if (finding.integrity.answer == Answer::yes && !is_spelt_as_ours(*seal)) {
        finding.integrity = {Answer::no, Reason::signature_form_wrong, at};
        finding.authority = {Answer::unknown, Reason::not_checked, at};
    }
    const auto record = record_of(archived.issued);
    if (finding.authority.answer == Answer::yes && record &&
        !may_sign_record(finding.department, *record)) {
        finding.authority = {Answer::no, Reason::certificate_purpose, at};
    }
    return finding;
}

} // namespace songda::verifier
