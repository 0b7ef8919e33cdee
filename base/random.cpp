#include "base/random.hpp"

#include <openssl/rand.h>

#include "base/check.hpp"

namespace songda {

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
    // Without randomness no key, number or nonce is safe: nothing can go on.
    SONGDA_CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
}

} // namespace songda
