#include "verifier/archive.hpp"

#include <algorithm>
#include <array>

#include <openssl/err.h>

#include "base/certificate.hpp"
#include "base/check.hpp"
#include "verifier/electronic_seal.hpp"
#include "verifier/frame.hpp"
#include "verifier/timestamp.hpp"

namespace songda::verifier {
namespace {

/// Authorities' clocks differ: of two time-stamps made one after the other the later may name the
/// earlier time.
constexpr std::int64_t skew_ms = 300'000;

/// Takes in what one revision adds, if each item is what it says.
bool take_evidence(const ArchiveRevision& revision, ArchiveProof& proof) {
    for (const Evidence& item : revision.evidence) {
        bool readable = false;
        if (item.kind == Evidence::Kind::certificate) {
            proof.certificates.push_back(parse_certificate(item.der));
            readable = proof.certificates.back() != nullptr;
        } else {
            readable = proof.status.add(item);
        }
        if (!readable) {
            ERR_clear_error();
            return false;
        }
    }
    return true;
}

/// Fills in what is known of a time-stamp as of `as_of`; false if it is not about the file.
bool judge_stamp(const ArchivedFile& archived, const ArchiveProof& proof, const TrustStore& trust,
                 TimeMs as_of, TimeMs at, ProvenStamp& stamp) {
    const ArchiveSlot& place = *archived.revisions[stamp.revision].stamp;
    const auto about = archive_ranges(archived.whole, place);
    TokenVerdict verdict = check_timestamp_token(place.token, {about, as_of}, trust);
    if (!verdict.fits) {
        return false;
    }
    stamp.token = std::move(verdict.claimed);
    stamp.signer.carried = std::move(verdict.others);
    if (verdict.trusted.ok() && stamp.token.time <= as_of + skew_ms) {
        const Certificates between = share(stamp.signer.carried, proof.certificates);
        ChainVerdict judged = trust.judge(verdict.signer.get(), between, as_of);
        stamp.signer.answer = judged.answer;
        stamp.signer.chain = std::move(judged.chain);
        stamp.signer.standing =
            find_standing(stamp.signer.chain, proof.status, trust, stamp.token.time, at);
        stamp.trusted = !stamp.signer.standing.revoked.revoked_by(as_of);
    }
    return true;
}

/// What the first `count` revisions prove by themselves.
ArchiveProof evidence_of(const ArchivedFile& archived, std::size_t count) {
    ArchiveProof first;
    for (std::size_t at = 0; at < count; ++at) {
        SONGDA_CHECK(take_evidence(archived.revisions[at], first));
    }
    return first;
}

} // namespace

Certificates share(const Certificates& first, const Certificates& second) {
    Certificates all;
    for (const Certificates* each : {&first, &second}) {
        for (const auto& certificate : *each) {
            X509_up_ref(certificate.get());
            all.emplace_back(certificate.get());
        }
    }
    return all;
}

ArchivedFile split_archived(ByteView file) {
    const auto covered = read_covered_size(file);
    if (covered && *covered < file.size()) {
        auto revisions = read_archive(file, *covered);
        if (revisions.ok()) {
            return {file, file.first(*covered), std::move(revisions).value()};
        }
    }
    return {file, file, {}};
}

std::optional<ArchiveProof> prove_archive(const ArchivedFile& archived, const TrustStore& trust,
                                          TimeMs at) {
    ArchiveProof proof;
    for (std::size_t nth = 0; nth < archived.revisions.size(); ++nth) {
        if (!take_evidence(archived.revisions[nth], proof)) {
            return std::nullopt;
        }
        if (archived.revisions[nth].stamp) {
            proof.stamps.emplace_back().revision = nth;
        }
    }
    TimeMs as_of = at;
    for (auto stamp = proof.stamps.rbegin(); stamp != proof.stamps.rend(); ++stamp) {
        if (!judge_stamp(archived, proof, trust, as_of, at, *stamp)) {
            return std::nullopt;
        }
        if (stamp->trusted) {
            as_of = std::min(as_of, stamp->token.time);
            proof.time = as_of;
        }
    }
    proof.electronic_seal = check_electronic_seal(archived, proof, trust, at);
    return proof.electronic_seal && proof.electronic_seal->integrity.answer != Answer::yes
               ? std::nullopt
               : std::optional(std::move(proof));
}

SignatureChain seal_chain(const SignedDocument& seal, const ArchiveProof& proof,
                          const TrustStore& trust, TimeMs at) {
    const TimeMs when = proof.time.value_or(at);
    ChainVerdict verdict =
        trust.judge(seal.signer.get(), share(seal.others, proof.certificates), when);
    SignatureChain signer{verdict.answer, std::move(verdict.chain), share(seal.others, {}), {}};
    X509_up_ref(seal.signer.get());
    signer.carried.emplace_back(seal.signer.get());
    signer.standing = find_standing(signer.chain, proof.status, trust, when, at);
    return signer;
}

Certificates missing_of(const Certificates& chain, const Certificates& carried,
                        const Certificates& stored) {
    Certificates missing;
    for (const auto& certificate : chain) {
        const auto is_it = [&](const auto& other) {
            return X509_cmp(certificate.get(), other.get()) == 0;
        };
        if (std::none_of(carried.begin(), carried.end(), is_it) &&
            std::none_of(stored.begin(), stored.end(), is_it)) {
            X509_up_ref(certificate.get());
            missing.emplace_back(certificate.get());
        }
    }
    return missing;
}

SignatureLevel level_of(const ArchivedFile& archived, const ArchiveProof& proof,
                        const SignatureChain& seal, const Roots& roots, TimeMs at) {
    const auto is_trusted = [](const ProvenStamp& stamp) { return stamp.trusted; };
    const auto oldest = std::find_if(proof.stamps.begin(), proof.stamps.end(), is_trusted);
    const auto newest = std::find_if(proof.stamps.rbegin(), proof.stamps.rend(), is_trusted);
    if (oldest == proof.stamps.end()) {
        return SignatureLevel::b_b;
    }
    // Certificates and answers are all there, in the whole file and in what the newest one covers.
    const auto has_chain = [](const SignatureChain& signer, const ArchiveProof& with) {
        return !signer.chain.empty() &&
               missing_of(signer.chain, signer.carried, with.certificates).empty();
    };
    if (!has_chain(seal, proof) || !has_chain(oldest->signer, proof) || !seal.standing.proven ||
        !oldest->signer.standing.proven) {
        return SignatureLevel::b_t;
    }
    const std::size_t covered = newest->revision + 1;
    if (covered == archived.revisions.size()) {
        return SignatureLevel::b_lta;
    }
    const ArchiveProof with = evidence_of(archived, covered);
    const auto is_proven = [&](const SignatureChain& signer, TimeMs when, const TrustStore& trust) {
        return has_chain(signer, with) &&
               find_standing(signer.chain, with.status, trust, when, at).proven;
    };
    return is_proven(seal, *proof.time, roots.seals) &&
                   is_proven(oldest->signer, oldest->token.time, roots.timestamps)
               ? SignatureLevel::b_lta
               : SignatureLevel::b_lt;
}

} // namespace songda::verifier
