#pragma once

#include <vector>

#include "issuer/render/value_check.hpp"
#include "issuer/templates/template_finding.hpp"

/// Where words came to stand, measured anew from their glyphs: the check of the layout's own rules.
namespace songda::issuer::detail {

/// Refusals (`overflow`): lines that leave the width of their place, or the page.
[[nodiscard]] std::vector<TemplateFinding> find_overflow(const CompiledTemplate::Impl& compiled,
                                                         const PlacedValues& placed);

/// Warnings (`overlap`): lines of two texts, or of one and the code or the photo, that stand on
/// each other on the first page.
[[nodiscard]] std::vector<TemplateFinding> find_overlaps(const CompiledTemplate::Impl& compiled,
                                                         const PlacedValues& placed);

} // namespace songda::issuer::detail
