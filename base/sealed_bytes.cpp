#include "base/sealed_bytes.hpp"

#include <memory>

#include <openssl/evp.h>

#include "base/check.hpp"
#include "base/deleter.hpp"

namespace songda {
namespace {

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;

constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;

/// Of what was taken in so far, all steps went well.
class Gcm {
public:
    Gcm(ByteView key, ByteView nonce, bool sealing) : cipher_(EVP_CIPHER_CTX_new()) {
        SONGDA_CHECK(key.size() == key_bytes && nonce.size() == nonce_bytes);
        good_ = cipher_ && EVP_CipherInit_ex(cipher_.get(), EVP_aes_256_gcm(), nullptr, key.data(),
                                             nonce.data(), sealing ? 1 : 0) == 1;
    }
    void about(ByteView bytes) {
        int size = 0;
        good_ = good_ && EVP_CipherUpdate(cipher_.get(), nullptr, &size, bytes.data(),
                                          static_cast<int>(bytes.size())) == 1;
    }
    Bytes through(ByteView in) {
        Bytes out(in.size());
        int size = 0;
        good_ = good_ && EVP_CipherUpdate(cipher_.get(), out.data(), &size, in.data(),
                                          static_cast<int>(in.size())) == 1;
        return out;
    }
    Bytes tag() {
        Bytes tag(tag_bytes);
        finish();
        good_ = good_ && EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes,
                                             tag.data()) == 1;
        return tag;
    }
    [[nodiscard]] bool holds(Bytes tag) {
        good_ = good_ && EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes,
                                             tag.data()) == 1;
        finish();
        return good_;
    }
    [[nodiscard]] bool good() const { return good_; }

private:
    void finish() {
        std::uint8_t rest[EVP_MAX_BLOCK_LENGTH];
        int size = 0;
        good_ = good_ && EVP_CipherFinal_ex(cipher_.get(), rest, &size) == 1;
    }

    Cipher cipher_;
    bool good_ = false;
};

} // namespace

Bytes seal_bytes(ByteView text, ByteView key, ByteView about, Random& random) {
    Bytes sealed(nonce_bytes);
    random.fill(sealed);
    Gcm gcm(key, sealed, true);
    gcm.about(about);
    append(sealed, gcm.through(text));
    append(sealed, gcm.tag());
    SONGDA_CHECK(gcm.good()); // nothing but memory can fail
    return sealed;
}

std::optional<Bytes> open_bytes(ByteView sealed, ByteView key, ByteView about) {
    if (sealed.size() < nonce_bytes + tag_bytes) {
        return std::nullopt;
    }
    const ByteView tag = sealed.last(tag_bytes);
    Gcm gcm(key, sealed.first(nonce_bytes), false);
    gcm.about(about);
    Bytes text = gcm.through(sealed.subspan(nonce_bytes, sealed.size() - nonce_bytes - tag_bytes));
    return gcm.holds(Bytes(tag.begin(), tag.end())) ? std::optional(std::move(text)) : std::nullopt;
}

} // namespace songda
