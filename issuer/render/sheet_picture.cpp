// Sheets in dots: outlines from the fonts, filled by FreeType's raster for black and white.

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include "base/check.hpp"
#include "issuer/render/sheet.hpp"

namespace songda::issuer {
namespace {

/// Gathers an outline in 1/64 of a dot.
class DotPen final : public OutlinePen {
public:
    DotPen(double scale, double x, double y) : scale_(scale * 64), x_(x * 64), y_(y * 64) {}

    void move_to(double x, double y) override { add(x, y, FT_CURVE_TAG_ON); }
    void line_to(double x, double y) override { add(x, y, FT_CURVE_TAG_ON); }
    void cubic_to(double x1, double y1, double x2, double y2, double x, double y) override {
        add(x1, y1, FT_CURVE_TAG_CUBIC);
        add(x2, y2, FT_CURVE_TAG_CUBIC);
        add(x, y, FT_CURVE_TAG_ON);
    }
    void close() override {
        if (!points_.empty()) {
            ends_.push_back(static_cast<short>(points_.size() - 1));
        }
    }
    [[nodiscard]] FT_Outline outline() {
        return {static_cast<short>(ends_.size()),
                static_cast<short>(points_.size()),
                points_.data(),
                tags_.data(),
                ends_.data(),
                FT_OUTLINE_NONE};
    }

private:
    void add(double x, double y, char tag) {
        points_.push_back({std::lround(x_ + x * scale_), std::lround(y_ + y * scale_)});
        tags_.push_back(tag);
    }

    double scale_;
    double x_;
    double y_;
    std::vector<FT_Vector> points_;
    std::vector<char> tags_;
    std::vector<short> ends_;
};

struct LibraryEnd {
    void operator()(FT_Library library) const { FT_Done_FreeType(library); }
};

class Picture {
public:
    Picture(const Sheet& sheet, unsigned dpi) : scale_(dpi / 7200.0) {
        made_.width = static_cast<unsigned>(std::lround(sheet.width * scale_));
        made_.height = static_cast<unsigned>(std::lround(sheet.height * scale_));
        made_.bits.resize(std::size_t{made_.row_bytes()} * made_.height);
        FT_Library library = nullptr;
        SONGDA_CHECK(FT_Init_FreeType(&library) == 0);
        library_.reset(library);
        target_.rows = made_.height;
        target_.width = made_.width;
        target_.pitch = static_cast<int>(made_.row_bytes());
        target_.buffer = made_.bits.data();
        target_.pixel_mode = FT_PIXEL_MODE_MONO;
    }

    void draw(const SheetText& text) {
        for (const SetLine& line : text.layout.lines) {
            double x = line.x;
            for (const SetGlyph& glyph : text.layout.glyphs_of(line)) {
                draw(glyph, line.size, x, line.y);
                x += glyph.glyph->advance * line.size / 1000.0 +
                     static_cast<double>(line.spacing_milli) / 1000;
            }
        }
    }
    /// A rule is a dot thick at least.
    void draw(const SetRule& rule) {
        const unsigned left = dot(rule.x);
        const unsigned low = dot(rule.y);
        fill(left, low, std::max(dot(rule.x + rule.width), left + 1),
             std::max(dot(rule.y + rule.height), low + 1));
    }
    void draw(const SheetBars& bars) {
        const auto module = std::max(1U, static_cast<unsigned>(std::lround(bars.module * scale_)));
        const auto modules = std::accumulate(bars.widths.begin(), bars.widths.end(), 0U);
        const auto meant = static_cast<Centipoints>(modules) * bars.module;
        const unsigned middle = dot(bars.x + meant / 2); // where it is, however wide it becomes
        unsigned x = middle - std::min(middle, modules * module / 2);
        bool black = true;
        for (const std::uint8_t width : bars.widths) {
            if (black) {
                fill(x, dot(bars.y), x + width * module, dot(bars.y + bars.height));
            }
            black = !black;
            x += width * module;
        }
    }
    [[nodiscard]] Bitmap take() { return std::move(made_); }

private:
    [[nodiscard]] unsigned dot(Centipoints length) const {
        return static_cast<unsigned>(std::max(std::lround(length * scale_), 0L));
    }

    void draw(const SetGlyph& glyph, Centipoints size, double x, double y) {
        DotPen pen(size * scale_ / glyph.face->units_per_em(), x * scale_, y * scale_);
        if (glyph.face->trace(glyph.character, pen)) {
            FT_Outline outline = pen.outline();
            SONGDA_CHECK(FT_Outline_Get_Bitmap(library_.get(), &outline, &target_) == 0);
        }
    }

    /// From the lower left dot to the one before the upper right.
    void fill(unsigned left, unsigned low, unsigned right, unsigned high) {
        right = std::min(right, made_.width);
        high = std::min(high, made_.height);
        for (unsigned y = low; y < high; ++y) {
            std::uint8_t* const row =
                made_.bits.data() + std::size_t{made_.row_bytes()} * (made_.height - 1 - y);
            for (unsigned x = left; x < right; ++x) {
                row[x / 8] = static_cast<std::uint8_t>(row[x / 8] | 0x80U >> x % 8);
            }
        }
    }

    double scale_; ///< dots in a hundredth of a point
    Bitmap made_;
    std::unique_ptr<std::remove_pointer_t<FT_Library>, LibraryEnd> library_;
    FT_Bitmap target_{};
};

} // namespace

Bitmap draw_sheet(const Sheet& sheet, unsigned dpi) {
    Picture picture(sheet, dpi);
    for (const SheetText& text : sheet.texts) {
        picture.draw(text);
    }
    for (const SetRule& rule : sheet.rules) {
        picture.draw(rule);
    }
    for (const SheetBars& bars : sheet.bars) {
        picture.draw(bars);
    }
    return picture.take();
}

} // namespace songda::issuer
