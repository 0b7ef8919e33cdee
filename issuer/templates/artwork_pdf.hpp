#pragma once

#include "issuer/templates/artwork.hpp"

namespace songda::issuer::detail {

enum class PdfText : std::uint8_t {
    embedded, ///< text is taken if its fonts are in the file
    refused,
};

/// The first page of a PDF (artwork.hpp). The only place where a PDF made elsewhere is parsed, with
/// PoDoFo. Takes what is reachable from the page's resources and nothing else. Fault invalid_input:
/// encrypted, scripts, actions, embedded files, a signature, fonts that are not embedded.
[[nodiscard]] Result<Artwork> import_pdf(ByteView file, std::size_t first_number, PdfText text);

} // namespace songda::issuer::detail
