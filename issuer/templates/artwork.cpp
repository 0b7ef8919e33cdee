#include "issuer/templates/artwork.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/child_program.hpp"
#include "issuer/render/detail/compiled.hpp"
#include "issuer/render/png.hpp"
#include "issuer/templates/artwork_pdf.hpp"

namespace songda::issuer {

using namespace detail;

namespace {

Error refuse(std::string why) {
    return {Fault::invalid_input, std::move(why)};
}

Bytes make_stream(const std::string& head, ByteView data) {
    Bytes body;
    append(body, fmt::format("<<{}/Length {}>>stream\n", head, data.size()));
    append(body, data);
    append(body, "\nendstream");
    return body;
}

Result<Artwork> import_png(ByteView file, std::size_t first_number) {
    const Png png = read_png(file, {artwork_side_max, true});
    if (!png.ok()) {
        return refuse(png.refusal + "; save it as PNG, 8 bits, RGB or RGBA");
    }
    Artwork artwork{
        Artwork::Kind::picture, first_number, double(png.width), double(png.height), {}};
    const std::string size =
        fmt::format("/Type/XObject/Subtype/Image/Width {}/Height {}/BitsPerComponent 8"
                    "/Filter/FlateDecode",
                    png.width, png.height);
    // The profile of the output intent is sRGB's (issuer/render/detail/colour_profile.hpp).
    const std::string space = png.components == 1 ? "/ColorSpace/DeviceGray"
                                                  : fmt::format("/ColorSpace[/ICCBased {} 0 R]",
                                                                std::size_t{object_colour_profile});
    if (!png.alpha) {
        const std::string rows = fmt::format("/DecodeParms<</Predictor 15/Colors {}/Columns {}>>",
                                             png.components, png.width);
        artwork.objects.push_back({first_number, make_stream(size + space + rows, png.data)});
    } else {
        const PngPlanes planes = split_alpha(png);
        const std::string mask = fmt::format("/SMask {} 0 R", first_number + 1);
        artwork.objects.push_back({first_number, make_stream(size + space + mask, planes.colours)});
        artwork.objects.push_back(
            {first_number + 1, make_stream(size + "/ColorSpace/DeviceGray", planes.alpha)});
    }
    return artwork;
}

/// librsvg opens nothing outside of what it is given on its standard input, and says nothing of
/// what it left out: whoever drew it is told instead.
bool refers_outside(std::string_view svg) {
    static constexpr std::array<std::string_view, 2> names = {"href=", "url("};
    for (const std::string_view name : names) {
        for (std::size_t at = svg.find(name); at != std::string_view::npos;
             at = svg.find(name, at + 1)) {
            std::string_view target = svg.substr(at + name.size());
            const std::size_t skipped = target.find_first_not_of(" \t\r\n\"'");
            target.remove_prefix(std::min(skipped, target.size()));
            if (!target.starts_with('#') && !target.starts_with("data:")) {
                return true;
            }
        }
    }
    return svg.find("@import") != std::string_view::npos;
}

Result<Artwork> import_svg(ByteView file, std::size_t first_number) {
    if (refers_outside(as_text(file))) {
        return refuse("it refers to another file, which is not loaded; put everything into it");
    }
    const auto pdf = run_child(
        {.words = {"rsvg-convert", "--format=pdf"}, .output_bytes_max = artwork_bytes_max * 4},
        file);
    if (!pdf.ok()) {
        return pdf.error().fault == Fault::not_found
                   ? Error{Fault::not_found, "SVG needs rsvg-convert (Debian: librsvg2-bin)"}
                   : pdf.error();
    }
    return import_pdf(pdf.value(), first_number, PdfText::refused);
}

Result<Artwork> import(ByteView file, std::size_t first_number) {
    const std::string_view text = as_text(file);
    if (file.size() > artwork_bytes_max) {
        return refuse(fmt::format("it has {} bytes, at most {}: every document carries it",
                                  file.size(), artwork_bytes_max));
    }
    if (text.starts_with(png_signature)) {
        return import_png(file, first_number);
    }
    if (text.starts_with("%PDF-")) {
        return import_pdf(file, first_number, PdfText::embedded);
    }
    return text.find("<svg") != std::string_view::npos
               ? import_svg(file, first_number)
               : refuse("it is neither PDF, SVG nor PNG by its bytes");
}

/// The verifier takes the first `/ByteRange[` of a file for its signature, so that no string or
/// stream of the artwork may hold these bytes.
bool holds_signature_mark(const Artwork& artwork) {
    return std::any_of(artwork.objects.begin(), artwork.objects.end(), [](const auto& object) {
        return as_text(object.body).find("/ByteRange") != std::string_view::npos;
    });
}

} // namespace

Result<Artwork> read_artwork(ByteView file, const std::string& name, std::size_t first_number) {
    auto artwork = import(file, first_number);
    if (artwork.ok() && holds_signature_mark(artwork.value())) {
        artwork = refuse("the artwork holds /ByteRange");
    }
    if (!artwork.ok()) {
        return Error{artwork.error().fault, name + ": " + artwork.error().detail};
    }
    return artwork;
}

} // namespace songda::issuer
