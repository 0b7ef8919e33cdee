#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "issuer/templates/artwork.hpp"
#include "issuer/templates/template.hpp"
#include "issuer/templates/template_finding.hpp"

namespace songda::issuer {

struct PageSize {
    Centipoints width = 0;
    Centipoints height = 0;
};

/// Artwork at its place on a page.
struct PlacedArtwork {
    std::string content;                   ///< the operators that draw it
    std::vector<TemplateFinding> findings; ///< refusals: too coarse to print, past the page
};

/// `name`: of the XObject in the page's resources, `/Art`. Pure.
[[nodiscard]] PlacedArtwork place_artwork(const ArtworkPlace& place, const Artwork& artwork,
                                          std::string_view name, PageSize page);

} // namespace songda::issuer
