#include "issuer/render/png.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#define ZLIB_CONST
#include <zlib.h>

#include "issuer/render/detail/byte_walk.hpp"
#include "issuer/render/detail/deflate.hpp"

namespace songda::issuer {

using detail::ByteWalk;

namespace {

std::size_t channels(const Png& png) {
    return std::size_t{png.components} + (png.alpha ? 1U : 0U);
}

std::size_t row_bytes(const Png& png) {
    return png.width * channels(png) + 1;
}

/// The rows with their filters. Empty when the data are not
/// exactly that long.
Bytes inflate_rows(const Png& png) {
    Bytes rows(row_bytes(png) * png.height + 1); // one more, so that too many are seen
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) {
        return {};
    }
    stream.next_in = png.data.data();
    stream.avail_in = static_cast<uInt>(png.data.size());
    stream.next_out = rows.data();
    stream.avail_out = static_cast<uInt>(rows.size());
    const int state = inflate(&stream, Z_FINISH);
    const bool whole = state == Z_STREAM_END && stream.avail_out == 1 && stream.avail_in == 0;
    inflateEnd(&stream);
    rows.resize(whole ? rows.size() - 1 : 0);
    return rows;
}

class PngReader {
public:
    PngReader(ByteView bytes, const PngLimits& limits) : walk_(bytes), limits_(limits) {}

    Png run() {
        walk_.take(png_signature.size());
        while (walk_.ok() && !ended_) {
            chunk();
        }
        if (walk_.ok() && !walk_.rest().empty()) {
            walk_.refuse("something stands behind its end");
        }
        if (walk_.ok()) {
            check_data();
        }
        png_.refusal = walk_.refusal;
        return std::move(png_);
    }

private:
    void chunk() {
        const unsigned length = walk_.number(4);
        const ByteView covered = walk_.take(std::size_t{length} + 4);
        const unsigned sum = walk_.number(4);
        if (!walk_.ok()) {
            return;
        }
        if (crc32(0, covered.data(), static_cast<uInt>(covered.size())) != sum) {
            return walk_.refuse("a chunk has a wrong checksum");
        }
        const std::string_view kind = as_text(covered.first(4));
        const ByteView body = covered.subspan(4);
        if ((kind == "IHDR") != (png_.components == 0)) {
            return walk_.refuse("its header does not come first, or twice");
        }
        if (kind == "IHDR") {
            header(body);
        } else if (kind == "IDAT") {
            if (data_over_) {
                return walk_.refuse("its data are interrupted");
            }
            append(png_.data, body);
        } else if (kind == "IEND") {
            ended_ = true;
        } else if ((kind[0] & 0x20) == 0 || kind == "tRNS") {
            walk_.refuse("has a palette, transparency or an unknown kind of picture");
        } else {
            data_over_ = data_over_ || !png_.data.empty(); // text, EXIF, gamma: nothing of it
        }
    }

    void header(ByteView body) {
        ByteWalk inner(body);
        png_.width = inner.number(4);
        png_.height = inner.number(4);
        const unsigned depth = inner.number(1);
        const unsigned colour = inner.number(1);
        const unsigned ways = inner.number(3); // compression, filter, interlace
        png_.components = (colour & 2U) != 0 ? 3 : 1;
        png_.alpha = (colour & 4U) != 0;
        const bool known =
            colour == 0 || colour == 2 || (limits_.alpha && (colour == 4 || colour == 6));
        if (!inner.ok() || !inner.rest().empty() || depth != 8 || !known || ways != 0) {
            return walk_.refuse(limits_.alpha
                                    ? "is not of 8 bits, grey or RGB without palette and not "
                                      "interlaced"
                                    : "is not of 8 bits, grey or RGB, without transparency and not "
                                      "interlaced");
        }
        if (png_.width == 0 || png_.height == 0 || png_.width > limits_.side_max ||
            png_.height > limits_.side_max) {
            walk_.refuse(
                fmt::format("its width or height is none, or over {} pixels", limits_.side_max));
        }
    }

    /// A reader that meets too few rows or a filter that does not exist shows nothing or worse.
    void check_data() {
        const Bytes rows = inflate_rows(png_);
        if (rows.empty()) {
            return walk_.refuse("its data are damaged, too many or too few");
        }
        for (std::size_t at = 0; at < rows.size(); at += row_bytes(png_)) {
            if (rows[at] > 4) {
                return walk_.refuse("a row has a filter that does not exist");
            }
        }
    }

    ByteWalk walk_;
    const PngLimits limits_;
    Png png_;
    bool data_over_ = false;
    bool ended_ = false;
};

int paeth(int left, int above, int corner) {
    const int guess = left + above - corner;
    const int by_left = std::abs(guess - left);
    const int by_above = std::abs(guess - above);
    const int by_corner = std::abs(guess - corner);
    return by_left <= by_above && by_left <= by_corner ? left
           : by_above <= by_corner                     ? above
                                                       : corner;
}

/// ISO/IEC 15948 §9: undoes the filter of each row in place.
void undo_filters(Bytes& rows, std::size_t row, std::size_t step) {
    const Bytes none(row, 0);
    for (std::size_t at = 0; at < rows.size(); at += row) {
        const std::uint8_t* const above = at == 0 ? none.data() : rows.data() + at - row;
        std::uint8_t* const here = rows.data() + at;
        for (std::size_t i = 1; i < row; ++i) {
            const int left = i > step ? here[i - step] : 0;
            const int corner = i > step ? above[i - step] : 0;
            const int add = here[0] == 1   ? left
                            : here[0] == 2 ? above[i]
                            : here[0] == 3 ? (left + above[i]) / 2
                            : here[0] == 4 ? paeth(left, above[i], corner)
                                           : 0;
            here[i] = static_cast<std::uint8_t>(here[i] + add);
        }
    }
}

} // namespace

Png read_png(ByteView bytes, const PngLimits& limits) {
    return PngReader(bytes, limits).run();
}

PngPlanes split_alpha(const Png& png) {
    Bytes rows = inflate_rows(png);
    const std::size_t step = channels(png);
    const std::size_t row = row_bytes(png);
    undo_filters(rows, row, step);
    Bytes colours;
    Bytes alpha;
    for (std::size_t at = 0; at < rows.size(); at += row) {
        for (std::size_t pixel = at + 1; pixel < at + row; pixel += step) {
            colours.insert(colours.end(), rows.data() + pixel,
                           rows.data() + pixel + png.components);
            alpha.push_back(rows[pixel + png.components]);
        }
    }
    return {detail::deflate(colours), detail::deflate(alpha)};
}

} // namespace songda::issuer
