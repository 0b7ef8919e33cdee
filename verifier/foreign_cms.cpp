#include "verifier/foreign_cms.hpp"

#include <algorithm>
#include <array>

#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/rsa.h>

#include "base/certificate.hpp"

namespace songda::verifier {
namespace {

using SigningCertificate =
    std::unique_ptr<ESS_SIGNING_CERT_V2, openssl::Deleter<ESS_SIGNING_CERT_V2_free>>;

constexpr int certificates_max = 32;
constexpr int rsa_bits_min = 2048;

ASN1_TYPE* attribute_of(const CMS_SignerInfo* signer, int nid, bool is_signed) {
    const int at = is_signed ? CMS_signed_get_attr_by_NID(signer, nid, -1)
                             : CMS_unsigned_get_attr_by_NID(signer, nid, -1);
    X509_ATTRIBUTE* const attribute = at < 0      ? nullptr
                                      : is_signed ? CMS_signed_get_attr(signer, at)
                                                  : CMS_unsigned_get_attr(signer, at);
    return attribute != nullptr && X509_ATTRIBUTE_count(attribute) == 1
               ? X509_ATTRIBUTE_get0_type(attribute, 0)
               : nullptr;
}

ByteView octets_of(const ASN1_STRING* text) {
    return text == nullptr ? ByteView()
                           : ByteView(ASN1_STRING_get0_data(text),
                                      static_cast<std::size_t>(ASN1_STRING_length(text)));
}

/// DER of a SEQUENCE that an attribute holds; empty without one.
ByteView sequence_of(const ASN1_TYPE* value) {
    return value != nullptr && value->type == V_ASN1_SEQUENCE ? octets_of(value->value.sequence)
                                                              : ByteView();
}

std::optional<TimeMs> signing_time(const CMS_SignerInfo* signer) {
    const ASN1_TYPE* const value = attribute_of(signer, NID_pkcs9_signingTime, true);
    if (value == nullptr ||
        (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME)) {
        return std::nullopt;
    }
    const std::unique_ptr<ASN1_TIME, openssl::Deleter<ASN1_STRING_free>> epoch(
        ASN1_TIME_set(nullptr, 0));
    int days = 0;
    int seconds = 0;
    return ASN1_TIME_diff(&days, &seconds, epoch.get(), value->value.utctime) == 1
               ? std::optional(TimeMs{(days * 86'400LL + seconds) * 1000})
               : std::nullopt;
}

/// The certificates of the message; the one that the signer info names becomes the signer.
bool take_certificates(CMS_ContentInfo* cms, CMS_SignerInfo* info, ForeignSigner& to) {
    STACK_OF(X509)* const all = CMS_get1_certs(cms);
    const int count = sk_X509_num(all);
    for (int at = 0; at < std::min(count, certificates_max); ++at) {
        X509* const each = sk_X509_value(all, at);
        X509_up_ref(each);
        openssl::Certificate kept(each);
        if (!to.signer && CMS_SignerInfo_cert_cmp(info, each) == 0) {
            to.signer = std::move(kept);
        } else {
            to.others.push_back(std::move(kept));
        }
    }
    sk_X509_pop_free(all, X509_free);
    STACK_OF(X509_CRL)* const lists = CMS_get1_crls(cms);
    for (int at = 0; at < std::min(sk_X509_CRL_num(lists), certificates_max); ++at) {
        X509_CRL_up_ref(sk_X509_CRL_value(lists, at));
        to.lists.emplace_back(sk_X509_CRL_value(lists, at));
    }
    sk_X509_CRL_pop_free(lists, X509_CRL_free);
    return to.signer != nullptr;
}

/// The key's kind in words; empty for one that is not accepted.
std::string key_words(EVP_PKEY* key) {
    if (key != nullptr && EVP_PKEY_is_a(key, "RSA") == 1) {
        const int bits = EVP_PKEY_get_bits(key);
        return bits < rsa_bits_min ? "" : "RSA " + std::to_string(bits);
    }
    std::array<char, 64> group{};
    if (key == nullptr || EVP_PKEY_is_a(key, "EC") != 1 ||
        EVP_PKEY_get_utf8_string_param(key, "group", group.data(), group.size(), nullptr) != 1) {
        return {};
    }
    const std::string_view name = group.data();
    return name == "prime256v1"  ? "ECDSA P-256"
           : name == "secp384r1" ? "ECDSA P-384"
           : name == "secp521r1" ? "ECDSA P-521"
                                 : "";
}

/// Does signing-certificate-v2 name the signer? Nothing if there is no such attribute.
std::optional<bool> names_signer(const CMS_SignerInfo* info, const ForeignSigner& message) {
    if (CMS_signed_get_attr_by_NID(info, NID_id_smime_aa_signingCertificateV2, -1) < 0) {
        return std::nullopt;
    }
    const ByteView der =
        sequence_of(attribute_of(info, NID_id_smime_aa_signingCertificateV2, true));
    const unsigned char* at = der.data();
    const SigningCertificate named(
        der.empty() ? nullptr
                    : d2i_ESS_SIGNING_CERT_V2(nullptr, &at, static_cast<long>(der.size())));
    STACK_OF(X509)* const chain = sk_X509_new_null();
    sk_X509_push(chain, message.signer.get()); // the first name is the signer's (RFC 5035 §3)
    for (const auto& other : message.others) {
        sk_X509_push(chain, other.get());
    }
    const bool fits = named && OSSL_ESS_check_signing_certs(nullptr, named.get(), chain, 0) == 1;
    sk_X509_free(chain);
    return fits;
}

struct Opened {
    openssl::Cms cms;
    CMS_SignerInfo* signer = nullptr;
};

/// A detached SignedData with one signer and nothing but zeros behind it.
std::optional<Opened> open_message(ByteView contents) {
    const unsigned char* at = contents.data();
    Opened opened;
    opened.cms.reset(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(contents.size())));
    if (!opened.cms || !std::all_of(at, contents.data() + contents.size(),
                                    [](std::uint8_t byte) { return byte == 0; })) {
        return std::nullopt;
    }
    if (OBJ_obj2nid(CMS_get0_type(opened.cms.get())) != NID_pkcs7_signed ||
        CMS_is_detached(opened.cms.get()) != 1 ||
        OBJ_obj2nid(CMS_get0_eContentType(opened.cms.get())) != NID_pkcs7_data) {
        return std::nullopt;
    }
    STACK_OF(CMS_SignerInfo)* const signers = CMS_get0_SignerInfos(opened.cms.get());
    if (sk_CMS_SignerInfo_num(signers) != 1) {
        return std::nullopt;
    }
    opened.signer = sk_CMS_SignerInfo_value(signers, 0);
    return opened;
}

void settle(ForeignSigner& to, Reason reason, Answer answer = Answer::no) {
    to.reason = reason;
    to.answer = answer;
}

void check(CMS_SignerInfo* info, SignedRanges ranges, const ForeignDemand& demand,
           ForeignSigner& to) {
    X509_ALGOR* digest_algorithm = nullptr;
    CMS_SignerInfo_get0_algs(info, nullptr, nullptr, &digest_algorithm, nullptr);
    const auto digest = digest_kind(digest_algorithm);
    EVP_PKEY* const key = X509_get0_pubkey(to.signer.get());
    const std::string words = key_words(key);
    if (!digest || words.empty()) {
        return settle(to, Reason::weak_algorithm, Answer::unknown);
    }
    to.algorithm = words + ", " + std::string(digest->name);
    const ASN1_TYPE* const stated = attribute_of(info, NID_pkcs9_messageDigest, true);
    const ASN1_TYPE* const type = attribute_of(info, NID_pkcs9_contentType, true);
    if (stated == nullptr || stated->type != V_ASN1_OCTET_STRING || type == nullptr ||
        type->type != V_ASN1_OBJECT || OBJ_obj2nid(type->value.object) != NID_pkcs7_data) {
        return settle(to, Reason::signature_unreadable);
    }
    if (as_text(octets_of(stated->value.octet_string)) != as_text(hash_ranges(*digest, ranges))) {
        return settle(to, Reason::altered);
    }
    const auto named = names_signer(info, to);
    if (!named.value_or(!demand.must_name_signer)) {
        return settle(to, Reason::signer_not_named);
    }
    CMS_SignerInfo_set1_signer_cert(info, to.signer.get());
    if (CMS_SignerInfo_verify(info) != 1) {
        return settle(to, Reason::signature_wrong);
    }
    settle(to, Reason::signature_covers_whole_file, Answer::yes);
}

} // namespace

ForeignSigner check_foreign_cms(ByteView contents, SignedRanges ranges,
                                const ForeignDemand& demand) {
    ForeignSigner made;
    const auto opened = open_message(contents);
    if (opened && take_certificates(opened->cms.get(), opened->signer, made)) {
        made.claimed_at = signing_time(opened->signer);
        const ByteView signature = octets_of(CMS_SignerInfo_get0_signature(opened->signer));
        made.signature.assign(signature.begin(), signature.end());
        const ByteView token =
            sequence_of(attribute_of(opened->signer, NID_id_smime_aa_timeStampToken, false));
        made.timestamp.assign(token.begin(), token.end());
        check(opened->signer, ranges, demand, made);
    } else if (opened) {
        settle(made, Reason::signer_not_named);
    }
    ERR_clear_error();
    return made;
}

} // namespace songda::verifier
