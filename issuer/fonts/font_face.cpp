#include "issuer/fonts/font_face.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <filesystem>
#include <map>

#include <hb-ot.h>
#include <hb-subset.h>
#include <hb.h>

#include "base/deleter.hpp"
#include "issuer/fonts/cff_reader.hpp"
#include "issuer/fonts/font_program.hpp"

namespace songda::issuer {
namespace {

using Blob = std::unique_ptr<hb_blob_t, Deleter<hb_blob_destroy>>;
using Face = std::unique_ptr<hb_face_t, Deleter<hb_face_destroy>>;
using Font = std::unique_ptr<hb_font_t, Deleter<hb_font_destroy>>;
using SubsetInput = std::unique_ptr<hb_subset_input_t, Deleter<hb_subset_input_destroy>>;

Bytes table_of(hb_face_t* face, const char* tag) {
    const Blob blob(hb_face_reference_table(face, HB_TAG(tag[0], tag[1], tag[2], tag[3])));
    unsigned size = 0;
    const char* const data = hb_blob_get_data(blob.get(), &size);
    return {data, data + size};
}

std::int16_t signed_at(const Bytes& table, std::size_t at) {
    return at + 2 <= table.size() ? static_cast<std::int16_t>(table[at] * 256 + table[at + 1])
                                  : std::int16_t{0};
}

/// Tables that a font embedded in a PDF does not need.
constexpr std::array dropped_tables = {"GSUB", "GPOS", "GDEF", "VORG", "vhea",
                                       "vmtx", "name", "post", "OS/2", "BASE"};

Face subset_of(hb_face_t* face, char32_t first) {
    const SubsetInput input(hb_subset_input_create_or_fail());
    hb_set_add_range(hb_subset_input_unicode_set(input.get()), first, first + 255);
    hb_subset_input_set_flags(input.get(),
                              HB_SUBSET_FLAGS_NO_HINTING | HB_SUBSET_FLAGS_DESUBROUTINIZE);
    hb_set_t* const drop = hb_subset_input_set(input.get(), HB_SUBSET_SETS_DROP_TABLE_TAG);
    for (const char* const tag : dropped_tables) {
        hb_set_add(drop, HB_TAG(tag[0], tag[1], tag[2], tag[3]));
    }
    return Face(hb_subset_or_fail(face, input.get()));
}

} // namespace

struct FontFace::Harf {
    Face face;
    Font font;
};

struct FontFace::Block {
    std::array<const Glyph*, 256> by_low{};
    std::deque<Glyph> glyphs;
    std::deque<Bytes> programs;
    std::deque<std::vector<GlyphComponent>> components;
};

FontFace::FontFace() = default;
FontFace::~FontFace() = default;

Result<std::unique_ptr<const FontFace>> FontFace::open(const std::string& name,
                                                       const std::string& path, unsigned index) {
    const Blob blob(hb_blob_create_from_file_or_fail(path.c_str()));
    if (!blob) {
        return Error{Fault::not_found, path + ": the font cannot be read"};
    }
    std::unique_ptr<FontFace> made(new FontFace());
    made->name_ = name;
    made->harf_ = std::make_unique<Harf>();
    Harf& harf = *made->harf_;
    harf.face.reset(hb_face_create(blob.get(), index));
    harf.font.reset(hb_font_create(harf.face.get()));
    made->units_per_em_ = hb_face_get_upem(harf.face.get());
    made->head_ = table_of(harf.face.get(), "head");
    made->hhea_ = table_of(harf.face.get(), "hhea");
    made->maxp_ = table_of(harf.face.get(), "maxp");
    const bool cff = !table_of(harf.face.get(), "CFF ").empty();
    if (made->head_.size() < 54 || made->hhea_.size() < 36 ||
        (cff && made->units_per_em_ != 1000)) {
        return Error{Fault::invalid_input, path + ": not a font that can be embedded"};
    }
    made->embedding_ = static_cast<std::uint16_t>(signed_at(table_of(harf.face.get(), "OS/2"), 8));
    made->kind_ = cff ? OutlineKind::cff : OutlineKind::glyf;
    made->postscript_name_ = name;
    const auto scaled = [&](int units) {
        return units * 1000 / static_cast<int>(made->units_per_em_);
    };
    hb_position_t cap = 0;
    hb_ot_metrics_get_position_with_fallback(harf.font.get(), HB_OT_METRICS_TAG_CAP_HEIGHT, &cap);
    made->metrics_ = {scaled(signed_at(made->hhea_, 4)),
                      scaled(signed_at(made->hhea_, 6)),
                      scaled(cap),
                      {scaled(signed_at(made->head_, 36)), scaled(signed_at(made->head_, 38)),
                       scaled(signed_at(made->head_, 40)), scaled(signed_at(made->head_, 42))}};
    return std::unique_ptr<const FontFace>(std::move(made));
}

bool FontFace::forbids_embedding() const {
    constexpr unsigned usage = 0x000E; // of several bits the least restrictive one counts
    constexpr unsigned restricted = 0x0002;
    constexpr unsigned no_subset = 0x0100;
    constexpr unsigned bitmaps_only = 0x0200;
    return (embedding_ & usage) == restricted || (embedding_ & (no_subset | bitmaps_only)) != 0;
}

const Glyph* FontFace::find_glyph(char32_t code_point) const {
    const std::size_t number = code_point >> 8U;
    if (number >= block_count) {
        return nullptr;
    }
    const Block* block = by_number_[number].load(std::memory_order_acquire);
    if (block == nullptr) {
        block = load_block(number);
    }
    return block->by_low[code_point & 255U];
}

const FontFace::Block* FontFace::load_block(std::size_t number) const {
    const std::scoped_lock lock(loading_);
    if (const Block* const loaded = by_number_[number].load(std::memory_order_acquire)) {
        return loaded;
    }
    auto block = std::make_unique<Block>();
    if (!take_apart(number, *block)) {
        *block = Block{};
    }
    by_number_[number].store(block.get(), std::memory_order_release);
    blocks_.push_back(std::move(block));
    return blocks_.back().get();
}

bool FontFace::take_apart(std::size_t number, Block& block) const {
    const auto first = static_cast<char32_t>(number << 8U);
    const Face subset = subset_of(harf_->face.get(), first);
    if (!subset) {
        return false;
    }
    const Font font(hb_font_create(subset.get()));
    const unsigned count = hb_face_get_glyph_count(subset.get());
    const Bytes table = table_of(subset.get(), kind_ == OutlineKind::cff ? "CFF " : "glyf");
    const auto cff = kind_ == OutlineKind::cff ? read_cff(table) : std::nullopt;
    const auto glyf = kind_ == OutlineKind::glyf ? read_glyf(table, table_of(subset.get(), "loca"),
                                                             table_of(subset.get(), "head"))
                                                 : std::nullopt;
    if (kind_ == OutlineKind::cff ? !cff || cff->charstrings.size() < count
                                  : !glyf || glyf->size() < count) {
        return false;
    }
    std::vector<std::uint8_t> dict_numbers;
    for (const Bytes& dict : cff ? cff->private_dicts : std::vector<Bytes>()) {
        const auto end = private_dicts_.begin() + static_cast<std::ptrdiff_t>(private_dict_count_);
        const auto found = std::find(private_dicts_.begin(), end, dict);
        if (found == end && private_dict_count_ == private_dicts_.size()) {
            return false;
        }
        if (found == end) {
            private_dicts_[private_dict_count_++] = dict;
        }
        dict_numbers.push_back(static_cast<std::uint8_t>(found - private_dicts_.begin()));
    }
    std::vector<Glyph*> by_id;
    for (unsigned id = 0; id < count; ++id) {
        Glyph& glyph = block.glyphs.emplace_back();
        const auto advance = static_cast<unsigned>(hb_font_get_glyph_h_advance(font.get(), id));
        glyph.advance_units = static_cast<std::uint16_t>(advance);
        glyph.advance = static_cast<std::uint16_t>(advance * 1000 / units_per_em_);
        const ByteView program = cff ? cff->charstrings[id] : ByteView((*glyf)[id].bytes);
        glyph.program = block.programs.emplace_back(program.begin(), program.end());
        glyph.left_bearing = cff ? std::int16_t{0} : signed_at(block.programs.back(), 2);
        glyph.font_dict = cff ? dict_numbers[cff->font_dict_of[id]] : std::uint8_t{0};
        by_id.push_back(&glyph);
    }
    for (unsigned id = 0; glyf && id < count; ++id) {
        auto& components = block.components.emplace_back();
        for (const auto& [offset, component] : (*glyf)[id].components) {
            if (component >= count) {
                return false;
            }
            components.push_back({offset, by_id[component]});
        }
        by_id[id]->components = components;
    }
    if (!notdef_known_ && count > 0) { // once: others read it without the lock from then on
        notdef_ = *by_id[0];
        notdef_known_ = true;
    }
    for (unsigned low = 0; low < 256; ++low) {
        hb_codepoint_t id = 0;
        if (hb_font_get_nominal_glyph(font.get(), first + low, &id) != 0 && id > 0 && id < count) {
            block.by_low[low] = by_id[id];
        }
    }
    return true;
}

void FontFace::append_program(std::span<const Glyph* const> glyphs, ByteBuffer& to) const {
    if (kind_ == OutlineKind::cff) {
        append_cff_program(postscript_name_, notdef_, glyphs, private_dicts_, to);
    } else {
        append_glyf_program(head_, hhea_, maxp_, notdef_, glyphs, to);
    }
}

namespace {

/// Gathers an outline as PDF path operators.
class PathPen final : public OutlinePen {
public:
    explicit PathPen(double scale) : scale_(scale) {}

    void move_to(double x, double y) override { put({x, y}, "m\n"); }
    void line_to(double x, double y) override { put({x, y}, "l\n"); }
    void cubic_to(double x1, double y1, double x2, double y2, double x, double y) override {
        put({x1, y1, x2, y2, x, y}, "c\n");
    }
    void close() override { put({}, "h\n"); }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    void put(std::initializer_list<double> numbers, std::string_view sign) {
        for (const double number : numbers) {
            text_ += std::to_string(std::lround(number * scale_)) + ' ';
        }
        text_ += sign;
    }

    double scale_;
    std::string text_;
};

OutlinePen& pen_of(void* data) {
    return *static_cast<OutlinePen*>(data);
}

void move_to(hb_draw_funcs_t*, void* data, hb_draw_state_t*, float x, float y, void*) {
    pen_of(data).move_to(x, y);
}
void line_to(hb_draw_funcs_t*, void* data, hb_draw_state_t*, float x, float y, void*) {
    pen_of(data).line_to(x, y);
}
void cubic_to(hb_draw_funcs_t*, void* data, hb_draw_state_t*, float x1, float y1, float x2,
              float y2, float x, float y, void*) {
    pen_of(data).cubic_to(x1, y1, x2, y2, x, y);
}
void close_path(hb_draw_funcs_t*, void* data, hb_draw_state_t*, void*) {
    pen_of(data).close();
}

} // namespace

bool FontFace::trace(char32_t code_point, OutlinePen& pen) const {
    hb_codepoint_t id = 0;
    if (hb_font_get_nominal_glyph(harf_->font.get(), code_point, &id) == 0) {
        return false;
    }
    // Quadratic curves are turned into cubic ones by HarfBuzz when only a cubic function is set.
    hb_draw_funcs_t* const functions = hb_draw_funcs_create();
    hb_draw_funcs_set_move_to_func(functions, move_to, nullptr, nullptr);
    hb_draw_funcs_set_line_to_func(functions, line_to, nullptr, nullptr);
    hb_draw_funcs_set_cubic_to_func(functions, cubic_to, nullptr, nullptr);
    hb_draw_funcs_set_close_path_func(functions, close_path, nullptr, nullptr);
    hb_font_get_glyph_shape(harf_->font.get(), id, functions, &pen);
    hb_draw_funcs_destroy(functions);
    return true;
}

std::string FontFace::outline(char32_t code_point, int units) const {
    PathPen pen(static_cast<double>(units) / units_per_em_);
    return trace(code_point, pen) ? pen.take() : std::string();
}

} // namespace songda::issuer
