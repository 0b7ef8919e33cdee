#include "signer/pki/client_authority.hpp"

#include <algorithm>
#include <array>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/certificate.hpp"
#include "base/sha256.hpp"
#include "signer/pki/key_file.hpp"

namespace songda::signer {
namespace {

/// A device's clock may be a little behind ours.
constexpr std::int64_t before_ms = 5 * 60'000;
constexpr std::size_t serial_bytes = 16;

Error cannot_make() {
    return {Fault::internal, "the client certificate could not be made"};
}

bool set_time(ASN1_TIME* field, TimeMs time) {
    return ASN1_TIME_adj(field, static_cast<time_t>(time.value / 1000), 0, 0) != nullptr;
}

bool set_serial(X509* certificate, Random& random) {
    std::array<std::uint8_t, serial_bytes> bytes{};
    random.fill(bytes);
    bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x3FU) | 0x40U); // positive, full length
    const std::unique_ptr<BIGNUM, Deleter<BN_free>> number(
        BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
    return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

bool set_names(X509* certificate, const X509* issuer, const std::string& name) {
    X509_NAME* const subject = X509_get_subject_name(certificate);
    const auto* const bytes = reinterpret_cast<const unsigned char*>(name.data());
    return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
           X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, bytes,
                                      static_cast<int>(name.size()), -1, 0) == 1;
}

bool add_extensions(X509* certificate, X509* issuer, const std::string& uri) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::string alternative = "URI:" + uri;
    const std::array<std::pair<int, const char*>, 6> wanted = {
        {{NID_basic_constraints, "critical,CA:FALSE"},
         {NID_key_usage, "critical,digitalSignature"},
         {NID_ext_key_usage, "clientAuth"},
         {NID_subject_alt_name, alternative.c_str()},
         {NID_subject_key_identifier, "hash"},
         {NID_authority_key_identifier, "keyid"}}};
    return std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) {
        const std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>> extension(
            X509V3_EXT_conf_nid(nullptr, &context, each.first, each.second));
        return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
    });
}

std::string to_pem(X509* certificate) {
    const openssl::Bio out(BIO_new(BIO_s_mem()));
    if (!out || PEM_write_bio_X509(out.get(), certificate) != 1) {
        return {};
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

} // namespace

Result<ClientAuthority> ClientAuthority::open(const std::string& key_path,
                                              const std::string& certificate_path) {
    auto key = read_key(key_path, Passphrase());
    if (!key.ok()) {
        return key.error();
    }
    auto certificates = read_certificates(certificate_path);
    if (!certificates.ok()) {
        return certificates.error();
    }
    X509* const own = certificates.value().front().get();
    if (X509_check_ca(own) != 1 || !is_p256(key.value().get()) ||
        X509_check_private_key(own, key.value().get()) != 1) {
        return Error{Fault::invalid_input,
                     certificate_path +
                         ": is not the certificate of an authority with the P-256 "
                         "key of " +
                         key_path};
    }
    return ClientAuthority(std::move(key).value(), std::move(certificates.value().front()));
}

Result<ClientAuthority::Issued>
ClientAuthority::issue(std::string_view request_pem, const Subject& subject, Random& random) const {
    const auto public_key = read_request(request_pem);
    if (!public_key.ok()) {
        return public_key.error();
    }
    if (!is_p256(public_key.value().get())) {
        return Error{Fault::invalid_input, "the request's key is not P-256"};
    }
    const TimeMs expires = std::min(subject.expires, validity_of(certificate_.get()).not_after);
    if (expires <= subject.now) {
        return Error{Fault::internal, "the authority of clients has expired"};
    }
    const openssl::Certificate made(X509_new());
    const bool good = made && X509_set_version(made.get(), X509_VERSION_3) == 1 &&
                      set_serial(made.get(), random) &&
                      set_time(X509_getm_notBefore(made.get()), subject.now + -before_ms) &&
                      set_time(X509_getm_notAfter(made.get()), expires) &&
                      X509_set_pubkey(made.get(), public_key.value().get()) == 1 &&
                      set_names(made.get(), certificate_.get(), subject.name) &&
                      add_extensions(made.get(), certificate_.get(), subject.uri) &&
                      X509_sign(made.get(), key_.get(), EVP_sha256()) > 0;
    if (!good) {
        return cannot_make();
    }
    Issued issued{to_pem(made.get()), sha256(certificate_der(made.get())), expires};
    return issued.pem.empty() ? Result<Issued>(cannot_make()) : Result<Issued>(std::move(issued));
}

} // namespace songda::signer
