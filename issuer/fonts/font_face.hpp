#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "issuer/byte_buffer.hpp"

namespace songda::issuer {

struct Glyph;

/// A part of a composite glyf glyph: where its glyph number stands and which glyph it is.
struct GlyphComponent {
    std::uint32_t offset = 0;
    const Glyph* glyph = nullptr;
};

/// One glyph taken out of its font: unhinted, without subroutines, so that it can be put into any
/// subset by copying.
struct Glyph {
    ByteView program;                ///< charstring (CFF) or glyf entry padded to 4 bytes
    std::uint16_t advance = 0;       ///< in 1/1000 em
    std::uint16_t advance_units = 0; ///< in font units
    std::int16_t left_bearing = 0;   ///< in font units, glyf only
    std::uint8_t font_dict = 0;      ///< CFF only: index into FontFace::private_dicts
    std::span<const GlyphComponent> components;
};

enum class OutlineKind : std::uint8_t { cff, glyf };

/// In 1/1000 em, as a PDF font descriptor wants them.
struct FontMetrics {
    int ascent = 0;
    int descent = 0;
    int cap_height = 0;
    std::array<int, 4> bounds{};
};

/// Follows the outline of a glyph: closed contours of lines and cubic curves.
class OutlinePen {
public:
    OutlinePen() = default;
    OutlinePen(const OutlinePen&) = delete;
    OutlinePen& operator=(const OutlinePen&) = delete;
    virtual ~OutlinePen() = default;

    virtual void move_to(double x, double y) = 0;
    virtual void line_to(double x, double y) = 0;
    virtual void cubic_to(double x1, double y1, double x2, double y2, double x, double y) = 0;
    virtual void close() = 0;
};

/// One font file, taken apart with HarfBuzz in blocks of 256 code points: each block on first use
/// (about a millisecond), never again. So loading costs nothing and a document costs only copying
/// (docs/decisions/harfbuzz-at-start-up.md). Safe to call from several threads; views stay good
/// while it lives.
class FontFace {
public:
    /// Faults: not_found (no such file), invalid_input (not a font that may be embedded: no
    /// outlines or CFF with other than 1 000 units per em).
    [[nodiscard]] static Result<std::unique_ptr<const FontFace>>
    open(const std::string& name, const std::string& path, unsigned index);
    ~FontFace();
    FontFace(const FontFace&) = delete;
    FontFace& operator=(const FontFace&) = delete;

    /// Nothing if the font does not have the character. Well-formed fonts only: a block that cannot
    /// be taken apart has no characters, so that a document is refused instead of broken.
    [[nodiscard]] const Glyph* find_glyph(char32_t code_point) const;

    /// A font program that holds exactly these glyphs in this order after .notdef, components of
    /// composites after them. Appends `/FontFile3 CIDFontType0C` or `/FontFile2` bytes.
    void append_program(std::span<const Glyph* const> glyphs, ByteBuffer& to) const;

    /// Leads `pen` along the outline, in font units. False if the font has no such character.
    [[nodiscard]] bool trace(char32_t code_point, OutlinePen& pen) const;

    /// The outline as PDF path operators on a grid of `units` to an em. Empty if the font has no
    /// such character.
    [[nodiscard]] std::string outline(char32_t code_point, int units) const;

    [[nodiscard]] unsigned units_per_em() const { return units_per_em_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& postscript_name() const { return postscript_name_; }
    [[nodiscard]] OutlineKind kind() const { return kind_; }
    /// fsType of its OS/2 table (OpenType 1.9): who made the font says what may be done with it.
    [[nodiscard]] std::uint16_t embedding() const { return embedding_; }
    /// Does that forbid to embed a part of it: restricted licence, no subsets, bitmaps only?
    [[nodiscard]] bool forbids_embedding() const;
    [[nodiscard]] const FontMetrics& metrics() const { return metrics_; }

private:
    struct Harf;
    struct Block;
    FontFace();
    [[nodiscard]] const Block* load_block(std::size_t number) const;
    [[nodiscard]] bool take_apart(std::size_t number, Block& block) const;

    static constexpr std::size_t block_count = 0x110000 / 256;

    std::string name_;
    std::string postscript_name_;
    OutlineKind kind_ = OutlineKind::cff;
    std::uint16_t embedding_ = 0;
    unsigned units_per_em_ = 1000;
    FontMetrics metrics_;
    Bytes head_, hhea_, maxp_; ///< glyf only: copied into every subset
    std::unique_ptr<Harf> harf_;
    mutable std::mutex loading_; ///< guards the three below while a block is taken apart
    mutable std::vector<std::unique_ptr<const Block>> blocks_;
    mutable std::array<Bytes, 256> private_dicts_; ///< written once each, before a glyph names it
    mutable std::size_t private_dict_count_ = 0;
    mutable bool notdef_known_ = false;
    mutable Glyph notdef_; ///< set with the first block, never again
    mutable std::array<std::atomic<const Block*>, block_count> by_number_{};
};

} // namespace songda::issuer
