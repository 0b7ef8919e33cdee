#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/sha256.hpp"
#include "issuer/render/detail/font_objects.hpp"
#include "issuer/render/layout.hpp"
#include "issuer/templates/compiled_template.hpp"

namespace songda::issuer::detail {

/// Object numbers. 1 to 8 and the template's artwork and fonts are in the prefix (16 of licences
/// too), 9 to 15 in each document (17 of licences too); later pages and fonts of a document come
/// after all. Templates with later pages have 2 and 3 in each document.
enum ObjectNumber : std::size_t {
    object_catalog = 1,
    object_pages = 2,
    object_page = 3,
    object_colour_profile = 4,
    object_static_content = 5,
    object_seal = 6,
    object_form = 7,
    object_appearance = 8,
    object_signature = 9,
    object_content = 10,
    object_resources = 11,
    object_metadata = 12,
    object_file_specification = 13,
    object_record = 14,
    object_widget = 15,
    object_first_free = 16,
    // Licences have two more, and what follows them starts behind.
    object_licence_specification = 16,
    object_licence_metadata = 17,
    object_first_free_of_licences = 18,
};

/// Glyphs of one font file that are embedded together; CID = place among them + 1.
class Subset {
public:
    /// 0: not among them.
    [[nodiscard]] std::uint16_t find(char32_t character) const {
        if (character < plane_.size()) {
            return plane_[character];
        }
        const auto found = beyond_.find(character);
        return found == beyond_.end() ? std::uint16_t{0} : found->second;
    }
    std::uint16_t use(const SetGlyph& glyph) {
        plane_.resize(plane_size, 0);
        std::uint16_t& cid =
            glyph.character < plane_size ? plane_[glyph.character] : beyond_[glyph.character];
        if (cid == 0) {
            glyphs_.push_back({glyph.character, glyph.glyph});
            cid = static_cast<std::uint16_t>(glyphs_.size());
        }
        return cid;
    }
    void clear() {
        for (const SubsetGlyph& glyph : glyphs_) {
            if (glyph.character < plane_size) {
                plane_[glyph.character] = 0;
            }
        }
        glyphs_.clear();
        beyond_.clear();
    }
    [[nodiscard]] const std::vector<SubsetGlyph>& glyphs() const { return glyphs_; }

private:
    static constexpr std::size_t plane_size = 0x10000; // nearly all text: found without a hash

    std::vector<SubsetGlyph> glyphs_;
    std::vector<std::uint16_t> plane_; ///< character → CID; empty until used
    std::unordered_map<char32_t, std::uint16_t> beyond_;
};

/// One font file with the glyphs of it that the prefix carries.
struct FaceSlot {
    const FontFace* face = nullptr;
    Subset subset;
    std::size_t first_object = 0; ///< 0: the prefix carries none of it
};

} // namespace songda::issuer::detail

namespace songda::issuer {

struct CompiledTemplate::Impl {
    Template spec;
    DepartmentFace face;
    std::shared_ptr<const FontSet> fonts;
    std::size_t cms_bytes = 0;
    PageMark mark = PageMark::none;
    ByteBuffer prefix;
    Sha256 midstate;                  ///< over the whole prefix
    std::vector<std::size_t> offsets; ///< of the prefix's objects, by number
    std::vector<detail::FaceSlot> slots;
    std::size_t later_static_content = 0;        ///< object behind later pages; 0: none
    std::string artwork_resource;                ///< `/Art 16 0 R`, empty without artwork
    std::vector<const TextItem*> document_items; ///< items that differ from document to document
    bool flow_named_late = false;                ///< the flow prints the number or the key

    [[nodiscard]] std::size_t slot_of(const FontFace* font) const {
        for (std::size_t i = 0; i < slots.size(); ++i) {
            if (slots[i].face == font) {
                return i;
            }
        }
        return slots.size();
    }
    /// Does the pattern name a value that comes with the document?
    [[nodiscard]] static bool needs_document(const Pattern& pattern);
    /// Values that the template and the department give by themselves; nothing for others.
    [[nodiscard]] const std::string* own_value(std::string_view name) const;
};

} // namespace songda::issuer

namespace songda::issuer::detail {

/// Where the font of a glyph is, and which of its glyphs it is.
struct ShownGlyph {
    char kind = 'S'; ///< S: font of the prefix, D: font of the document
    std::size_t slot = 0;
    std::uint32_t cid = 0;
};

/// Writes the operators that show a line. `show` answers the font resource and CID of each glyph.
template <class Show>
void put_line(ByteBuffer& to, const SetLine& line, std::span<const SetGlyph> glyphs, Show show) {
    if (glyphs.empty()) {
        return;
    }
    put(to, "BT ");
    if (line.spacing_milli != 0) {
        put_fixed(to, line.spacing_milli, 5);
        put(to, " Tc ");
    }
    put(to, "1 0 0 1 ");
    put_points(to, line.x);
    to.push_back(' ');
    put_points(to, line.y);
    put(to, " Tm ");
    ShownGlyph last{'-', 0, 0};
    for (const SetGlyph& glyph : glyphs) {
        const ShownGlyph shown = show(glyph);
        if (shown.kind != last.kind || shown.slot != last.slot) {
            put(to, last.kind == '-' ? "/" : ")Tj /");
            to.push_back(static_cast<std::uint8_t>(shown.kind));
            put_number(to, static_cast<std::int64_t>(shown.slot));
            to.push_back(' ');
            put_points(to, line.size);
            put(to, " Tf (");
            last = shown;
        }
        put_code(to, shown.cid);
    }
    put(to, line.spacing_milli != 0 ? ")Tj 0 Tc ET\n" : ")Tj ET\n");
}

/// A filled rectangle in the colour that is set.
inline void put_rule(ByteBuffer& to, const SetRule& rule) {
    for (const Centipoints part : {rule.x, rule.y, rule.width, rule.height}) {
        put_points(to, part);
        to.push_back(' ');
    }
    put(to, "re f\n");
}

/// The lines of one page content; a colour is written where it changes.
template <class Show>
class LineWriter {
public:
    LineWriter(ByteBuffer& to, Show show) : to_(to), show_(std::move(show)) {}

    /// The lines that stand on the page, counted from 0.
    void put_layout(const Layout& layout, std::string_view colour, int page = 0) {
        if (colour != colour_) {
            put(to_, colour);
            put(to_, " rg\n");
            colour_ = colour;
        }
        for (const SetLine& line : layout.lines) {
            if (line.page == page) {
                put_line(to_, line, layout.glyphs_of(line), show_);
            }
        }
        for (const SetRule& rule : layout.rules) {
            if (rule.page == page) {
                put_rule(to_, rule);
            }
        }
    }
    /// Something else has set one.
    void forget_colour() { colour_ = {}; }

private:
    ByteBuffer& to_;
    Show show_;
    std::string_view colour_; ///< of the template's looks, which outlive the content
};

} // namespace songda::issuer::detail
