#include "store/detail/crc32c.hpp"

#include <array>
#include <cstring>

namespace songda::store::detail {
namespace {

constexpr std::uint32_t reversed_polynomial = 0x82F63B78;

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 1U) ^ ((value & 1U) != 0 ? reversed_polynomial : 0);
        }
        table[byte] = value;
    }
    return table;
}

constexpr std::array<std::uint32_t, 256> table = make_table();

} // namespace

std::uint32_t crc32c(ByteView bytes) {
    std::uint32_t value = 0xFFFFFFFF;
#ifdef __SSE4_2__ // the processor has this very polynomial; the table is 10 times slower
    std::uint64_t wide = value;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    value = static_cast<std::uint32_t>(wide);
#endif
    for (const std::uint8_t byte : bytes) {
        value = (value >> 8U) ^ table[(value ^ byte) & 0xFFU];
    }
    return ~value;
}

} // namespace songda::store::detail
