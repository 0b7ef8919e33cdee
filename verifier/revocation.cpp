#include "verifier/revocation.hpp"

#include <algorithm>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/certificate.hpp"
#include "base/revocation_signature.hpp"
#include "base/sm2.hpp"

namespace songda::verifier {
namespace {

using OcspResponse = std::unique_ptr<OCSP_RESPONSE, openssl::Deleter<OCSP_RESPONSE_free>>;
using OcspId = std::unique_ptr<OCSP_CERTID, openssl::Deleter<OCSP_CERTID_free>>;
using DistributionPoint =
    std::unique_ptr<ISSUING_DIST_POINT, openssl::Deleter<ISSUING_DIST_POINT_free>>;

/// The moments of a list or an answer.
struct Window {
    std::optional<TimeMs> from;
    std::optional<TimeMs> until; ///< nothing: only at `from`
};

std::optional<TimeMs> time_of(const ASN1_TIME* time) {
    const std::unique_ptr<ASN1_TIME, openssl::Deleter<ASN1_STRING_free>> epoch(
        ASN1_TIME_set(nullptr, 0));
    int days = 0;
    int seconds = 0;
    if (time == nullptr || ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) {
        return std::nullopt;
    }
    return TimeMs{(days * 86'400LL + seconds) * 1000};
}

/// Clocks differ by some minutes.
constexpr std::int64_t skew_ms = 300'000;

struct Question {
    X509* certificate;
    X509* issuer;
    TimeMs when;
    TimeMs now;

    /// Does a source of that window say something of `when`? One that was made later does too.
    [[nodiscard]] bool current(const Window& window) const {
        return window.from && *window.from <= now + skew_ms &&
               window.until.value_or(*window.from + skew_ms) >= when;
    }
};

/// Both states that are known win over none; revoked over all.
void take(RevocationVerdict& to, const RevocationVerdict& from) {
    if (from.state == Revocation::revoked ||
        (from.state == Revocation::good && to.state != Revocation::revoked)) {
        to = from;
    }
}

/// A whole list for this kind of certificate, of its issuer's own hand.
bool is_plain_list(X509_CRL* list) {
    if (X509_CRL_get_ext_by_NID(list, NID_delta_crl, -1) >= 0) {
        return false;
    }
    for (int at = 0; at < X509_CRL_get_ext_count(list); ++at) {
        X509_EXTENSION* const extension = X509_CRL_get_ext(list, at);
        if (X509_EXTENSION_get_critical(extension) == 1 &&
            OBJ_obj2nid(X509_EXTENSION_get_object(extension)) != NID_issuing_distribution_point) {
            return false;
        }
    }
    const DistributionPoint point(static_cast<ISSUING_DIST_POINT*>(
        X509_CRL_get_ext_d2i(list, NID_issuing_distribution_point, nullptr, nullptr)));
    return !point || (point->onlyCA == 0 && point->onlyattr == 0 && point->indirectCRL == 0 &&
                      point->onlysomereasons == nullptr);
}

RevocationVerdict ask_list(X509_CRL* list, const Question& question) {
    EVP_PKEY* const key = X509_get0_pubkey(question.issuer);
    if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(question.issuer)) != 0 ||
        key == nullptr || !is_plain_list(list) || !is_list_signed_by(list, key)) {
        return {};
    }
    X509_REVOKED* entry = nullptr;
    if (X509_CRL_get0_by_cert(list, &entry, question.certificate) == 1) {
        return {Revocation::revoked, time_of(X509_REVOKED_get0_revocationDate(entry))};
    }
    const Window window{time_of(X509_CRL_get0_lastUpdate(list)),
                        time_of(X509_CRL_get0_nextUpdate(list))};
    return {question.current(window) ? Revocation::good : Revocation::unknown, std::nullopt};
}

RevocationVerdict ask_single(OCSP_SINGLERESP* single, const Question& question) {
    ASN1_OBJECT* hash = nullptr;
    OCSP_CERTID* const id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(single));
    OCSP_id_get0_info(nullptr, &hash, nullptr, nullptr, id);
    const EVP_MD* const kind = EVP_get_digestbyobj(hash);
    const OcspId own(
        kind == nullptr ? nullptr : OCSP_cert_to_id(kind, question.certificate, question.issuer));
    if (!own || OCSP_id_cmp(own.get(), id) != 0) {
        return {};
    }
    int reason = 0;
    ASN1_GENERALIZEDTIME* revoked = nullptr;
    ASN1_GENERALIZEDTIME* from = nullptr;
    ASN1_GENERALIZEDTIME* until = nullptr;
    const int status = OCSP_single_get0_status(single, &reason, &revoked, &from, &until);
    if (status == V_OCSP_CERTSTATUS_REVOKED) {
        return {Revocation::revoked, time_of(revoked)};
    }
    const bool good =
        status == V_OCSP_CERTSTATUS_GOOD && question.current({time_of(from), time_of(until)});
    return {good ? Revocation::good : Revocation::unknown, std::nullopt};
}

/// Nothing if it cannot be read; `whole`: nor if something follows it.
OcspAnswer read_answer(ByteView der, bool whole) {
    const unsigned char* at = der.data();
    const OcspResponse response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
    const bool fits = response && (!whole || at == der.data() + der.size());
    return OcspAnswer(fits ? OCSP_response_get1_basic(response.get()) : nullptr);
}

/// Of whoever it names, who may answer for the issuer (RFC 6960 §4.2.2.2). An SM2 signature itself
/// is checked here, since OpenSSL cannot be told the user id for it.
bool is_genuine(OCSP_BASICRESP* basic, const Certificates& chain, const TrustStore& trust,
                TimeMs made) {
    STACK_OF(X509)* const known = sk_X509_new_null();
    for (const auto& each : chain) {
        sk_X509_push(known, each.get());
    }
    const STACK_OF(X509)* const sent = OCSP_resp_get0_certs(basic);
    for (int at = 0; at < sk_X509_num(sent); ++at) {
        name_sm2_user(sk_X509_value(sent, at));
    }
    X509* signer = nullptr;
    bool genuine = OCSP_resp_get0_signer(basic, &signer, known) == 1;
    const bool by_hand = genuine && is_sm2(X509_get0_pubkey(signer));
    // In front it is the one that OpenSSL finds as well: two may have the name that the answer
    // says.
    genuine =
        genuine && sk_X509_unshift(known, signer) > 0 &&
        (!by_hand || is_answer_signed_by_sm2(basic, X509_get0_pubkey(signer))) &&
        OCSP_basic_verify(basic, known, trust.store_at(made).get(), by_hand ? OCSP_NOSIGS : 0) == 1;
    sk_X509_free(known);
    return genuine;
}

RevocationVerdict ask_ocsp(OCSP_BASICRESP* basic, const Question& question,
                           const Certificates& chain, const TrustStore& trust) {
    const auto made = basic == nullptr ? std::nullopt : time_of(OCSP_resp_get0_produced_at(basic));
    if (!made) {
        return {};
    }
    RevocationVerdict verdict;
    for (int single = 0; single < OCSP_resp_count(basic); ++single) {
        take(verdict, ask_single(OCSP_resp_get0(basic, single), question));
    }
    if (verdict.state == Revocation::unknown) {
        return verdict; // it says nothing of this certificate, whoever signed it
    }
    return is_genuine(basic, chain, trust, *made) ? verdict : RevocationVerdict{};
}

bool names_a_source(X509* certificate) {
    return X509_get_ext_by_NID(certificate, NID_crl_distribution_points, -1) >= 0 ||
           X509_get_ext_by_NID(certificate, NID_info_access, -1) >= 0;
}

} // namespace

RevocationVerdict find_revocation(const Certificates& chain, const RevocationSources& sources,
                                  TimeMs when, TimeMs now) {
    if (chain.size() < 2) {
        return {chain.empty() ? Revocation::not_asked : Revocation::no_source, std::nullopt};
    }
    const Question question{chain[0].get(), chain[1].get(), when, now};
    RevocationVerdict verdict;
    if (sources.own_lists) {
        for (const RevocationList& list : sources.trust.revocation_lists()) {
            take(verdict, ask_list(list.get(), question));
        }
    }
    for (const RevocationList& list : sources.lists) {
        take(verdict, ask_list(list.get(), question));
    }
    for (const OcspAnswer& answer : sources.answers) {
        take(verdict, ask_ocsp(answer.get(), question, chain, sources.trust));
    }
    for (const Evidence& each : sources.evidence) {
        const unsigned char* at = each.der.data();
        if (each.kind == Evidence::Kind::crl) {
            const RevocationList list(
                d2i_X509_CRL(nullptr, &at, static_cast<long>(each.der.size())));
            take(verdict, list ? ask_list(list.get(), question) : RevocationVerdict{});
        } else if (each.kind == Evidence::Kind::ocsp) {
            take(verdict,
                 ask_ocsp(read_answer(each.der, false).get(), question, chain, sources.trust));
        }
    }
    if (verdict.state == Revocation::unknown && !names_a_source(chain[0].get())) {
        verdict.state = Revocation::no_source;
    }
    ERR_clear_error();
    return verdict;
}

bool StatusProofs::add(const Evidence& item) {
    if (item.kind == Evidence::Kind::ocsp) {
        answers.push_back(read_answer(item.der, true));
        return answers.back() != nullptr;
    }
    const unsigned char* at = item.der.data();
    lists.emplace_back(d2i_X509_CRL(nullptr, &at, static_cast<long>(item.der.size())));
    return lists.back() != nullptr && at == item.der.data() + item.der.size();
}

Certificates chain_from(const Certificates& chain, std::size_t from) {
    Certificates rest;
    for (std::size_t at = from; at < chain.size(); ++at) {
        X509_up_ref(chain[at].get());
        rest.emplace_back(chain[at].get());
    }
    return rest;
}

ChainStanding find_standing(const Certificates& chain, const StatusProofs& proofs,
                            const TrustStore& trust, TimeMs when, TimeMs now) {
    ChainStanding standing;
    standing.proven = !chain.empty();
    for (std::size_t at = 0; at == 0 || at + 1 < chain.size(); ++at) {
        const Certificates rest = chain_from(chain, at);
        RevocationVerdict verdict =
            find_revocation(rest, {{}, proofs.lists, trust, false, proofs.answers}, when, now);
        standing.proven =
            standing.proven && !verdict.revoked_by(when) && verdict.state != Revocation::unknown;
        if (!trust.revocation_lists().empty()) {
            take(verdict, find_revocation(rest, {{}, {}, trust, true}, when, now));
        }
        if (at == 0) {
            standing.first = verdict;
        }
        const bool earlier =
            standing.revoked.state != Revocation::revoked ||
            verdict.revoked_at.value_or(TimeMs{}) < standing.revoked.revoked_at.value_or(TimeMs{});
        if (verdict.state == Revocation::revoked && earlier) {
            standing.revoked = verdict;
        }
    }
    return standing;
}

} // namespace songda::verifier
