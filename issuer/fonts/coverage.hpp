#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "issuer/fonts/font_set.hpp"

namespace songda::issuer {

/// The 8 105 characters of 通用规范汉字表 (国发〔2013〕23号), in the order of their code points:
/// what names and places of people are written with by law. Safe to share between threads.
[[nodiscard]] const std::u32string& common_hanzi();

inline constexpr std::size_t gbk_hanzi_count = 20'902;      ///< U+4E00–9FA5
inline constexpr std::size_t extension_hanzi_count = 6'582; ///< U+3400–4DB5

/// How much of the writing a style's fonts can set together.
struct StyleCoverage {
    std::string style;
    bool sets_values = false;  ///< free text of a decision is set in it
    std::size_t common = 0;    ///< of common_hanzi
    std::size_t gbk = 0;       ///< of gbk_hanzi_count, all of which GBK has
    std::size_t extension = 0; ///< of extension_hanzi_count, which GB 18030-2022 level 1 adds
    std::u32string lacking;    ///< of common_hanzi
};

/// Asks every font of the chain for every character: a tenth of a second for each style of a set,
/// the first time.
[[nodiscard]] StyleCoverage measure_coverage(const FontStyle& style);

} // namespace songda::issuer
