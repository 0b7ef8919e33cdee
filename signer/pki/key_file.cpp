#include "signer/pki/key_file.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "base/certificate.hpp"
#include "base/durable_file.hpp"
#include "base/folder.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "signer/key_scalar.hpp"

namespace songda::signer {
namespace {

constexpr std::size_t request_bytes_max = 16U << 10U;
// More than 32 MiB of memory OpenSSL 3.0 refuses; this takes 16 MiB and about 60 ms.
constexpr std::uint64_t scrypt_n = 16384;
constexpr std::uint64_t scrypt_r = 8;
constexpr std::uint64_t scrypt_p = 1;

using KeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Deleter<PKCS8_PRIV_KEY_INFO_free>>;
using EncryptedKey = std::unique_ptr<X509_SIG, Deleter<X509_SIG_free>>;

Error openssl_failed(std::string_view what) {
    ERR_clear_error();
    return Error{Fault::internal, std::string(what)};
}

/// The PKCS#8 PEM in a BIO that wipes its memory.
Result<openssl::Bio> key_pem(EVP_PKEY* key, const std::string& passphrase) {
    openssl::Bio out(BIO_new(BIO_s_secmem()));
    const KeyInfo info(EVP_PKEY2PKCS8(key));
    if (!out || !info) {
        return openssl_failed("the key cannot be encoded");
    }
    if (passphrase.empty()) {
        return PEM_write_bio_PKCS8_PRIV_KEY_INFO(out.get(), info.get()) == 1
                   ? Result(std::move(out))
                   : openssl_failed("the key cannot be encoded");
    }
    X509_ALGOR* const cipher =
        PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nullptr, 0, nullptr, scrypt_n, scrypt_r, scrypt_p);
    X509_SIG* const made =
        cipher == nullptr ? nullptr
                          : PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()),
                                           info.get(), cipher);
    if (made == nullptr) {
        X509_ALGOR_free(cipher);
        return openssl_failed("the key cannot be encrypted");
    }
    const EncryptedKey encrypted(made);
    return PEM_write_bio_PKCS8(out.get(), encrypted.get()) == 1
               ? Result(std::move(out))
               : openssl_failed("the key cannot be encoded");
}

} // namespace

Result<openssl::Pkey> make_key(Suite suite) {
    // EVP_EC_gen("SM2") would give an EC key on that curve, which signs ECDSA.
    openssl::Pkey key(suite == Suite::sm2 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2")
                                          : EVP_EC_gen("P-256"));
    return key ? Result(std::move(key)) : openssl_failed("no key could be made");
}

Result<void> write_key(const std::string& path, EVP_PKEY* key, const Passphrase& passphrase) {
    if (is_there(path)) {
        return Error{Fault::conflict, path + ": there is a key already; keys are never replaced"};
    }
    const auto pem = key_pem(key, passphrase.reveal());
    if (!pem.ok()) {
        return pem.error();
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(pem.value().get(), &text);
    return replace_file(path, {text, static_cast<std::size_t>(size)}, 0600);
}

Result<openssl::Pkey> read_key(const std::string& path, const Passphrase& passphrase) {
    const auto scalar = KeyScalar::read(path, passphrase.reveal());
    if (!scalar.ok()) {
        return scalar.error();
    }
    auto key = make_pkey(scalar.value());
    return key ? Result(std::move(key))
               : Error{Fault::invalid_input, path + ": neither a P-256 nor an SM2 key"};
}

Result<openssl::Pkey> keep_key(const std::string& path, const Passphrase& passphrase, Suite suite) {
    if (is_there(path)) {
        auto kept = read_key(path, passphrase);
        if (kept.ok() && suite_of(kept.value().get()) != suite) {
            return Error{Fault::invalid_input, path + ": there is a key of another suite than " +
                                                   std::string(suite_name(suite))};
        }
        return kept;
    }
    auto key = make_key(suite);
    if (!key.ok()) {
        return key.error();
    }
    const auto written = write_key(path, key.value().get(), passphrase);
    return written.ok() ? std::move(key) : written.error();
}

Result<std::string> write_request(EVP_PKEY* key, const X509_NAME* name) {
    const SigningContext context = signing_context(key);
    const CertificateRequest request(X509_REQ_new());
    const openssl::Bio out(BIO_new(BIO_s_mem()));
    if (!request || !out || X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
        X509_REQ_set_subject_name(request.get(), name) != 1 ||
        X509_REQ_set_pubkey(request.get(), key) != 1 || !context ||
        X509_REQ_sign_ctx(request.get(), context.get()) <= 0 ||
        PEM_write_bio_X509_REQ(out.get(), request.get()) != 1) {
        return openssl_failed("the request cannot be made");
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
}

Result<openssl::Pkey> read_request(std::string_view pem) {
    if (pem.size() > request_bytes_max) {
        return Error{Fault::invalid_input, "the request is too large"};
    }
    const openssl::Bio in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const CertificateRequest request(PEM_read_bio_X509_REQ(in.get(), nullptr, nullptr, nullptr));
    openssl::Pkey key(request ? X509_REQ_get_pubkey(request.get()) : nullptr);
    const bool proven = key && is_signed_by(request.get(), key.get());
    ERR_clear_error();
    if (!request || !key) {
        return Error{Fault::invalid_input, "not a certificate request in PEM"};
    }
    if (!suite_of(key.get())) {
        return Error{Fault::invalid_input, "the request is for neither a P-256 nor an SM2 key"};
    }
    if (!proven) {
        return Error{Fault::invalid_input,
                     "the request is not signed by its key: nobody showed to have the private one"};
    }
    return key;
}

std::string public_key_hash(const EVP_PKEY* key) {
    return to_hex(sha256(public_key_der(key)));
}

} // namespace songda::signer
