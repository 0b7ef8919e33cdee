#include "verifier/rung.hpp"

#include <algorithm>

#include "base/certificate.hpp"

namespace songda::verifier {

Result<Rung> Rung::find(ByteView file, std::size_t issued_bytes, const Roots& roots, TimeMs at) {
    const auto issued =
        issued_bytes <= file.size() ? read_issued_file(file.first(issued_bytes)) : std::nullopt;
    if (!issued || !issued->whole()) {
        return Error{Fault::corrupt,
                     "not a file that was issued here: " +
                         std::string(reason_name(issued ? issued->reason : Reason::unreadable))};
    }
    auto revisions = read_archive(file, issued_bytes);
    if (!revisions.ok()) {
        return revisions.error();
    }
    Rung rung(roots, at);
    rung.archived_ = {file, file.first(issued_bytes), std::move(revisions).value()};
    auto proof = prove_archive(rung.archived_, roots.timestamps, at);
    if (!proof) {
        return Error{Fault::corrupt, "a time-stamp or certificate behind the file is not its own"};
    }
    rung.proof_ = std::move(*proof);
    const auto judged = rung.judge_seal(*issued);
    if (!judged.ok()) {
        return judged.error();
    }
    rung.level_ = level_of(rung.archived_, rung.proof_, rung.seal_, roots, at);
    return rung;
}

Result<void> Rung::judge_seal(const IssuedFile& issued) {
    const TimeMs when = proof_.time.value_or(at_);
    const auto refused = [](Reason reason) {
        return Error{Fault::forbidden,
                     "its seal proves nothing: " + std::string(reason_name(reason))};
    };
    seal_ = seal_chain(issued.seal, proof_, roots_.seals, at_);
    if (seal_.answer.answer != Answer::yes) {
        return refused(seal_.answer.reason);
    }
    if (!is_seal_certificate(issued.seal.signer.get())) {
        return refused(Reason::certificate_purpose);
    }
    return seal_.standing.revoked.revoked_by(when)
               ? Result<void>(refused(Reason::certificate_revoked))
               : Result<void>();
}

const ProvenStamp* Rung::newest() const {
    const auto found = std::find_if(proof_.stamps.rbegin(), proof_.stamps.rend(),
                                    [](const ProvenStamp& stamp) { return stamp.trusted; });
    return found == proof_.stamps.rend() ? nullptr : &*found;
}

std::optional<TimeMs> Rung::proven_until() const {
    const ProvenStamp* const last = newest();
    return last == nullptr ? std::nullopt : std::optional(last->token.certificate_ends);
}

Result<std::vector<Evidence>> Rung::gather(std::span<StatusSource* const> sources) const {
    std::vector<Evidence> found;
    auto gathered = gather_for(seal_, proof_.time.value_or(at_), roots_.seals, sources, found);
    const ProvenStamp* const last = newest();
    for (const ProvenStamp& stamp : proof_.stamps) {
        if (gathered.ok() && stamp.trusted) {
            // The newest will be judged as of the one that comes over it now.
            const TimeMs when = &stamp == last ? std::max(stamp.token.time, at_) : stamp.token.time;
            gathered = gather_for(stamp.signer, when, roots_.timestamps, sources, found);
            if (!gathered.ok()) {
                // Of a revoked authority another may take the place; the seal is good.
                gathered = Error{Fault::unavailable, gathered.error().detail};
            }
        }
    }
    return gathered.ok() ? Result(std::move(found)) : gathered.error();
}

Result<void> Rung::gather_for(const SignatureChain& signer, TimeMs when, const TrustStore& trust,
                              std::span<StatusSource* const> sources,
                              std::vector<Evidence>& to) const {
    for (const auto& certificate : missing_of(signer.chain, signer.carried, proof_.certificates)) {
        const Evidence item{Evidence::Kind::certificate, certificate_der(certificate.get())};
        if (std::find(to.begin(), to.end(), item) == to.end()) {
            to.push_back(item);
        }
    }
    std::vector<Evidence> known = to;
    for (const ArchiveRevision& revision : archived_.revisions) {
        known.insert(known.end(), revision.evidence.begin(), revision.evidence.end());
    }
    auto found = gather_evidence({signer.chain, when, at_, known}, sources, trust);
    if (!found.ok()) {
        return found.error();
    }
    to.insert(to.end(), found.value().begin(), found.value().end());
    return {};
}

} // namespace songda::verifier
