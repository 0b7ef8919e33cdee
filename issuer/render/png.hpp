#pragma once

#include <string>

#include "base/bytes.hpp"

/// PNG (ISO/IEC 15948) as PDF takes it. Strict, for bytes from anybody; pure.
namespace songda::issuer {

struct PngLimits {
    unsigned side_max = 0; ///< pixels
    bool alpha = false;    ///< pictures with an alpha channel are taken
};

/// A picture of 8 bits a channel without anything that its file said beside it.
struct Png {
    unsigned width = 0;      ///< pixels
    unsigned height = 0;     ///< pixels
    unsigned components = 0; ///< colours: 1 grey, 3 RGB
    bool alpha = false;      ///< one more channel behind them
    /// The file's own zlib data: rows with a filter byte before each, sound to their end.
    Bytes data;
    std::string refusal; ///< what is wrong with the bytes; empty: nothing

    [[nodiscard]] bool ok() const { return refusal.empty(); }
};

inline constexpr std::string_view png_signature("\x89PNG\r\n\x1A\n", 8);

/// Takes grey or RGB of 8 bits, not interlaced, without palette. Everything has its declared
/// length and checksum, and nothing stands behind the end.
[[nodiscard]] Png read_png(ByteView bytes, const PngLimits& limits);

/// The channels of a picture with alpha apart, filters undone, packed again without predictor.
struct PngPlanes {
    Bytes colours;
    Bytes alpha;
};
[[nodiscard]] PngPlanes split_alpha(const Png& png);

} // namespace songda::issuer
