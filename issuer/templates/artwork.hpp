#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace songda::issuer {

/// One object of imported artwork, ready to stand between `N 0 obj` and `endobj`.
struct ArtworkObject {
    std::size_t number = 0;
    Bytes body;
};

/// A drawing or picture as an XObject and whatever it draws with, renumbered.
struct Artwork {
    enum class Kind : std::uint8_t {
        drawing, ///< a form XObject as large as its page: PDF, SVG
        picture, ///< an image XObject, one unit wide and high: PNG
    };
    Kind kind = Kind::drawing;
    std::size_t object = 0; ///< number of the XObject
    double width = 0;       ///< of its page in points; of a picture in pixels
    double height = 0;
    std::vector<ArtworkObject> objects;
};

/// A picture below this is coarse on paper, a drawing has no such measure.
inline constexpr double artwork_dpi_min = 150;
/// Every document of the template carries its artwork.
inline constexpr std::size_t artwork_bytes_max = 1U << 20U;
/// A3 at 300 dpi.
inline constexpr unsigned artwork_side_max = 5000;

/// Imports a department's blank form or ornament: PDF, SVG or PNG, told apart by their bytes. Runs
/// when a template is compiled or checked, never while serving (docs/decisions/artwork-import.md).
/// An SVG is turned into a PDF by `rsvg-convert` in a process of its own; it stays vector. A PNG
/// keeps its alpha as a soft mask; its colours are sRGB, whatever its file says of them. `name`
/// is what messages call the file, which is at most artwork_bytes_max long. Faults: not_found
/// (there is no rsvg-convert), invalid_input (`detail` says in English what is wrong, after the
/// name), unavailable.
[[nodiscard]] Result<Artwork> read_artwork(ByteView file, const std::string& name,
                                           std::size_t first_number);

} // namespace songda::issuer
