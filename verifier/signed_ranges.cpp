#include "verifier/signed_ranges.hpp"

#include <memory>

#include "base/check.hpp"
#include "base/deleter.hpp"

namespace songda::verifier {

std::optional<DigestKind> digest_kind(const X509_ALGOR* algorithm) {
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    switch (OBJ_obj2nid(object)) {
    case NID_sha256: return DigestKind{EVP_sha256(), "SHA-256"};
    case NID_sha384: return DigestKind{EVP_sha384(), "SHA-384"};
    case NID_sha512: return DigestKind{EVP_sha512(), "SHA-512"};
    default: return std::nullopt;
    }
}

Bytes hash_ranges(const DigestKind& kind, SignedRanges ranges) {
    const std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
    SONGDA_CHECK(context && EVP_DigestInit_ex(context.get(), kind.function, nullptr) == 1);
    for (const ByteView range : ranges) {
        SONGDA_CHECK(EVP_DigestUpdate(context.get(), range.data(), range.size()) == 1);
    }
    Bytes made(static_cast<std::size_t>(EVP_MD_get_size(kind.function)));
    SONGDA_CHECK(EVP_DigestFinal_ex(context.get(), made.data(), nullptr) == 1);
    return made;
}

} // namespace songda::verifier
