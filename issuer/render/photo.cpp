#include "issuer/render/photo.hpp"

#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/text_codec.hpp"
#include "issuer/render/detail/byte_walk.hpp"
#include "issuer/render/png.hpp"

namespace songda::issuer {

using detail::ByteWalk;

namespace {

/// More than 300 dpi of the largest place that a page has; what is inflated stays below 13 MB.
constexpr unsigned side_max = 2048;
constexpr double aspect_tolerance = 0.02;
constexpr double dpi_min = 200;
constexpr double dpi_max = 300;
/// Pixels are whole, sizes are in hundredths of a point.
constexpr double dpi_tolerance = 1;

void check_side(ByteWalk& walk, const Photo& photo) {
    if (photo.width == 0 || photo.height == 0 || photo.width > side_max ||
        photo.height > side_max) {
        walk.refuse("its width or height is none, or over 2048 pixels");
    }
}

// JPEG, ITU-T T.81 annex B.

enum JpegMarker : unsigned {
    sof0 = 0xC0,
    sof2 = 0xC2,
    dht = 0xC4,
    rst0 = 0xD0,
    rst7 = 0xD7,
    soi = 0xD8,
    eoi = 0xD9,
    sos = 0xDA,
    dqt = 0xDB,
    dri = 0xDD,
    app0 = 0xE0,
    app14 = 0xEE,
    app15 = 0xEF,
    com = 0xFE,
};

class JpegReader {
public:
    explicit JpegReader(ByteView bytes) : walk_(bytes) {}

    PhotoReading run() {
        photo_.form = Photo::Form::jpeg;
        if (walk_.number(2) != (0xFF00U | soi)) {
            walk_.refuse("has no start");
        }
        put_marker(soi);
        while (walk_.ok() && !ended_) {
            segment();
        }
        if (walk_.ok() && !walk_.rest().empty()) {
            walk_.refuse("something stands behind its end");
        }
        if (walk_.ok() && !scanned_) {
            walk_.refuse("holds no picture");
        }
        return {std::move(photo_), walk_.refusal};
    }

private:
    void put_marker(unsigned marker) {
        photo_.data.push_back(0xFF);
        photo_.data.push_back(static_cast<std::uint8_t>(marker));
    }

    void keep(unsigned marker, ByteView body) {
        put_marker(marker);
        const std::size_t length = body.size() + 2;
        photo_.data.push_back(static_cast<std::uint8_t>(length >> 8U));
        photo_.data.push_back(static_cast<std::uint8_t>(length));
        append(photo_.data, body);
    }

    void segment() {
        if (walk_.number(1) != 0xFF) {
            return walk_.refuse("a segment has no marker");
        }
        const unsigned marker = walk_.number(1);
        if (marker == eoi) {
            put_marker(eoi);
            ended_ = true;
            return;
        }
        const bool passed_over = (marker >= app0 && marker <= app15) || marker == com;
        if (!passed_over && marker != sof0 && marker != sof2 && marker != dht && marker != sos &&
            marker != dqt && marker != dri) {
            return walk_.refuse(
                fmt::format("holds the segment {:02X}, which is not taken", marker));
        }
        const unsigned length = walk_.number(2);
        if (walk_.ok() && length < 2) {
            return walk_.refuse("a segment is shorter than its length");
        }
        const ByteView body = walk_.take(length - 2);
        if (!walk_.ok()) {
            return;
        }
        if (marker == app14) {
            return colours(body);
        }
        if (passed_over) {
            return; // EXIF, JFIF, comments: nothing of the picture
        }
        if (marker == sof0 || marker == sof2) {
            return frame(marker, body);
        }
        if (marker == sos && photo_.components == 0) {
            return walk_.refuse("its picture comes before its size");
        }
        keep(marker, body);
        if (marker == sos) {
            scan();
        }
    }

    /// Whether three components are RGB: only this tells, so it stays, in one spelling.
    void colours(ByteView body) {
        static constexpr std::string_view name = "Adobe";
        if (body.size() != 12 || as_text(body.first(name.size())) != name) {
            return;
        }
        if (body[11] > 1) {
            return walk_.refuse("its colours are not grey, YCbCr or RGB");
        }
        if (photo_.components != 0 || adobe_) {
            return walk_.refuse("says its colours twice or too late");
        }
        adobe_ = true;
        const Bytes kept = {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, body[11]};
        keep(app14, kept);
    }

    void frame(unsigned marker, ByteView body) {
        ByteWalk inner(body);
        const unsigned precision = inner.number(1);
        photo_.height = inner.number(2);
        photo_.width = inner.number(2);
        const unsigned components = inner.number(1);
        const bool twice = photo_.components != 0;
        photo_.components = components;
        if (!inner.ok() || twice || precision != 8 || (components != 1 && components != 3) ||
            inner.rest().size() != std::size_t{components} * 3) {
            return walk_.refuse("is not of 8 bits with one or three colours");
        }
        check_side(walk_, photo_);
        keep(marker, body);
    }

    /// Coded data up to the next marker that is neither a stuffed byte nor a restart.
    void scan() {
        scanned_ = true;
        const ByteView rest = walk_.rest();
        std::size_t at = 0;
        for (; at + 1 < rest.size(); ++at) {
            if (rest[at] != 0xFF) {
                continue;
            }
            const unsigned next = rest[at + 1];
            if (next != 0 && (next < rst0 || next > rst7)) {
                break;
            }
            ++at;
        }
        append(photo_.data, walk_.take(std::min(at, rest.size())));
    }

    ByteWalk walk_;
    Photo photo_;
    bool adobe_ = false;
    bool scanned_ = false;
    bool ended_ = false;
};

PhotoReading read_png_photo(ByteView bytes) {
    Png png = read_png(bytes, {side_max, false});
    return {{Photo::Form::png, png.width, png.height, png.components, std::move(png.data)},
            std::move(png.refusal)};
}

void tell(std::vector<Finding>& findings, std::string rule, std::string value, std::string zh,
          std::string en) {
    findings.push_back({"/photo", std::move(rule), std::move(value), std::move(zh), std::move(en)});
}

void check_size(const Photo& photo, const PhotoPlace& place, std::vector<Finding>& findings) {
    const double wanted = double(place.width) / place.height;
    const double has = double(photo.width) / photo.height;
    if (std::abs(has / wanted - 1) > aspect_tolerance) {
        tell(findings, "photo_aspect", fmt::format("{} × {}", photo.width, photo.height),
             fmt::format("照片宽高比应为{:.2f}，现为{:.2f}", wanted, has),
             fmt::format("its width is {:.2f} of its height, its place's {:.2f}", has, wanted));
        return; // and no one resolution
    }
    const double dpi = photo.width * 7200.0 / place.width;
    if (dpi < dpi_min - dpi_tolerance || dpi > dpi_max + dpi_tolerance) {
        const auto pixels = [](double resolution, Centipoints size) {
            return std::lround(resolution * size / 7200.0);
        };
        const std::string least =
            fmt::format("{} × {}", pixels(dpi_min, place.width), pixels(dpi_min, place.height));
        const std::string most =
            fmt::format("{} × {}", pixels(dpi_max, place.width), pixels(dpi_max, place.height));
        tell(
            findings, "photo_dpi", fmt::format("{:.0f}", dpi),
            fmt::format("照片印出后为{:.0f} dpi，应为200至300 dpi，即{}至{}像素", dpi, least, most),
            fmt::format("is printed at {:.0f} dpi; 200 to 300 are taken: {} to {} pixels", dpi,
                        least, most));
    }
}

} // namespace

PhotoReading read_photo(ByteView bytes) {
    if (bytes.size() > photo_bytes_max) {
        return {{}, "is larger than 50 KB"};
    }
    PhotoReading reading;
    if (as_text(bytes).starts_with(png_signature)) {
        reading = read_png_photo(bytes);
    } else if (as_text(bytes).starts_with("\xFF\xD8\xFF")) {
        reading = JpegReader(bytes).run();
    } else {
        return {{}, "is neither JPEG nor PNG by its bytes"};
    }
    if (reading.ok() && as_text(reading.photo.data).find("/ByteRange") != std::string_view::npos) {
        reading.refusal = "holds /ByteRange";
    }
    return reading;
}

Photo take_photo(std::string_view base64, const PhotoPlace& place, std::vector<Finding>& findings) {
    const auto bytes = from_base64(base64);
    if (!bytes) {
        tell(findings, "photo_base64", "", "照片应为标准base64编码", "is not strict base64");
        return {};
    }
    if (bytes->size() > photo_bytes_max) {
        tell(findings, "photo_bytes", std::to_string(bytes->size()),
             fmt::format("照片最大50 KB（{}字节），现为{}字节", photo_bytes_max, bytes->size()),
             fmt::format("has {} bytes; at most {}", bytes->size(), photo_bytes_max));
        return {};
    }
    PhotoReading reading = read_photo(*bytes);
    if (!reading.ok()) {
        tell(findings, "photo_form", "",
             "照片不能使用：应为8位JPEG，或8位不隔行、不透明的PNG（" + reading.refusal + "）",
             reading.refusal);
        return {};
    }
    check_size(reading.photo, place, findings);
    return std::move(reading.photo);
}

} // namespace songda::issuer
