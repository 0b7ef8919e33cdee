#include "base/sha256.hpp"

// The low-level calls are deprecated in OpenSSL 3.0, but only they give a state that is copied by
// assignment and costs no allocation; EVP needs a heap context for each copy.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "base/check.hpp"

namespace songda {
namespace {

SHA256_CTX* context(std::array<std::uint8_t, 112>& state) {
    return reinterpret_cast<SHA256_CTX*>(state.data());
}

} // namespace

Sha256::Sha256() : state_{} {
    static_assert(sizeof(SHA256_CTX) <= sizeof(state_));
    SHA256_Init(context(state_));
}

void Sha256::update(ByteView bytes) {
    SHA256_Update(context(state_), bytes.data(), bytes.size());
}

Digest Sha256::finish() {
    Digest digest;
    SHA256_Final(digest.data(), context(state_));
    return digest;
}

Digest sha256(ByteView bytes) {
    Sha256 hash; // SHA256() would look its algorithm up in OpenSSL's tables on every call
    hash.update(bytes);
    return hash.finish();
}

Digest hmac_sha256(ByteView key, ByteView message) {
    Digest digest;
    SONGDA_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(),
                      message.size(), digest.data(), nullptr) != nullptr);
    return digest;
}

} // namespace songda
