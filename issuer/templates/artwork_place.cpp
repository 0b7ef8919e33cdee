#include "issuer/templates/artwork_place.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace songda::issuer {
namespace {

/// Points, or nothing of a number for none: the usual case.
std::string spelled(double points) {
    return points == 0 ? std::string("0") : fmt::format("{:.2f}", points);
}

TemplateFinding refuse(const std::string& where, std::string rule, std::string value,
                       std::string zh, std::string en) {
    return {TemplateFinding::Weight::refusal,
            where,
            std::move(rule),
            std::move(value),
            std::move(zh),
            std::move(en)};
}

} // namespace

PlacedArtwork place_artwork(const ArtworkPlace& place, const Artwork& artwork,
                            std::string_view name, PageSize page) {
    const bool whole_page = place.width == 0;
    const double width = (whole_page ? page.width : place.width) / 100.0;
    const double height = whole_page ? page.height / 100.0 : width * artwork.height / artwork.width;
    const double y = whole_page ? 0 : place.top / 100.0 - height;
    const bool is_picture = artwork.kind == Artwork::Kind::picture;
    PlacedArtwork placed;
    placed.content = fmt::format(
        "q {:.4f} 0 0 {:.4f} {} {} cm {} Do Q\n", width / (is_picture ? 1 : artwork.width),
        height / (is_picture ? 1 : artwork.height), spelled(place.x / 100.0), spelled(y), name);
    const double dpi = std::min(artwork.width / width, artwork.height / height) * 72;
    if (is_picture && dpi < artwork_dpi_min) {
        placed.findings.push_back(
            refuse(place.name, "artwork_dpi", fmt::format("{:.0f}", dpi),
                   fmt::format("印出后仅{:.0f} dpi，应不低于{:.0f} dpi：请用更大的图，或改用SVG",
                               dpi, artwork_dpi_min),
                   fmt::format(
                       "is printed at {:.0f} dpi; {:.0f} are needed: take a larger picture, or SVG",
                       dpi, artwork_dpi_min)));
    }
    if (!whole_page && (place.x < 0 || y < 0 || place.x / 100.0 + width > page.width / 100.0 ||
                        place.top > page.height)) {
        placed.findings.push_back(
            refuse(place.name, "artwork_place", "", "图样超出纸面", "it reaches past the page"));
    }
    return placed;
}

} // namespace songda::issuer
