#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "issuer/finding.hpp"
#include "issuer/templates/template.hpp"

/// The holder's photo on its way from a decision into a document. Bytes from outside are read by
/// strict parsers of our own; nothing is decoded into pixels but the length of a PNG's data.
namespace songda::issuer {

/// 2.4 of the licence codes: at most 50 KB. Of the file as it was sent.
inline constexpr std::size_t photo_bytes_max = 50U << 10U;

/// A picture as PDF takes it, without anything that its file said beside the picture (EXIF, place,
/// device, comments: personal data).
struct Photo {
    enum class Form : std::uint8_t {
        jpeg, ///< baseline or progressive, for /DCTDecode
        png,  ///< zlib data of rows with PNG predictors, for /FlateDecode with /Predictor 15
    };
    Form form = Form::jpeg;
    unsigned width = 0;      ///< pixels
    unsigned height = 0;     ///< pixels
    unsigned components = 0; ///< 1: grey, 3: RGB (JPEG: YCbCr or RGB)
    Bytes data;
};

/// Either a photo or the rule that the bytes break (`photo_form` and what is wrong with it).
struct PhotoReading {
    Photo photo;
    std::string refusal; ///< empty: none; English, for the developer of the calling system
    [[nodiscard]] bool ok() const { return refusal.empty(); }
};

/// Takes JPEG (SOF0, SOF2; 8 bits; grey or three components) and PNG (8 bits, grey or RGB, not
/// interlaced, without transparency), told apart by their bytes. Everything has its declared
/// length, nothing stands behind the end, and no `/ByteRange` stands inside (docs/formats/pdf.md).
/// Pure; for bytes from anybody. At most photo_bytes_max.
[[nodiscard]] PhotoReading read_photo(ByteView bytes);

/// A photo of a decision, in base64, for its place: all that is wrong is told. The photo is good
/// only without findings.
[[nodiscard]] Photo take_photo(std::string_view base64, const PhotoPlace& place,
                               std::vector<Finding>& findings);

} // namespace songda::issuer
