#include "issuer/fonts/coverage.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/text_codec.hpp"
#include "issuer/fonts/common_hanzi_data.hpp"

namespace songda::issuer {
namespace {

constexpr char32_t hanzi_first = 0x4E00;
constexpr char32_t gbk_last = 0x9FA5;
constexpr char32_t extension_first = 0x3400;
constexpr char32_t extension_last = 0x4DB5;

std::u32string read_common_hanzi() {
    std::u32string all(detail::common_hanzi_others);
    const auto bits = from_base64(detail::common_hanzi_bits);
    SONGDA_CHECK(bits.has_value());
    for (std::size_t at = 0; at < bits->size() * 8; ++at) {
        if ((std::uint32_t{(*bits)[at / 8]} >> (at % 8) & 1U) != 0) {
            all += static_cast<char32_t>(hanzi_first + at);
        }
    }
    std::sort(all.begin(), all.end());
    return all;
}

bool has(const FontStyle& style, char32_t character) {
    return std::any_of(style.chain.begin(), style.chain.end(), [character](const FontFace* face) {
        return face->find_glyph(character) != nullptr;
    });
}

std::size_t count(const FontStyle& style, char32_t first, char32_t last) {
    std::size_t found = 0;
    for (char32_t character = first; character <= last; ++character) {
        found += has(style, character) ? 1U : 0U;
    }
    return found;
}

} // namespace

const std::u32string& common_hanzi() {
    static const std::u32string all = read_common_hanzi();
    return all;
}

StyleCoverage measure_coverage(const FontStyle& style) {
    StyleCoverage coverage;
    coverage.style = style.name;
    for (const char32_t character : common_hanzi()) {
        if (!has(style, character)) {
            coverage.lacking += character;
        }
    }
    coverage.common = common_hanzi().size() - coverage.lacking.size();
    coverage.gbk = count(style, hanzi_first, gbk_last);
    coverage.extension = count(style, extension_first, extension_last);
    return coverage;
}

} // namespace songda::issuer
