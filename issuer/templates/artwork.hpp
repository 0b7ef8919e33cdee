#pragma once

#include <cstddef>
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

/// The first page of a PDF as a form XObject and whatever it draws with, renumbered.
struct Artwork {
    std::size_t form = 0; ///< number of the form XObject
    double width = 0;     ///< of its page, points
    double height = 0;
    std::vector<ArtworkObject> objects;
};

/// Imports a department's blank form or ornament. The only place where a PDF made elsewhere is
/// parsed, with PoDoFo, when a template is compiled, never while serving. Takes what is reachable
/// from the page's resources and nothing else. Fault invalid_input: encrypted, scripts, actions,
/// embedded files, a signature, fonts that are not embedded; `name` is what messages call the file.
[[nodiscard]] Result<Artwork> read_artwork(ByteView file, const std::string& name,
                                           std::size_t first_number);

} // namespace songda::issuer
