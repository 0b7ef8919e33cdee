#include "signer/file_signer.hpp"

#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "signer/cupboard_signer.hpp"
#include "signer/p256_key.hpp"

namespace songda::signer {
namespace {

constexpr std::size_t secure_heap_bytes = std::size_t{1} << 18U;

} // namespace

Result<std::unique_ptr<const SigningKey>> open_key_file(const std::string& path,
                                                        std::string_view passphrase) {
    auto key = P256Key::read(path, passphrase);
    if (!key.ok()) {
        return key.error();
    }
    return std::unique_ptr<const SigningKey>(
        std::make_unique<const P256Key>(std::move(key).value()));
}

Result<std::unique_ptr<Signer>> open_file_signer(const std::vector<SealFiles>& seals,
                                                 bool production, const Clock& clock) {
    std::vector<SealKeys> opened;
    for (const SealFiles& files : seals) {
        auto document_key = open_key_file(files.seal_key, files.passphrase);
        if (!document_key.ok()) {
            return document_key.error();
        }
        auto qr_key = open_key_file(files.qr_key, files.passphrase);
        if (!qr_key.ok()) {
            return qr_key.error();
        }
        opened.push_back({files.department, std::move(document_key).value(), files.seal_certificate,
                          std::move(qr_key).value()});
    }
    auto cupboard = open_seal_cupboard(std::move(opened), {}, production, clock);
    if (!cupboard.ok()) {
        return cupboard.error();
    }
    return make_signer(std::move(cupboard).value(), production);
}

bool harden_process() {
    prctl(PR_SET_DUMPABLE, 0);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    static const bool locked = CRYPTO_secure_malloc_initialized() == 0 &&
                               CRYPTO_secure_malloc_init(secure_heap_bytes, 32) == 1;
    return locked;
}

} // namespace songda::signer
