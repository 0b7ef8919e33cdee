#include "base/random.hpp"

#include <algorithm>
#include <array>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/check.hpp"

namespace songda {

namespace {

/// A call of the generator costs the same for 16 bytes as for some hundred, so each thread keeps a
/// stock. What was handed out does not stay in it.
class Stock {
public:
    static constexpr std::size_t share_max = 64;

    void take(std::span<std::uint8_t> bytes) {
        if (bytes.size() > bytes_.size() - next_) {
            draw(bytes_);
            next_ = 0;
        }
        const std::span<std::uint8_t> share(bytes_.data() + next_, bytes.size());
        std::copy(share.begin(), share.end(), bytes.begin());
        OPENSSL_cleanse(share.data(), share.size());
        next_ += share.size();
    }
    static void draw(std::span<std::uint8_t> bytes) {
        // Without randomness no key, number or nonce is safe: nothing can go on.
        SONGDA_CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
    }

private:
    std::array<std::uint8_t, 512> bytes_{};
    std::size_t next_ = bytes_.size();
};

} // namespace

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
    if (bytes.size() > Stock::share_max) {
        Stock::draw(bytes);
        return;
    }
    thread_local Stock stock;
    stock.take(bytes);
}

} // namespace songda
