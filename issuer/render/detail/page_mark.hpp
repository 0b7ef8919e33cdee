#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "issuer/fonts/font_set.hpp"
#include "issuer/templates/compiled_template.hpp"

namespace songda::issuer::detail {

/// What every page says that is signed with sample keys, or that shows what would be signed; empty
/// for a genuine page.
[[nodiscard]] constexpr std::string_view mark_words(PageMark mark) {
    switch (mark) {
    case PageMark::none: return "";
    case PageMark::sample: return "样本 SAMPLE";
    case PageMark::preview: break;
    }
    return "预览 PREVIEW";
}

/// How the label near the title is set, centred on its place: real text, which copying and
/// searching find.
[[nodiscard]] TextLook mark_label(const SamplePlace& place, std::string_view style);

/// The mark behind the words as drawing operators: outlines, not text, so that copying a field's
/// words does not mix it in; so pale that they and the QR code are read through it. Fault
/// invalid_input: a character that the style's fonts do not have.
[[nodiscard]] Result<std::string> draw_mark(std::string_view words, const SamplePlace& place,
                                            const FontStyle& style);

} // namespace songda::issuer::detail
