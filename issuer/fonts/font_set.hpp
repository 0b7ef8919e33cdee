#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "issuer/fonts/font_face.hpp"

namespace songda::issuer {

/// A style of writing (仿宋, 宋, 楷, 黑) and the fonts that are asked for a character, in order.
struct FontStyle {
    std::string name;
    std::vector<const FontFace*> chain;
};

/// The fonts of a folder, listed in its fonts.toml. Immutable and safe to share between threads;
/// everything that names a face keeps the set alive by its shared_ptr.
class FontSet {
public:
    /// Faults: not_found, invalid_input (fonts.toml or a font in it; `detail` says which).
    [[nodiscard]] static Result<std::shared_ptr<const FontSet>> load(const std::string& folder);

    /// Nothing if no style has that name.
    [[nodiscard]] const FontStyle* find_style(std::string_view name) const;

private:
    std::vector<std::unique_ptr<const FontFace>> faces_;
    std::vector<FontStyle> styles_;
};

} // namespace songda::issuer
