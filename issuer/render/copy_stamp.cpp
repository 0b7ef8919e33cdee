#include "issuer/render/copy_stamp.hpp"

#include <charconv>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/own_pdf.hpp"
#include "issuer/render/detail/compiled.hpp"
#include "issuer/render/layout.hpp"

namespace songda::issuer {

using namespace detail;

namespace {

constexpr std::string_view stamp_style = "hei";
constexpr std::string_view stamp_colour = "0.25 0.25 0.25";
constexpr Centipoints stamp_size = 750;
/// Below what letters print, above what printers cannot reach (some 4.2 mm). A licence may have its
/// border there: the words stand on a white plate.
constexpr Centipoints foot = 1420;
constexpr Centipoints plate_margin = 350;

Error not_ours() {
    return {Fault::corrupt, "the file is not as this program writes them"};
}

/// `text` with `added` behind the first `before`; nothing if that is not there.
std::optional<std::string> insert_behind(std::string_view text, std::string_view before,
                                         std::string_view added) {
    const std::size_t at = text.find(before);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    std::string made(text);
    return made.insert(at + before.size(), added);
}

/// Width of `/MediaBox[0 0 W H]`.
Centipoints page_width(std::string_view page) {
    static constexpr std::string_view box = "/MediaBox[0 0 ";
    const std::size_t at = page.find(box);
    double points = 0;
    if (at != std::string_view::npos) {
        std::from_chars(page.data() + at + box.size(), page.data() + page.size(), points);
    }
    return static_cast<Centipoints>(points * 100);
}

/// The revision that is written behind a file.
class Revision {
public:
    Revision(const OwnPdf& from, ByteBuffer& to)
        : from_(from), to_(to), next_(from.size()), objects_(to, offsets_) {}

    /// Pages show the stamp of their width; all pages share the resources. How many there are.
    Result<std::uint32_t> write(const Layout& layout, const SetLine& line) {
        const std::size_t drawing = next_++;
        const std::string fonts = write_fonts(layout.glyphs_of(line));
        write_drawing(drawing, layout, line, fonts);
        const auto resources = insert_behind(from_.body(object_resources), "/XObject<<",
                                             fmt::format("/Copy {} 0 R", drawing));
        if (!resources) {
            return not_ours();
        }
        objects_.plain(object_resources, *resources);
        std::uint32_t pages = 0;
        for (std::size_t number = 1; number < from_.size(); ++number) {
            const std::string_view page = from_.body(number);
            if (!page.starts_with("<</Type/Page/")) {
                continue;
            }
            ++pages;
            const std::size_t content = next_++;
            const Centipoints width = width_of(layout.glyphs_of(line), stamp_size, 0);
            objects_.begin_stream(content, "");
            put(to_, "q 1 0 0 1 ");
            put_points(to_, (page_width(page) - width) / 2);
            put(to_, " 0 cm /Copy Do Q\n");
            objects_.end_stream();
            const std::size_t list = page.find("/Contents[");
            const std::size_t end = page.find(']', list);
            if (list == std::string_view::npos || end == std::string_view::npos) {
                return not_ours();
            }
            objects_.plain(number, std::string(page).insert(end, fmt::format(" {} 0 R", content)));
        }
        write_table();
        return pages > 0 ? Result<std::uint32_t>(pages) : not_ours();
    }

private:
    /// Fonts of the stamp; returns the resources that name them.
    std::string write_fonts(std::span<const SetGlyph> glyphs) {
        for (const SetGlyph& glyph : glyphs) {
            subsets_[glyph.face].use(glyph);
        }
        std::string fonts;
        for (const auto& [face, subset] : subsets_) {
            fonts += fmt::format("/K{} {} 0 R", slots_.size(), next_);
            slots_[face] = slots_.size();
            write_font(objects_, to_, next_, *face, subset.glyphs(), "COPYNO", true);
            next_ += objects_per_font;
        }
        return fonts;
    }

    void write_drawing(std::size_t number, const Layout& layout, const SetLine& line,
                       const std::string& fonts) {
        objects_.begin_stream(
            number, fmt::format("/Type/XObject/Subtype/Form/BBox[-20 0 2000 100]/Resources<</Font<<"
                                "{}>>>>",
                                fonts));
        put(to_, "1 1 1 rg ");
        for (const Centipoints edge :
             {-2 * plate_margin, foot - plate_margin,
              width_of(layout.glyphs_of(line), stamp_size, 0) + 4 * plate_margin,
              stamp_size + 2 * plate_margin}) {
            put_points(to_, edge);
            to_.push_back(' ');
        }
        put(to_, "re f ");
        put(to_, stamp_colour);
        put(to_, " rg\n");
        put_line(to_, line, layout.glyphs_of(line), [this](const SetGlyph& glyph) {
            return ShownGlyph{'K', slots_.at(glyph.face),
                              subsets_.at(glyph.face).find(glyph.character)};
        });
        objects_.end_stream();
    }

    /// ISO 32000-1 §7.5.6: the changed objects, one subsection each, and the way to the table
    /// before.
    void write_table() {
        const std::size_t at = to_.size();
        put(to_, "xref\n");
        for (std::size_t number = 1; number < offsets_.size(); ++number) {
            if (offsets_[number] != 0) {
                put(to_, fmt::format("{} 1\n{:010} 00000 n \n", number, offsets_[number]));
            }
        }
        put(to_, fmt::format("trailer\n<</Size {}/Root 1 0 R{}/Prev {}>>\nstartxref\n{}\n%%EOF\n",
                             offsets_.size(), from_.id(), from_.table(), at));
    }

    const OwnPdf& from_;
    ByteBuffer& to_;
    std::size_t next_;
    std::vector<std::size_t> offsets_;
    Objects objects_;
    std::map<const FontFace*, Subset> subsets_;
    std::map<const FontFace*, std::size_t> slots_;
};

} // namespace

Result<PaperCopyFile> stamp_paper_copy(ByteView file, std::string_view words,
                                       const FontSet& fonts) {
    const auto objects = OwnPdf::read(as_text(file));
    if (!objects.ok()) {
        return objects.error();
    }
    const FontStyle* const style = fonts.find_style(stamp_style);
    if (style == nullptr) {
        return Error{Fault::invalid_input, "the fonts have no style " + std::string(stamp_style)};
    }
    Layout layout;
    layout.glyphs = find_glyphs(words, *style, layout.faults);
    if (!layout.faults.empty()) {
        return Error{Fault::invalid_input, "no font has " + layout.faults.front().value};
    }
    const SetLine line{0, layout.glyphs.size(), 0, foot, stamp_size, 0, 0};
    PaperCopyFile made;
    made.file.append(file);
    const auto pages = Revision(objects.value(), made.file).write(layout, line);
    if (!pages.ok()) {
        return pages.error();
    }
    made.pages = pages.value();
    return made;
}

} // namespace songda::issuer
