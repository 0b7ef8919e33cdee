#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "issuer/fonts/font_set.hpp"
#include "issuer/templates/template.hpp"

namespace songda::issuer::detail {

/// What every page says that is signed with sample keys.
inline constexpr std::string_view sample_words = "样本 SAMPLE";

/// How the label near the title is set, centred on its place: real text, which copying and
/// searching find.
[[nodiscard]] TextLook sample_label(const SamplePlace& place, std::string_view style);

/// The mark behind the words as drawing operators: outlines, not text, so that copying a field's
/// words does not mix it in; so pale that they and the QR code are read through it. Fault
/// invalid_input: a character that the style's fonts do not have.
[[nodiscard]] Result<std::string> draw_sample_mark(const SamplePlace& place,
                                                   const FontStyle& style);

} // namespace songda::issuer::detail
