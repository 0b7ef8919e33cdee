#include "issuer/render/sheet.hpp"

#include <map>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "issuer/render/detail/compiled.hpp"
#include "issuer/render/detail/cross_references.hpp"
#include "issuer/render/detail/deflate.hpp"

namespace songda::issuer {

using namespace detail;

namespace {

constexpr std::size_t object_facts = 4;

/// `<feff6863…>`: a text string in UTF-16 (ISO 32000-1 §7.9.2.2).
std::string text_string(std::string_view text) {
    std::string made = "<feff";
    while (!text.empty()) {
        const char32_t c = take_code_point(text);
        if (c < 0x10000) {
            made += fmt::format("{:04x}", static_cast<unsigned>(c));
        } else {
            made +=
                fmt::format("{:04x}{:04x}", 0xD800 + ((static_cast<unsigned>(c) - 0x10000) >> 10U),
                            0xDC00 + ((static_cast<unsigned>(c) - 0x10000) & 0x3FFU));
        }
    }
    return made + '>';
}

/// The fonts of one file, filled while its pages are written.
class SheetFonts {
public:
    ShownGlyph show(const SetGlyph& glyph) {
        auto [found, fresh] = slots_.try_emplace(glyph.face, order_.size());
        if (fresh) {
            order_.push_back({glyph.face, {}});
        }
        return {'F', found->second, order_[found->second].second.use(glyph)};
    }
    /// Writes them from `next` on; returns the resources that name them.
    std::string write(Objects& objects, ByteBuffer& to, std::size_t next) const {
        std::string named;
        for (std::size_t slot = 0; slot < order_.size(); ++slot) {
            named += fmt::format("/F{} {} 0 R", slot, next);
            write_font(objects, to, next, *order_[slot].first, order_[slot].second.glyphs(),
                       fmt::format("SHEET{}", static_cast<char>('A' + slot % 26)), true);
            next += objects_per_font;
        }
        return named;
    }

private:
    std::map<const FontFace*, std::size_t> slots_;
    std::vector<std::pair<const FontFace*, Subset>> order_; ///< as they were first used
};

void put_bars(ByteBuffer& to, const SheetBars& bars) {
    Centipoints x = bars.x;
    bool black = true;
    for (const std::uint8_t width : bars.widths) {
        const Centipoints wide = width * bars.module;
        if (black) {
            put_rule(to, {x, bars.y, wide, bars.height, 0});
        }
        black = !black;
        x += wide;
    }
}

ByteBuffer write_content(const Sheet& sheet, SheetFonts& fonts) {
    ByteBuffer content;
    LineWriter writer(content, [&](const SetGlyph& glyph) { return fonts.show(glyph); });
    for (const SheetText& text : sheet.texts) {
        writer.put_layout(text.layout, text.colour);
    }
    put(content, "0 g\n");
    for (const SetRule& rule : sheet.rules) {
        put_rule(content, rule);
    }
    for (const SheetBars& bars : sheet.bars) {
        put_bars(content, bars);
    }
    return content;
}

} // namespace

Bytes write_sheets(std::span<const Sheet> sheets, std::string_view title) {
    ByteBuffer to;
    std::vector<std::size_t> offsets;
    Objects objects(to, offsets);
    put(to, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
    objects.plain(object_catalog, "<</Type/Catalog/Lang(zh-CN)/Pages 2 0 R"
                                  "/ViewerPreferences<</DisplayDocTitle true>>>>");
    const std::size_t resources = object_pages + 1;
    objects.plain(object_facts, "<</Title" + text_string(title) + ">>");
    std::size_t next = object_facts + 1;
    std::string kids;
    SheetFonts fonts;
    for (const Sheet& sheet : sheets) {
        objects.begin(next);
        put(to, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 ");
        put_points(to, sheet.width);
        to.push_back(' ');
        put_points(to, sheet.height);
        put(to, fmt::format("]/Resources {} 0 R/Contents {} 0 R>>", resources, next + 1));
        objects.end();
        objects.stream(next + 1, "/Filter/FlateDecode", deflate(write_content(sheet, fonts)));
        kids += fmt::format("{} 0 R ", next);
        next += 2;
    }
    objects.plain(object_pages,
                  fmt::format("<</Type/Pages/Count {}/Kids[{}]>>", sheets.size(), kids));
    const std::string named = fonts.write(objects, to, next);
    objects.plain(resources, "<</Font<<" + named + ">>>>");
    put_cross_references(to, offsets, fmt::format("/Info {} 0 R", object_facts));
    return {to.data(), to.data() + to.size()};
}

} // namespace songda::issuer
