#include "verifier/gathering.hpp"

#include <algorithm>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "base/certificate.hpp"
#include "verifier/revocation.hpp"
#include "verifier/visible_text.hpp"

namespace songda::verifier {
namespace {

using OcspRequest = std::unique_ptr<OCSP_REQUEST, Deleter<OCSP_REQUEST_free>>;
using Points = std::unique_ptr<STACK_OF(DIST_POINT), Deleter<CRL_DIST_POINTS_free>>;
using Addresses = std::unique_ptr<STACK_OF(OPENSSL_STRING), Deleter<X509_email_free>>;

void add_address(std::vector<std::string>& to, std::string address) {
    const bool web = address.starts_with("http://") || address.starts_with("https://");
    if (web && to.size() < status_addresses_max) {
        to.push_back(std::move(address));
    }
}

std::vector<std::string> responders_of(const X509* certificate) {
    std::vector<std::string> found;
    const Addresses named(X509_get1_ocsp(const_cast<X509*>(certificate)));
    for (int at = 0; named && at < sk_OPENSSL_STRING_num(named.get()); ++at) {
        add_address(found, sk_OPENSSL_STRING_value(named.get(), at));
    }
    return found;
}

std::vector<std::string> lists_of(const X509* certificate) {
    std::vector<std::string> found;
    const Points points(static_cast<STACK_OF(DIST_POINT)*>(
        X509_get_ext_d2i(certificate, NID_crl_distribution_points, nullptr, nullptr)));
    for (int at = 0; points && at < sk_DIST_POINT_num(points.get()); ++at) {
        const DIST_POINT_NAME* const name = sk_DIST_POINT_value(points.get(), at)->distpoint;
        const bool full = name != nullptr && name->type == 0;
        for (int nth = 0; full && nth < sk_GENERAL_NAME_num(name->name.fullname); ++nth) {
            const GENERAL_NAME* const each = sk_GENERAL_NAME_value(name->name.fullname, nth);
            if (each->type == GEN_URI) {
                const ASN1_IA5STRING* const uri = each->d.uniformResourceIdentifier;
                add_address(found, std::string(as_text(ByteView(
                                       ASN1_STRING_get0_data(uri),
                                       static_cast<std::size_t>(ASN1_STRING_length(uri))))));
            }
        }
    }
    return found;
}

/// One certificate of an order.
struct Gathering {
    const GatheringOrder& order;
    Certificates chain; ///< from it on
    const TrustStore& trust;
    std::string missing{}; ///< why there is no answer yet

    [[nodiscard]] RevocationVerdict judge(std::span<const Evidence> evidence) const {
        return find_revocation(chain, {evidence, {}, trust, false}, order.when, order.now);
    }
    [[nodiscard]] std::string name() const {
        return visible_text(subject_text(chain.front().get(), "CN"));
    }
    void note(std::string_view why) { missing += (missing.empty() ? "" : "; ") + std::string(why); }
    [[nodiscard]] bool good(const RevocationVerdict& verdict) const {
        return verdict.state != Revocation::unknown && !verdict.revoked_by(order.when);
    }
};

Error revoked_error(const Gathering& gathering, const RevocationVerdict& verdict) {
    return {Fault::forbidden,
            "the certificate of \"" + gathering.name() + "\" was revoked" +
                (verdict.revoked_at ? " at " + to_rfc3339(*verdict.revoked_at) : "")};
}

/// The first source's answer of that kind that holds; nothing if there is none.
Result<std::optional<Evidence>> ask(Gathering& gathering, Evidence::Kind kind,
                                    std::span<StatusSource* const> sources) {
    const StatusQuestion question =
        status_question(gathering.chain[0].get(), gathering.chain[1].get());
    for (StatusSource* const source : sources) {
        auto der = kind == Evidence::Kind::ocsp ? source->find_answer(question)
                                                : source->find_list(question);
        if (!der.ok()) {
            gathering.note(der.error().detail);
            continue;
        }
        Evidence item{kind, std::move(der).value()};
        const RevocationVerdict verdict = gathering.judge({&item, 1});
        if (verdict.revoked_by(gathering.order.when)) {
            return revoked_error(gathering, verdict);
        }
        if (gathering.good(verdict)) {
            return std::optional(std::move(item));
        }
        gathering.note(kind == Evidence::Kind::ocsp
                           ? "an OCSP answer that is not signed for it, or out of date"
                           : "a revocation list that is not its issuer's, or out of date");
    }
    return std::optional<Evidence>();
}

/// OCSP before lists: an answer is a thousand bytes, a list may be many.
Result<std::optional<Evidence>> gather_one(Gathering& gathering,
                                           std::span<StatusSource* const> sources) {
    const RevocationVerdict known = gathering.judge(gathering.order.known);
    if (known.revoked_by(gathering.order.when)) {
        return revoked_error(gathering, known);
    }
    if (gathering.good(known)) {
        return std::optional<Evidence>();
    }
    for (const Evidence::Kind kind : {Evidence::Kind::ocsp, Evidence::Kind::crl}) {
        auto found = ask(gathering, kind, sources);
        if (!found.ok() || found.value()) {
            return found;
        }
    }
    return Error{Fault::unavailable, "nobody tells how the certificate of \"" + gathering.name() +
                                         "\" stood at " + to_rfc3339(gathering.order.when) + ": " +
                                         gathering.missing};
}

} // namespace

StatusQuestion status_question(const X509* certificate, const X509* issuer) {
    StatusQuestion question;
    const OcspRequest request(OCSP_REQUEST_new());
    OCSP_CERTID* const id = OCSP_cert_to_id(EVP_sha1(), certificate, issuer);
    if (request && id != nullptr && OCSP_request_add0_id(request.get(), id) != nullptr) {
        question.request.resize(
            static_cast<std::size_t>(std::max(i2d_OCSP_REQUEST(request.get(), nullptr), 0)));
        unsigned char* at = question.request.data();
        i2d_OCSP_REQUEST(request.get(), &at);
    }
    question.responders = responders_of(certificate);
    question.lists = lists_of(certificate);
    ERR_clear_error();
    return question;
}

Result<std::vector<Evidence>> gather_evidence(const GatheringOrder& order,
                                              std::span<StatusSource* const> sources,
                                              const TrustStore& trust) {
    std::vector<Evidence> found;
    for (std::size_t at = 0; at + 1 < order.chain.size(); ++at) {
        Gathering gathering{order, chain_from(order.chain, at), trust};
        auto one = gather_one(gathering, sources);
        if (!one.ok()) {
            return one.error();
        }
        if (one.value()) {
            found.push_back(std::move(*one.value()));
        }
    }
    return found;
}

} // namespace songda::verifier
