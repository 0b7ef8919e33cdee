#include "base/sign_bytes.hpp"

#include <algorithm>
#include <memory>

#include <openssl/err.h>

#include "base/deleter.hpp"

namespace songda {

Bytes sign_bytes(EVP_PKEY* key, const EVP_MD* hash, ByteView text) {
    const std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
    Bytes signature(static_cast<std::size_t>(std::max(EVP_PKEY_get_size(key), 0)));
    std::size_t size = signature.size();
    if (!context || EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &size, text.data(), text.size()) != 1) {
        ERR_clear_error();
        return {};
    }
    signature.resize(size);
    return signature;
}

} // namespace songda
