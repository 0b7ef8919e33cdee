#include "signer/pki/status.hpp"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "base/certificate.hpp"
#include "base/revocation_signature.hpp"
#include "base/text_codec.hpp"

namespace songda::signer {
namespace {

using Crl = std::unique_ptr<X509_CRL, Deleter<X509_CRL_free>>;
using Revoked = std::unique_ptr<X509_REVOKED, Deleter<X509_REVOKED_free>>;
using Integer = std::unique_ptr<ASN1_INTEGER, Deleter<ASN1_INTEGER_free>>;
using Time = std::unique_ptr<ASN1_TIME, Deleter<ASN1_TIME_free>>;
using GeneralizedTime = std::unique_ptr<ASN1_GENERALIZEDTIME, Deleter<ASN1_GENERALIZEDTIME_free>>;
using Enumerated = std::unique_ptr<ASN1_ENUMERATED, Deleter<ASN1_ENUMERATED_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using Object = std::unique_ptr<ASN1_OBJECT, Deleter<ASN1_OBJECT_free>>;
using Octets = std::unique_ptr<ASN1_OCTET_STRING, Deleter<ASN1_OCTET_STRING_free>>;
using BasicResponse = std::unique_ptr<OCSP_BASICRESP, Deleter<OCSP_BASICRESP_free>>;
using CertIdPart = std::unique_ptr<OCSP_CERTID, Deleter<OCSP_CERTID_free>>;
using Response = std::unique_ptr<OCSP_RESPONSE, Deleter<OCSP_RESPONSE_free>>;

constexpr const char* expired_certificates_on_crl = "2.5.29.60";

Error failed(std::string_view what) {
    ERR_clear_error();
    return Error{Fault::internal, std::string(what)};
}

time_t seconds(TimeMs time) {
    return static_cast<time_t>(time.value / 1000);
}

GeneralizedTime generalized(TimeMs time) {
    return GeneralizedTime(ASN1_GENERALIZEDTIME_set(nullptr, seconds(time)));
}

Integer serial_number(const std::string& text) {
    const Bytes bytes = from_hex(text).value_or(Bytes());
    const std::unique_ptr<BIGNUM, Deleter<BN_free>> number(
        BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
    return Integer(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
}

template <class T, int Encode(const T*, unsigned char**)>
Bytes encode(const T* value) {
    const int size = Encode(value, nullptr);
    Bytes der(static_cast<std::size_t>(std::max(size, 0)));
    unsigned char* at = der.data();
    if (size > 0) {
        Encode(value, &at);
    }
    return der;
}

bool add_entry(X509_CRL* crl, const BookEntry& entry) {
    const Revocation& revocation = *entry.revocation;
    Revoked revoked(X509_REVOKED_new());
    const Integer serial = serial_number(entry.serial);
    const Time at(ASN1_TIME_set(nullptr, seconds(revocation.at)));
    if (!revoked || !serial || !at ||
        X509_REVOKED_set_serialNumber(revoked.get(), serial.get()) != 1 ||
        X509_REVOKED_set_revocationDate(revoked.get(), at.get()) != 1) {
        return false;
    }
    if (revocation.reason->code != 0) { // RFC 5280 §5.3.1: unspecified is left out
        const Enumerated reason(ASN1_ENUMERATED_new());
        if (!reason || ASN1_ENUMERATED_set(reason.get(), revocation.reason->code) != 1 ||
            X509_REVOKED_add1_ext_i2d(revoked.get(), NID_crl_reason, reason.get(), 0, 0) != 1) {
            return false;
        }
    }
    if (revocation.invalid_since) {
        const GeneralizedTime since = generalized(*revocation.invalid_since);
        if (!since ||
            X509_REVOKED_add1_ext_i2d(revoked.get(), NID_invalidity_date, since.get(), 0, 0) != 1) {
            return false;
        }
    }
    return X509_CRL_add0_revoked(crl, revoked.release()) == 1;
}

bool add_list_extensions(X509_CRL* crl, const CrlPlan& plan) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, const_cast<X509*>(plan.issuer), nullptr, nullptr, crl, 0);
    const Extension key_id(
        X509V3_EXT_nconf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always"));
    const Integer number(ASN1_INTEGER_new());
    const GeneralizedTime since = generalized(plan.since);
    const Object kind(OBJ_txt2obj(expired_certificates_on_crl, 1));
    const Octets value(ASN1_OCTET_STRING_new());
    if (!key_id || !number || !since || !kind || !value) {
        return false;
    }
    const Bytes encoded = encode<ASN1_GENERALIZEDTIME, i2d_ASN1_GENERALIZEDTIME>(since.get());
    ASN1_OCTET_STRING_set(value.get(), encoded.data(), static_cast<int>(encoded.size()));
    const Extension expired(X509_EXTENSION_create_by_OBJ(nullptr, kind.get(), 0, value.get()));
    return X509_CRL_add_ext(crl, key_id.get(), -1) == 1 &&
           ASN1_INTEGER_set_uint64(number.get(), plan.number) == 1 &&
           X509_CRL_add1_ext_i2d(crl, NID_crl_number, number.get(), 0, 0) == 1 && expired &&
           X509_CRL_add_ext(crl, expired.get(), -1) == 1;
}

/// A response that OpenSSL takes for a certificate of the subject's.
bool add_answer(OCSP_BASICRESP* basic, OCSP_CERTID* id, const OcspPlan& plan) {
    const auto& revocation = plan.subject.revocation;
    const Time this_update(ASN1_TIME_set(nullptr, seconds(plan.times.this_update)));
    const Time next_update(ASN1_TIME_set(nullptr, seconds(plan.times.next_update)));
    const Time revoked(revocation ? ASN1_TIME_set(nullptr, seconds(revocation->at)) : nullptr);
    const int reason = revocation && revocation->reason->code != 0 ? revocation->reason->code
                                                                   : OCSP_REVOKED_STATUS_NOSTATUS;
    OCSP_SINGLERESP* const single = OCSP_basic_add1_status(
        basic, id, revocation ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD, reason,
        revoked.get(), this_update.get(), next_update.get());
    const GeneralizedTime cutoff = generalized(plan.since);
    return single != nullptr && cutoff &&
           OCSP_SINGLERESP_add1_ext_i2d(single, NID_id_pkix_OCSP_archiveCutoff, cutoff.get(), 0,
                                        0) == 1;
}

/// producedAt is the caller's time: OCSP_basic_sign would ask the system's clock, which may have
/// stepped back behind thisUpdate.
bool set_produced(OCSP_BASICRESP* basic, TimeMs time) {
    return ASN1_GENERALIZEDTIME_set(
               const_cast<ASN1_GENERALIZEDTIME*>(OCSP_resp_get0_produced_at(basic)),
               seconds(time)) != nullptr;
}

Result<OcspAnswer> make_answer(const OcspPlan& plan, ocsp::HashKind kind) {
    const EVP_MD* const hash = kind == ocsp::HashKind::sha1 ? EVP_sha1() : EVP_sha256();
    const Integer serial = serial_number(plan.subject.serial);
    const CertIdPart id(OCSP_cert_id_new(hash, X509_get_subject_name(plan.issuer),
                                         X509_get0_pubkey_bitstr(plan.issuer), serial.get()));
    const BasicResponse basic(OCSP_BASICRESP_new());
    const SigningContext context = signing_context(plan.key);
    if (!serial || !id || !basic || !add_answer(basic.get(), id.get(), plan) ||
        !set_produced(basic.get(), plan.times.this_update) || !context ||
        OCSP_basic_sign_ctx(basic.get(), const_cast<X509*>(plan.responder), context.get(), nullptr,
                            OCSP_NOTIME | OCSP_RESPID_KEY) != 1) {
        return failed("the status answer cannot be made");
    }
    const Response response(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
    ASN1_OCTET_STRING* name_hash = nullptr;
    ASN1_OCTET_STRING* key_hash = nullptr;
    OCSP_id_get0_info(&name_hash, nullptr, &key_hash, nullptr, id.get());
    const auto bytes = [](const ASN1_OCTET_STRING* string) {
        const unsigned char* const data = ASN1_STRING_get0_data(string);
        return Bytes(data, data + ASN1_STRING_length(string));
    };
    const Bytes number = from_hex(plan.subject.serial).value_or(Bytes());
    OcspAnswer answer{ocsp::file_name({kind, bytes(name_hash), bytes(key_hash), number}),
                      encode<OCSP_RESPONSE, i2d_OCSP_RESPONSE>(response.get())};
    const auto times = ocsp::response_times(answer.der);
    if (!times || times->next_update.value / 1000 != plan.times.next_update.value / 1000) {
        return failed("the status answer cannot be read again");
    }
    return answer;
}

} // namespace

Result<Bytes> make_crl(const CrlPlan& plan) {
    const Crl crl(X509_CRL_new());
    const Time this_update(ASN1_TIME_set(nullptr, seconds(plan.times.this_update)));
    const Time next_update(ASN1_TIME_set(nullptr, seconds(plan.times.next_update)));
    if (!crl || !this_update || !next_update ||
        X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2) != 1 ||
        X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(plan.issuer)) != 1 ||
        X509_CRL_set1_lastUpdate(crl.get(), this_update.get()) != 1 ||
        X509_CRL_set1_nextUpdate(crl.get(), next_update.get()) != 1 ||
        !add_list_extensions(crl.get(), plan)) {
        return failed("the revocation list cannot be made");
    }
    for (const BookEntry* const entry : plan.revoked) {
        if (!add_entry(crl.get(), *entry)) {
            return failed("the revocation list cannot be made");
        }
    }
    const SigningContext context = signing_context(plan.key);
    if (X509_CRL_sort(crl.get()) != 1 || !context ||
        X509_CRL_sign_ctx(crl.get(), context.get()) <= 0 ||
        !is_list_signed_by(crl.get(), X509_get0_pubkey(plan.issuer))) {
        return failed("the revocation list cannot be signed");
    }
    return encode<X509_CRL, i2d_X509_CRL>(crl.get());
}

std::optional<CrlFacts> read_crl(ByteView der, const X509* issuer) {
    const unsigned char* at = der.data();
    const Crl crl(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
    const Integer number(static_cast<ASN1_INTEGER*>(
        crl ? X509_CRL_get_ext_d2i(crl.get(), NID_crl_number, nullptr, nullptr) : nullptr));
    std::uint64_t value = 0;
    const bool read = number && ASN1_INTEGER_get_uint64(&value, number.get()) == 1 &&
                      is_list_signed_by(crl.get(), X509_get0_pubkey(issuer));
    ERR_clear_error();
    const auto times = ocsp::crl_times(der);
    return read && times ? std::optional(CrlFacts{value, *times}) : std::nullopt;
}

Result<std::vector<OcspAnswer>> make_ocsp_answers(const OcspPlan& plan) {
    std::vector<OcspAnswer> answers;
    for (const ocsp::HashKind kind : {ocsp::HashKind::sha1, ocsp::HashKind::sha256}) {
        auto answer = make_answer(plan, kind);
        if (!answer.ok()) {
            return answer.error();
        }
        answers.push_back(std::move(answer).value());
    }
    return answers;
}

} // namespace songda::signer
