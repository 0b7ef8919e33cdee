#include "issuer/render/detail/font_objects.hpp"

#include "base/check.hpp"
#include "issuer/render/detail/deflate.hpp"

namespace songda::issuer::detail {
namespace {

/// A range may not leave one high byte of the codes (ISO 32000-1 §9.10.3); 100 to a block at most.
constexpr std::size_t range_codes = 0x100;
constexpr std::size_t ranges_max = 100;

void put_utf16(ByteBuffer& to, char32_t c) {
    if (c < 0x10000) {
        put_hex4(to, c);
        return;
    }
    put_hex4(to, 0xD800 + ((c - 0x10000) >> 10U));
    put_hex4(to, 0xDC00 + ((c - 0x10000) & 0x3FFU));
}

void put_to_unicode(ByteBuffer& to, std::span<const SubsetGlyph> glyphs) {
    put(to, "/CIDInit/ProcSet findresource begin 12 dict begin "
            "begincmap/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)"
            "/Supplement 0>>def/CMapName/Adobe-Identity-UCS def/CMapType 2 def 1 "
            "begincodespacerange<0000><ffff>"
            "endcodespacerange\n");
    const std::size_t ranges = glyphs.size() / range_codes + 1;
    SONGDA_CHECK(ranges <= ranges_max);
    put_number(to, static_cast<std::int64_t>(ranges));
    put(to, " beginbfrange\n");
    for (std::size_t code = 1; code <= glyphs.size();) {
        const std::size_t end =
            std::min(code / range_codes * range_codes + range_codes, glyphs.size() + 1);
        to.push_back('<');
        put_hex4(to, static_cast<std::uint32_t>(code));
        put(to, "><");
        put_hex4(to, static_cast<std::uint32_t>(end - 1));
        put(to, ">[");
        for (; code < end; ++code) {
            to.push_back('<');
            put_utf16(to, glyphs[code - 1].character);
            to.push_back('>');
        }
        put(to, "]\n");
    }
    put(to, "endbfrange\n");
    put(to, "endcmap CMapName currentdict/CMap defineresource pop end end");
}

void put_reference(ByteBuffer& to, std::size_t number) {
    put_number(to, static_cast<std::int64_t>(number));
    put(to, " 0 R");
}

void put_name(ByteBuffer& to, const FontFace& face, std::string_view tag) {
    to.push_back('/');
    put(to, tag);
    to.push_back('+');
    put(to, face.postscript_name());
}

void write_cid_font(ByteBuffer& to, std::size_t first, const FontFace& face,
                    std::span<const SubsetGlyph> glyphs, std::string_view tag) {
    const bool cff = face.kind() == OutlineKind::cff;
    put(to, cff ? "<</Type/Font/Subtype/CIDFontType0/BaseFont"
                : "<</Type/Font/Subtype/CIDFontType2/CIDToGIDMap/Identity/BaseFont");
    put_name(to, face, tag);
    put(to, "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor ");
    put_reference(to, first + 2);
    put(to, "/DW 1000/W[");
    for (std::size_t i = 0; i < glyphs.size(); ++i) {
        if (glyphs[i].glyph->advance != 1000) {
            put_number(to, static_cast<std::int64_t>(i + 1));
            to.push_back('[');
            put_number(to, glyphs[i].glyph->advance);
            to.push_back(']');
        }
    }
    put(to, "]>>");
}

void write_descriptor(ByteBuffer& to, std::size_t first, const FontFace& face,
                      std::string_view tag) {
    const FontMetrics& metrics = face.metrics();
    put(to, "<</Type/FontDescriptor/FontName");
    put_name(to, face, tag);
    put(to, "/Flags 4/ItalicAngle 0/StemV 80/Ascent ");
    put_number(to, metrics.ascent);
    put(to, "/Descent ");
    put_number(to, metrics.descent);
    put(to, "/CapHeight ");
    put_number(to, metrics.cap_height);
    put(to, "/FontBBox[");
    for (const int bound : metrics.bounds) {
        put_number(to, bound);
        to.push_back(' ');
    }
    put(to, face.kind() == OutlineKind::cff ? "]/FontFile3 " : "]/FontFile2 ");
    put_reference(to, first + 3);
    put(to, ">>");
}

void write_program(Objects& objects, ByteBuffer& to, std::size_t number, const FontFace& face,
                   std::span<const Glyph* const> glyphs, bool compress) {
    const bool cff = face.kind() == OutlineKind::cff;
    static constexpr std::string_view cff_dictionary = "/Subtype/CIDFontType0C";
    if (cff && !compress) {
        objects.begin_stream(number, cff_dictionary);
        face.append_program(glyphs, to);
        objects.end_stream();
        return;
    }
    ByteBuffer program;
    face.append_program(glyphs, program);
    ByteBuffer dictionary;
    if (cff) {
        put(dictionary, cff_dictionary);
    } else {
        put(dictionary, "/Length1 ");
        put_number(dictionary, static_cast<std::int64_t>(program.size()));
    }
    if (compress) {
        put(dictionary, "/Filter/FlateDecode");
        objects.stream(number, as_text(dictionary), deflate(program));
        return;
    }
    objects.stream(number, as_text(dictionary), program);
}

} // namespace

void write_font(Objects& objects, ByteBuffer& to, std::size_t first, const FontFace& face,
                std::span<const SubsetGlyph> glyphs, std::string_view tag, bool compress) {
    objects.begin(first);
    put(to, "<</Type/Font/Subtype/Type0/Encoding/Identity-H/BaseFont");
    put_name(to, face, tag);
    put(to, "/DescendantFonts[");
    put_reference(to, first + 1);
    put(to, "]/ToUnicode ");
    put_reference(to, first + 4);
    put(to, ">>");
    objects.end();
    objects.begin(first + 1);
    write_cid_font(to, first, face, glyphs, tag);
    objects.end();
    objects.begin(first + 2);
    write_descriptor(to, first, face, tag);
    objects.end();

    thread_local std::vector<const Glyph*> order;
    order.clear();
    for (const SubsetGlyph& glyph : glyphs) {
        order.push_back(glyph.glyph);
    }
    write_program(objects, to, first + 3, face, order, compress);
    if (compress) {
        ByteBuffer to_unicode;
        put_to_unicode(to_unicode, glyphs);
        objects.stream(first + 4, "/Filter/FlateDecode", deflate(to_unicode));
    } else {
        objects.begin_stream(first + 4, "");
        put_to_unicode(to, glyphs);
        objects.end_stream();
    }
}

} // namespace songda::issuer::detail
