#define OPENSSL_SUPPRESS_DEPRECATED // RSA and EC keys as structures of their own
#include "delivery/channels/key_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/dead_stack.hpp"
#include "base/open_file.hpp"

namespace songda::delivery {
namespace {

using PrivateKeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Deleter<PKCS8_PRIV_KEY_INFO_free>>;

constexpr std::size_t file_bytes_max = 16384;
/// The private key octets of RFC 8410: an OCTET STRING of 32 bytes in the OCTET STRING.
constexpr std::size_t ed25519_octets = 34;

/// Memory of the secure heap; wiped when it goes.
struct Wiped {
    unsigned char* bytes = nullptr;
    std::size_t size = 0;

    Wiped() = default;
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;
    ~Wiped() { OPENSSL_secure_clear_free(bytes, size); }
};

/// The whole file into `to.bytes`, which ends behind it; its size.
Result<std::size_t> read_file(const std::string& path, Wiped& to) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat state {};
    if (file.get() < 0 || fstat(file.get(), &state) != 0) {
        return file_error(path, errno);
    }
    if ((state.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
        return Error{Fault::forbidden,
                     path + ": others may use this private key 私钥文件权限过宽; chmod 600"};
    }
    to.bytes = static_cast<unsigned char*>(OPENSSL_secure_zalloc(file_bytes_max));
    to.size = file_bytes_max;
    std::size_t have = 0;
    while (to.bytes != nullptr && have < file_bytes_max) {
        const ssize_t got = read(file.get(), to.bytes + have, file_bytes_max - have);
        if (got < 0 && errno != EINTR) {
            return file_error(path, errno);
        }
        if (got == 0) {
            return have;
        }
        have += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return Error{Fault::invalid_input, path + ": is too large for a private key"};
}

/// Not by OpenSSL's decoders, which leave copies in the ordinary heap: its plain reading puts the
/// numbers into the secure one at once.
openssl::Pkey rsa_key(ByteView der) {
    const unsigned char* at = der.data();
    std::unique_ptr<RSA, Deleter<RSA_free>> rsa(
        d2i_RSAPrivateKey(nullptr, &at, static_cast<long>(der.size())));
    openssl::Pkey key(EVP_PKEY_new());
    if (!rsa || !key || EVP_PKEY_assign(key.get(), EVP_PKEY_RSA, rsa.get()) != 1) {
        return nullptr;
    }
    (void)rsa.release();
    return key;
}

/// ECPrivateKey (RFC 5915); the curve stands beside it, in the algorithm.
openssl::Pkey p256_key(ByteView der) {
    std::unique_ptr<EC_KEY, Deleter<EC_KEY_free>> ec(
        EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
    EC_KEY* raw = ec.get();
    const unsigned char* at = der.data();
    openssl::Pkey key(EVP_PKEY_new());
    if (!ec || !key || d2i_ECPrivateKey(&raw, &at, static_cast<long>(der.size())) == nullptr ||
        EC_GROUP_get_curve_name(EC_KEY_get0_group(raw)) != NID_X9_62_prime256v1 ||
        EC_KEY_check_key(raw) != 1 || EVP_PKEY_assign(key.get(), EVP_PKEY_EC, raw) != 1) {
        return nullptr;
    }
    (void)ec.release();
    return key;
}

/// PrivateKeyInfo (RFC 5208), which wipes its content when it goes.
openssl::Pkey key_of(const PKCS8_PRIV_KEY_INFO* info) {
    const ASN1_OBJECT* kind = nullptr;
    const unsigned char* octets = nullptr;
    int size = 0;
    if (info == nullptr || PKCS8_pkey_get0(&kind, &octets, &size, nullptr, info) != 1) {
        return nullptr;
    }
    const ByteView bytes(octets, static_cast<std::size_t>(size));
    if (OBJ_obj2nid(kind) == NID_rsaEncryption) {
        return rsa_key(bytes);
    }
    if (OBJ_obj2nid(kind) == NID_X9_62_id_ecPublicKey) {
        return p256_key(bytes);
    }
    if (OBJ_obj2nid(kind) == NID_ED25519 && bytes.size() == ed25519_octets && bytes[0] == 4 &&
        bytes[1] == 32) {
        return openssl::Pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                                          bytes.data() + 2, bytes.size() - 2));
    }
    return nullptr;
}

/// Null: no key of these kinds.
openssl::Pkey parse_key(ByteView pem) {
    const openssl::Bio text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    Wiped der;
    char* name = nullptr;
    long size = 0;
    // Without a passphrase OpenSSL would ask at the terminal.
    const auto nothing = [](char*, int, int, void*) { return -1; };
    if (PEM_bytes_read_bio_secmem(&der.bytes, &size, &name, PEM_STRING_EVP_PKEY, text.get(),
                                  nothing, nullptr) != 1) {
        return nullptr;
    }
    der.size = static_cast<std::size_t>(size);
    const std::string kind = name;
    OPENSSL_secure_free(name);
    if (kind == PEM_STRING_RSA) {
        return rsa_key({der.bytes, der.size});
    }
    const unsigned char* at = der.bytes;
    const PrivateKeyInfo info(
        kind == PEM_STRING_PKCS8INF ? d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, size) : nullptr);
    return key_of(info.get());
}

} // namespace

Result<openssl::Pkey> read_key_file(const std::string& path) {
    Wiped file;
    const auto size = read_file(path, file);
    if (!size.ok()) {
        return size.error();
    }
    openssl::Pkey key = parse_key({file.bytes, size.value()});
    ERR_clear_error();
    wipe_dead_stack();
    if (!key) {
        return Error{Fault::invalid_input,
                     path +
                         ": not an RSA, Ed25519 or P-256 private key in PEM, without passphrase"};
    }
    return key;
}

} // namespace songda::delivery
