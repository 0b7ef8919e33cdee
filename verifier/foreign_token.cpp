#include <algorithm>

#include <openssl/err.h>
#include <openssl/ts.h>

#include "base/certificate.hpp"
#include "verifier/foreign_cms.hpp"
#include "verifier/foreign_digest.hpp"

namespace songda::verifier {
namespace {

using Token = std::unique_ptr<PKCS7, openssl::Deleter<PKCS7_free>>;
using Info = std::unique_ptr<TS_TST_INFO, openssl::Deleter<TS_TST_INFO_free>>;
using Context = std::unique_ptr<TS_VERIFY_CTX, openssl::Deleter<TS_VERIFY_CTX_free>>;

/// The message at the front, behind which only zeros may stand.
Token open_token(ByteView contents) {
    const unsigned char* at = contents.data();
    Token token(d2i_PKCS7(nullptr, &at, static_cast<long>(contents.size())));
    const bool clean = token && std::all_of(at, contents.data() + contents.size(),
                                            [](std::uint8_t byte) { return byte == 0; });
    return clean && PKCS7_type_is_signed(token.get()) ? std::move(token) : nullptr;
}

std::optional<TimeMs> time_of(const ASN1_GENERALIZEDTIME* time) {
    const std::unique_ptr<ASN1_TIME, openssl::Deleter<ASN1_STRING_free>> epoch(
        ASN1_TIME_set(nullptr, 0));
    int days = 0;
    int seconds = 0;
    return ASN1_TIME_diff(&days, &seconds, epoch.get(), time) == 1
               ? std::optional(TimeMs{(days * 86'400LL + seconds) * 1000})
               : std::nullopt;
}

/// The certificate that signed; null if there is not exactly one.
openssl::Certificate signer_of(PKCS7* token) {
    STACK_OF(X509)* const signers = PKCS7_get0_signers(token, nullptr, 0);
    X509* const signer =
        signers != nullptr && sk_X509_num(signers) == 1 ? sk_X509_value(signers, 0) : nullptr;
    if (signer != nullptr) {
        X509_up_ref(signer);
    }
    sk_X509_free(signers);
    return openssl::Certificate(signer);
}

Certificates certificates_of(PKCS7* token) {
    Certificates all;
    STACK_OF(X509)* const found = token->d.sign->cert;
    for (int at = 0; at < sk_X509_num(found); ++at) {
        X509_up_ref(sk_X509_value(found, at));
        all.emplace_back(sk_X509_value(found, at));
    }
    return all;
}

bool imprint_fits(TS_TST_INFO* info, SignedRanges ranges) {
    TS_MSG_IMPRINT* const imprint = TS_TST_INFO_get_msg_imprint(info);
    const auto kind = digest_kind(TS_MSG_IMPRINT_get_algo(imprint));
    const ASN1_OCTET_STRING* const value = TS_MSG_IMPRINT_get_msg(imprint);
    const ByteView stated(ASN1_STRING_get0_data(value),
                          static_cast<std::size_t>(ASN1_STRING_length(value)));
    return kind && as_text(stated) == as_text(hash_ranges(*kind, ranges));
}

/// Signature, chain and purpose (timeStamping alone, critical), by OpenSSL.
bool signature_fits(PKCS7* token, const TrustStore& trust, TimeMs at) {
    const Context context(TS_VERIFY_CTX_new());
    TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE);
    TS_VERIFY_CTX_set_store(context.get(), trust.store_at(at).release());
    return TS_RESP_verify_token(context.get(), token) == 1;
}

} // namespace

ForeignToken check_foreign_token(ByteView contents, SignedRanges ranges, const TrustStore& trust,
                                 TimeMs at) {
    ForeignToken verdict{{Answer::no, Reason::signature_unreadable, at},
                         {Answer::unknown, Reason::not_checked, at},
                         std::nullopt,
                         {}};
    const Token token = open_token(contents);
    const Info info(token ? PKCS7_to_TS_TST_INFO(token.get()) : nullptr);
    const openssl::Certificate signer = info ? signer_of(token.get()) : nullptr;
    if (signer) {
        verdict.signer = subject_text(signer.get(), "CN");
        verdict.integrity.reason = Reason::altered;
    }
    if (signer && imprint_fits(info.get(), ranges)) {
        const ChainVerdict chain = trust.judge(signer.get(), certificates_of(token.get()), at);
        verdict.integrity = {Answer::yes, Reason::signature_covers_whole_file, at};
        verdict.authority = chain.answer;
        if (chain.answer.answer == Answer::yes && !signature_fits(token.get(), trust, at)) {
            verdict.integrity = {Answer::no, Reason::signature_wrong, at};
        }
    }
    if (verdict.integrity.answer == Answer::yes && verdict.authority.answer == Answer::yes) {
        verdict.authority.reason = Reason::certificate_trusted;
        verdict.time = time_of(TS_TST_INFO_get_time(info.get()));
    }
    ERR_clear_error();
    return verdict;
}

} // namespace songda::verifier
