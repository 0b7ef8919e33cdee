#include "verifier/evidence_seal.hpp"

#include <array>

#include <fmt/format.h>

#include "base/certificate.hpp"
#include "base/sha256.hpp"
#include "verifier/foreign_cms.hpp"
#include "verifier/revocation.hpp"
#include "verifier/timestamp.hpp"
#include "verifier/visible_text.hpp"

namespace songda::verifier {
namespace {

std::string name_of(const X509* certificate) {
    return fmt::format("{}（{}）", visible_text(subject_text(certificate, "CN")),
                       serial_text(certificate));
}

} // namespace

EvidenceSealVerdict judge_evidence_seal(ByteView seal, ByteView about, std::optional<TimeMs> proven,
                                        const TrustStore& trust, TimeMs now) {
    ForeignSigner signer = check_foreign_cms(seal, std::array{about}, {true});
    EvidenceSealVerdict verdict{signer.answer, signer.reason, "", {}};
    if (signer.answer != Answer::yes || !signer.signer) {
        verdict.answer = Answer::no;
        return verdict;
    }
    verdict.who = name_of(signer.signer.get());
    verdict.certificate = sha256(certificate_der(signer.signer.get()));
    if (!is_seal_certificate(signer.signer.get())) {
        verdict.answer = Answer::no;
        verdict.reason = Reason::certificate_purpose;
        return verdict;
    }
    const TimeMs when = proven.value_or(now);
    const ChainVerdict judged = trust.judge(signer.signer.get(), signer.others, when);
    verdict.answer = judged.answer.answer;
    verdict.reason = judged.answer.reason;
    StatusProofs carried;
    carried.lists = std::move(signer.lists);
    const auto revoked = find_standing(judged.chain, carried, trust, when, now).revoked;
    if (proven ? revoked.revoked_by(when) : revoked.state == Revocation::revoked) {
        verdict.answer = Answer::no;
        verdict.reason = Reason::certificate_revoked;
    }
    return verdict;
}

EvidenceTokenVerdict judge_evidence_token(ByteView token, ByteView about, const TrustStore& trust,
                                          TimeMs now) {
    const TokenVerdict judged = check_timestamp_token(token, {std::array{about}, now}, trust);
    if (!judged.fits) {
        return {};
    }
    EvidenceTokenVerdict verdict{Answer::yes, Reason::certificate_trusted, judged.claimed.time,
                                 visible_text(judged.claimed.authority)};
    const ChainVerdict chain = trust.judge(judged.signer.get(), judged.others, now);
    const auto revoked =
        find_standing(chain.chain, {}, trust, judged.claimed.time, now).revoked.state;
    if (revoked == Revocation::revoked) {
        verdict.answer = Answer::no;
        verdict.reason = Reason::certificate_revoked;
    } else if (!judged.trusted.ok()) {
        const bool signed_wrong = chain.answer.answer == Answer::yes;
        verdict.answer = signed_wrong ? Answer::no : Answer::unknown;
        verdict.reason = signed_wrong ? Reason::signature_wrong : chain.answer.reason;
    }
    return verdict;
}

} // namespace songda::verifier
