#include "base/certificate.hpp"

#include <algorithm>
#include <optional>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/der.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda {
namespace {

std::optional<TimeMs> to_time(const ASN1_TIME* time) {
    const std::unique_ptr<ASN1_TIME, openssl::Deleter<ASN1_STRING_free>> epoch(
        ASN1_TIME_set(nullptr, 0));
    int days = 0;
    int seconds = 0;
    const bool read = ASN1_TIME_diff(&days, &seconds, epoch.get(), time) == 1;
    ERR_clear_error();
    return read ? std::optional(TimeMs{(days * 86'400LL + seconds) * 1000}) : std::nullopt;
}

constexpr std::string_view sample_mark = "SONGDA SAMPLE";
constexpr std::string_view document_signing = "1.3.6.1.5.5.7.3.36"; // RFC 9336
constexpr std::string_view adobe_signing = "1.2.840.113583.1.1.5";
constexpr std::string_view microsoft_signing = "1.3.6.1.4.1.311.10.3.12";

std::string name_text(const X509_NAME* name, const char* attribute) {
    const std::unique_ptr<ASN1_OBJECT, openssl::Deleter<ASN1_OBJECT_free>> wanted(
        OBJ_txt2obj(attribute, 0));
    const int at = wanted ? X509_NAME_get_index_by_OBJ(name, wanted.get(), -1) : -1;
    if (at < 0) {
        return {};
    }
    unsigned char* utf8 = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    std::string text(reinterpret_cast<const char*>(utf8),
                     size > 0 ? static_cast<std::size_t>(size) : 0);
    OPENSSL_free(utf8);
    return text;
}

using ExtendedUses = std::unique_ptr<EXTENDED_KEY_USAGE, openssl::Deleter<EXTENDED_KEY_USAGE_free>>;

/// Null without the extension, and when it stands twice. `critical`: as X509_get_ext_d2i says it.
ExtendedUses extended_uses(const X509* certificate, int* critical = nullptr) {
    return ExtendedUses(static_cast<EXTENDED_KEY_USAGE*>(
        X509_get_ext_d2i(certificate, NID_ext_key_usage, critical, nullptr)));
}

/// Does an extended key usage that it has name one of `uses_wanted`?
bool allows_use(const X509* certificate, std::initializer_list<std::string_view> uses_wanted) {
    const ExtendedUses uses = extended_uses(certificate);
    for (int i = 0; uses && i < sk_ASN1_OBJECT_num(uses.get()); ++i) {
        char text[64] = {};
        OBJ_obj2txt(text, sizeof text, sk_ASN1_OBJECT_value(uses.get(), i), 1);
        if (std::find(uses_wanted.begin(), uses_wanted.end(), text) != uses_wanted.end()) {
            return true;
        }
    }
    return false;
}

} // namespace

Result<std::vector<openssl::Certificate>> read_certificates(const std::string& path) {
    const openssl::Bio file(BIO_new_file(path.c_str(), "r"));
    if (!file) {
        ERR_clear_error();
        return Error{Fault::not_found, path + ": cannot be read"};
    }
    std::vector<openssl::Certificate> certificates;
    while (X509* const certificate = PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr)) {
        certificates.emplace_back(certificate);
    }
    ERR_clear_error(); // the end of the file is an error to OpenSSL
    if (certificates.empty()) {
        return Error{Fault::invalid_input, path + ": holds no PEM certificate"};
    }
    return certificates;
}

openssl::Certificate parse_certificate(ByteView der) {
    const unsigned char* at = der.data();
    openssl::Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    return at == der.data() + der.size() ? std::move(certificate) : nullptr;
}

Bytes certificate_der(const X509* certificate) {
    Bytes der(static_cast<std::size_t>(i2d_X509(certificate, nullptr)));
    unsigned char* at = der.data();
    i2d_X509(certificate, &at);
    return der;
}

Bytes issuer_and_serial(const X509* certificate) {
    const X509_NAME* const name = X509_get_issuer_name(certificate);
    const ASN1_INTEGER* const number = X509_get0_serialNumber(certificate);
    Bytes content(static_cast<std::size_t>(i2d_X509_NAME(name, nullptr)) +
                  static_cast<std::size_t>(i2d_ASN1_INTEGER(number, nullptr)));
    unsigned char* at = content.data();
    i2d_X509_NAME(name, &at);
    i2d_ASN1_INTEGER(number, &at);
    return der::tlv(der::tag_sequence, content);
}

Bytes public_key_der(const EVP_PKEY* key) {
    Bytes der(static_cast<std::size_t>(i2d_PUBKEY(key, nullptr)));
    unsigned char* at = der.data();
    i2d_PUBKEY(key, &at);
    return der;
}

KeyId key_id_of(ByteView public_key) {
    const Digest digest = sha256(public_key);
    KeyId id;
    std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
    return id;
}

bool is_p256(const EVP_PKEY* key) {
    char group[64] = {};
    return EVP_PKEY_is_a(key, "EC") == 1 &&
           EVP_PKEY_get_utf8_string_param(key, "group", group, sizeof group, nullptr) == 1 &&
           std::string_view(group) == "prime256v1";
}

Validity validity_of(const X509* certificate) {
    const auto first = to_time(X509_get0_notBefore(certificate));
    const auto last = to_time(X509_get0_notAfter(certificate));
    return first && last ? Validity{*first, *last} : Validity{TimeMs{1}, TimeMs{0}};
}

std::string subject_text(const X509* certificate, const char* attribute) {
    return name_text(X509_get_subject_name(certificate), attribute);
}

std::string serial_text(const X509* certificate) {
    const std::unique_ptr<BIGNUM, Deleter<BN_free>> number(
        ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), bytes.data());
    std::string text = to_hex(bytes);
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

bool is_seal_certificate(const X509* certificate) {
    X509* const shared = const_cast<X509*>(certificate); // OpenSSL caches what it read from it
    constexpr std::uint32_t usage_needed = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
    const std::uint32_t flags = X509_get_extension_flags(shared);
    if ((flags & (EXFLAG_CA | EXFLAG_INVALID)) != 0 || (flags & EXFLAG_KUSAGE) == 0 ||
        (X509_get_key_usage(shared) & usage_needed) != usage_needed) {
        return false;
    }
    return (flags & EXFLAG_XKUSAGE) == 0 || allows_use(shared, {document_signing});
}

bool is_document_signer(const X509* certificate) {
    X509* const shared = const_cast<X509*>(certificate); // OpenSSL caches what it read from it
    const std::uint32_t flags = X509_get_extension_flags(shared);
    const bool usage = (flags & EXFLAG_KUSAGE) == 0 ||
                       (X509_get_key_usage(shared) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION));
    return (flags & (EXFLAG_CA | EXFLAG_INVALID)) == 0 && usage &&
           ((flags & EXFLAG_XKUSAGE) == 0 ||
            allows_use(shared, {document_signing, adobe_signing, microsoft_signing}));
}

bool is_timestamp_certificate(const X509* certificate) {
    X509* const shared = const_cast<X509*>(certificate); // OpenSSL caches what it read from it
    const std::uint32_t flags = X509_get_extension_flags(shared);
    int critical = 0;
    const ExtendedUses uses = extended_uses(certificate, &critical);
    // A limit of the key's use may name signatures and nothing else (RFC 5280 §4.2.1.12).
    const std::uint32_t usage = X509_get_key_usage(shared);
    return (flags & (EXFLAG_CA | EXFLAG_INVALID)) == 0 && uses && critical == 1 &&
           sk_ASN1_OBJECT_num(uses.get()) == 1 &&
           OBJ_obj2nid(sk_ASN1_OBJECT_value(uses.get(), 0)) == NID_time_stamp &&
           ((flags & EXFLAG_KUSAGE) == 0 ||
            (usage != 0 &&
             (usage & ~std::uint32_t{KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION}) == 0));
}

bool is_sample_certificate(const X509* certificate) {
    return name_text(X509_get_subject_name(certificate), "O").find(sample_mark) !=
               std::string::npos ||
           name_text(X509_get_issuer_name(certificate), "O").find(sample_mark) != std::string::npos;
}

} // namespace songda
