#include "base/certificate.hpp"

#include <algorithm>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/sha256.hpp"

namespace songda {
namespace {

TimeMs to_time(const ASN1_TIME* time) {
    const std::unique_ptr<ASN1_TIME, openssl::Deleter<ASN1_STRING_free>> epoch(
        ASN1_TIME_set(nullptr, 0));
    int days = 0;
    int seconds = 0;
    SONGDA_CHECK(ASN1_TIME_diff(&days, &seconds, epoch.get(), time) == 1);
    return {(days * 86'400LL + seconds) * 1000};
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

Bytes certificate_der(const X509* certificate) {
    Bytes der(static_cast<std::size_t>(i2d_X509(certificate, nullptr)));
    unsigned char* at = der.data();
    i2d_X509(certificate, &at);
    return der;
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
    return {to_time(X509_get0_notBefore(certificate)), to_time(X509_get0_notAfter(certificate))};
}

std::string subject_text(const X509* certificate, const char* attribute) {
    const X509_NAME* const subject = X509_get_subject_name(certificate);
    const std::unique_ptr<ASN1_OBJECT, openssl::Deleter<ASN1_OBJECT_free>> wanted(
        OBJ_txt2obj(attribute, 0));
    const int at = wanted ? X509_NAME_get_index_by_OBJ(subject, wanted.get(), -1) : -1;
    if (at < 0) {
        return {};
    }
    unsigned char* utf8 = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    std::string text(reinterpret_cast<const char*>(utf8),
                     size > 0 ? static_cast<std::size_t>(size) : 0);
    OPENSSL_free(utf8);
    return text;
}

bool is_sample_certificate(const X509* certificate) {
    return subject_text(certificate, "O").find("SONGDA SAMPLE") != std::string::npos;
}

} // namespace songda
