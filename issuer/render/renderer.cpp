#include "issuer/render/renderer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text_codec.hpp"
#include "base/utf8.hpp"
#include "issuer/render/detail/compiled.hpp"
#include "issuer/render/detail/cross_references.hpp"
#include "issuer/render/detail/metadata.hpp"
#include "issuer/render/detail/page_tree.hpp"
#include "issuer/render/detail/qr_symbol.hpp"
#include "issuer/render/value_check.hpp"

namespace songda::issuer {

using namespace detail;

namespace {

/// Three numbers of fixed width, patched when the file's size is known.
constexpr std::size_t byte_range_width = 7;
/// What a document adds to its prefix; only a hint.
constexpr std::size_t document_bytes_usual = 49152;
constexpr std::size_t spare_buffers_max = 64;

std::string_view find_value(std::span<const NamedValue> values, std::string_view name) {
    for (const NamedValue& value : values) {
        if (value.name == name) {
            return value.text;
        }
    }
    return {};
}

} // namespace

struct Renderer::Impl {
    std::vector<Subset> fonts; ///< by slot: glyphs that a document needs beside those of the prefix
    std::vector<std::size_t> offsets;
    std::vector<Unsigned> spare; ///< finished files, whose memory is used again

    ShownGlyph show(const CompiledTemplate::Impl& compiled, const SetGlyph& glyph) {
        const std::size_t slot = compiled.slot_of(glyph.face);
        const std::uint16_t carried = compiled.slots[slot].subset.find(glyph.character);
        if (carried != 0) {
            return {'S', slot, carried};
        }
        return {'D', slot, fonts[slot].use(glyph)};
    }

    /// What stands on the pages, and the page tree if the prefix has none; without a symbol the
    /// place of one. Returns the last page's object, on which the seal stands.
    std::size_t write_pages(Objects& objects, ByteBuffer& to,
                            const CompiledTemplate::Impl& compiled, const PlacedValues& placed,
                            const QrSymbol* symbol, const Photo* photo);

    /// The photo behind what is there already; how the resources name it.
    std::string write_photo(Objects& objects, const Photo* photo);

    /// Fonts without glyphs.
    void clear_fonts(std::size_t slots) {
        fonts.resize(std::max(fonts.size(), slots));
        for (Subset& font : fonts) {
            font.clear();
        }
    }

    /// Fonts and the resources that name them; what the pages show is known.
    void write_fonts(Objects& objects, ByteBuffer& to, const CompiledTemplate::Impl& compiled,
                     const DocumentKey& key, const std::string& pictures);

    /// A buffer that begins with the prefix.
    [[nodiscard]] Unsigned begin_file(ByteView prefix) {
        Unsigned made;
        if (!spare.empty()) {
            made.file = std::move(spare.back().file);
            made.prefix = spare.back().prefix;
            spare.pop_back();
        }
        if (made.prefix == prefix.data()) {
            made.file.cut(prefix.size());
            return made;
        }
        made.prefix = prefix.data();
        made.file.reserve(prefix.size() + document_bytes_usual);
        made.file.cut(0);
        made.file.append(prefix);
        return made;
    }
};

Renderer::Renderer() : impl_(std::make_unique<Impl>()) {}
Renderer::~Renderer() = default;
Renderer::Renderer(Renderer&&) noexcept = default;
Renderer& Renderer::operator=(Renderer&&) noexcept = default;

namespace {

/// `s 0 0 s x y cm`: what follows is drawn `scale` / 10^digits as large, from x, y.
void put_scale(ByteBuffer& to, std::int64_t scale, int digits, Centipoints x, Centipoints y) {
    put_fixed(to, scale, digits);
    put(to, " 0 0 ");
    put_fixed(to, scale, digits);
    to.push_back(' ');
    put_points(to, x);
    to.push_back(' ');
    put_points(to, y);
    put(to, " cm");
}

/// ISO 32000-1 §7.2.2: white space or a delimiter.
bool ends_word(std::uint8_t byte) {
    static constexpr std::string_view marks("\0\t\n\f\r ()<>[]{}/%", 16);
    return marks.find(static_cast<char>(byte)) != std::string_view::npos;
}

/// Might a reader take bytes inside the image for its end, the word EI?
bool holds_image_end(ByteView image) {
    const std::string_view text = as_text(image);
    for (std::size_t at = text.find("EI"); at != std::string_view::npos;
         at = text.find("EI", at + 1)) {
        const bool begins = at == 0 || ends_word(image[at - 1]);
        if (begins && (at + 2 == image.size() || ends_word(image[at + 2]))) {
            return true;
        }
    }
    return false;
}

void put_qr(ByteBuffer& to, const QrPlace& place, const QrSymbol& symbol) {
    const auto side = static_cast<std::size_t>(symbol.modules);
    const Centipoints left = place.x - place.module * symbol.modules;
    const Centipoints bottom = place.y - place.module * symbol.modules;
    put(to, "q ");
    if (!holds_image_end(symbol.rows)) {
        put_scale(to, place.module * symbol.modules, 2, left, bottom);
        put(to, " 0 0 0 rg BI/W ");
        put_number(to, symbol.modules);
        put(to, "/H ");
        put_number(to, symbol.modules);
        put(to, "/IM true/D[1 0] ID ");
        to.append(symbol.rows);
        put(to, "\nEI Q\n");
        return;
    }
    // Runs of modules instead; some documents in a million need it.
    put_scale(to, place.module, 2, left, bottom);
    put(to, " 0 0 0 rg\n");
    for (std::size_t y = 0; y < side; ++y) {
        for (std::size_t x = 0; x < side;) {
            std::size_t run = 0;
            while (x + run < side && symbol.dark(x + run, y)) {
                ++run;
            }
            if (run > 0) {
                put_number(to, static_cast<std::int64_t>(x));
                to.push_back(' ');
                put_number(to, static_cast<std::int64_t>(side - 1 - y));
                to.push_back(' ');
                put_number(to, static_cast<std::int64_t>(run));
                put(to, " 1 re\n");
            }
            x += std::max<std::size_t>(run, 1);
        }
    }
    put(to, "f Q\n");
}

/// Where the code will stand, on a preview: a square of the usual size, crossed out.
void put_qr_place(ByteBuffer& to, const QrPlace& place) {
    constexpr int usual_modules = 61;
    const Centipoints side = place.module * std::min(usual_modules, place.modules_max);
    put(to, "q ");
    put_scale(to, side, 2, place.x - side, place.y - side);
    put(to, " 0.6 G 0.008 w 0 0 1 1 re 0 0 m 1 1 l 0 1 m 1 0 l S Q\n");
}

void put_seal(ByteBuffer& to, Centipoints x, Centipoints y, Centipoints diameter) {
    put(to, "q ");
    const std::int64_t scale =
        std::int64_t{diameter} * 10000 / 11900; // the ring's outer edge is 119 of 120 units
    put_scale(to, scale, 4, x, y);
    put(to, " /Seal Do Q\n");
}

void put_widget(ByteBuffer& to, std::size_t page, Centipoints x, Centipoints y,
                Centipoints diameter) {
    put(to, "<</Type/Annot/Subtype/Widget/FT/Sig/T(seal)/F 132/P ");
    put_number(to, static_cast<std::int64_t>(page));
    put(to, " 0 R/V 9 0 R/AP<</N 8 0 R>>/Rect[");
    for (const Centipoints edge :
         {x - diameter / 2, y - diameter / 2, x + diameter / 2, y + diameter / 2}) {
        put_points(to, edge);
        to.push_back(' ');
    }
    put(to, "]>>");
}

void put_photo(ByteBuffer& to, const PhotoPlace& place) {
    put(to, "q ");
    put_points(to, place.width);
    put(to, " 0 0 ");
    put_points(to, place.height);
    to.push_back(' ');
    put_points(to, place.x);
    to.push_back(' ');
    put_points(to, place.y);
    put(to, " cm /Photo Do Q\n");
}

/// The bytes go through as they are.
void write_picture(Objects& objects, std::size_t number, const Photo& photo) {
    const char* const space = photo.components == 1 ? "/DeviceGray" : "/DeviceRGB";
    std::string head = fmt::format(
        "/Type/XObject/Subtype/Image/Width {}/Height {}/BitsPerComponent 8/ColorSpace{}",
        photo.width, photo.height, space);
    head += photo.form == Photo::Form::jpeg
                ? "/Filter/DCTDecode"
                : fmt::format("/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors {}"
                              "/BitsPerComponent 8/Columns {}>>",
                              photo.components, photo.width);
    objects.stream(number, head, photo.data);
}

/// The tag before a font's name: six letters that differ from document to document.
std::string subset_tag(const DocumentKey& key, std::size_t slot) {
    std::string tag;
    for (std::size_t i = 0; i < 5; ++i) {
        tag += static_cast<char>('A' + key.bytes[i] % 26);
    }
    return tag + static_cast<char>('A' + slot % 26);
}

/// The document's key, by which the register finds an uploaded copy again, and some of the record.
std::string file_id(const RenderInput& input) {
    const std::string id = to_hex(input.key.view()) + to_hex(ByteView(input.record_hash).first(6));
    return "/ID[<" + id + "><" + id + ">]";
}

void patch_byte_range(Unsigned& made, std::size_t range_at) {
    const std::size_t gap_begin = made.hex_begin - 1;
    const std::size_t gap_end = made.hex_end + 1;
    for (std::size_t number : {gap_begin, gap_end, made.file.size() - gap_end}) {
        for (std::size_t at = range_at + byte_range_width; at-- > range_at; number /= 10) {
            made.file[at] = static_cast<std::uint8_t>('0' + number % 10);
        }
        range_at += byte_range_width + 1;
    }
}

/// Every byte behind the prefix is hashed once: what the digest and the file's hash share stands in
/// `before_hex`.
void hash_around_signature(Unsigned& made, const CompiledTemplate::Impl& compiled) {
    const ByteView file = made.file.view();
    const std::size_t gap_begin = made.hex_begin - 1;
    Sha256 hash = compiled.midstate;
    hash.update(file.subspan(compiled.prefix.size(), gap_begin - compiled.prefix.size()));
    made.before_hex = hash;
    made.before_hex.update(file.subspan(gap_begin, 1));
    hash.update(file.subspan(made.hex_end + 1));
    made.digest = hash.finish();
}

} // namespace

std::string Renderer::Impl::write_photo(Objects& objects, const Photo* photo) {
    if (photo == nullptr) {
        return {};
    }
    const std::size_t number = offsets.size();
    write_picture(objects, number, *photo);
    return fmt::format("/Photo {} 0 R", number);
}

std::size_t Renderer::Impl::write_pages(Objects& objects, ByteBuffer& to,
                                        const CompiledTemplate::Impl& compiled,
                                        const PlacedValues& placed, const QrSymbol* symbol,
                                        const Photo* photo) {
    std::vector<PageObjects> pages = {{object_page, object_content}};
    for (int page = 1; page < placed.pages(); ++page) {
        pages.push_back(
            {offsets.size() + pages.size() * 2 - 2, offsets.size() + pages.size() * 2 - 1});
    }
    for (std::size_t page = 0; page < pages.size(); ++page) {
        objects.begin_stream(pages[page].content, "");
        LineWriter writer(to, [&](const SetGlyph& glyph) { return show(compiled, glyph); });
        for (const PlacedValues::Placed& part : placed.parts()) {
            writer.put_layout(part.layout, part.look->colour, static_cast<int>(page));
        }
        if (page == 0 && symbol != nullptr) {
            put_qr(to, compiled.spec.qr, *symbol);
        } else if (page == 0) {
            put_qr_place(to, compiled.spec.qr);
        }
        if (page == 0 && photo != nullptr) {
            put_photo(to, *compiled.spec.photo);
        }
        if (page + 1 == pages.size()) {
            put_seal(to, placed.seal_x(), placed.seal_y(), compiled.spec.seal.diameter);
        }
        objects.end_stream();
    }
    if (compiled.spec.has_later_pages()) {
        write_page_tree(objects, to, compiled, pages);
    }
    return pages.back().page;
}

void Renderer::Impl::write_fonts(Objects& objects, ByteBuffer& to,
                                 const CompiledTemplate::Impl& compiled, const DocumentKey& key,
                                 const std::string& pictures) {
    std::string resources = "<</Font<<";
    for (std::size_t slot = 0; slot < compiled.slots.size(); ++slot) {
        if (compiled.slots[slot].first_object != 0) {
            resources += fmt::format("/S{} {} 0 R", slot, compiled.slots[slot].first_object);
        }
        const auto& glyphs = fonts[slot].glyphs();
        if (!glyphs.empty()) {
            const std::size_t first = offsets.size();
            resources += fmt::format("/D{} {} 0 R", slot, first);
            write_font(objects, to, first, *compiled.slots[slot].face, glyphs,
                       subset_tag(key, slot), false);
        }
    }
    objects.plain(object_resources, resources + ">>/XObject<</Seal 6 0 R" +
                                        compiled.artwork_resource + pictures + ">>>>");
}

namespace {

Error first_fault(const PlacedValues& placed) {
    const auto& fault = placed.faults().front();
    return {Fault::invalid_input, fault.pointer + ": " + fault.rule + ' ' + fault.value};
}

} // namespace

Result<ByteBuffer> Renderer::preview(const CompiledTemplate& compiled_template,
                                     std::span<const NamedValue> values, const Photo* photo) {
    const CompiledTemplate::Impl& compiled = compiled_template.impl();
    SONGDA_CHECK(compiled.mark == PageMark::preview);
    impl_->clear_fonts(compiled.slots.size());
    const PlacedValues placed(compiled, values);
    if (!placed.faults().empty()) {
        return first_fault(placed);
    }
    ByteBuffer made;
    made.append(compiled.prefix);
    impl_->offsets = compiled.offsets;
    Objects objects(made, impl_->offsets);
    impl_->write_pages(objects, made, compiled, placed, nullptr, photo);
    impl_->write_fonts(objects, made, compiled, DocumentKey{}, impl_->write_photo(objects, photo));
    put_cross_references(made, impl_->offsets, "");
    return made;
}

Result<Unsigned> Renderer::render(const CompiledTemplate& compiled_template,
                                  const RenderInput& input) {
    const CompiledTemplate::Impl& compiled = compiled_template.impl();
    const auto symbol = make_qr(input.qr_head, input.qr_payload);
    if (!symbol.ok()) {
        return symbol.error();
    }
    if (symbol.value().modules > compiled.spec.qr.modules_max) {
        return Error{Fault::internal,
                     fmt::format("the QR symbol has {} modules, the template has room for {}",
                                 symbol.value().modules, compiled.spec.qr.modules_max)};
    }
    SONGDA_CHECK(compiled.mark != PageMark::preview);
    impl_->clear_fonts(compiled.slots.size());
    std::optional<PlacedValues> own;
    if (input.placed == nullptr) {
        own.emplace(compiled, input.values);
    } else {
        input.placed->finish(input.values);
    }
    const PlacedValues& placed = own ? *own : *input.placed;
    if (!placed.faults().empty()) {
        return first_fault(placed);
    }

    if (compiled.spec.licence.has_value() == input.licence_metadata.empty() ||
        compiled.spec.photo.has_value() != (input.photo != nullptr)) {
        return Error{Fault::internal, "licence metadata or photo do not fit the template"};
    }
    Unsigned made = impl_->begin_file(compiled.prefix);
    impl_->offsets = compiled.offsets;
    Objects objects(made.file, impl_->offsets);
    const std::size_t last_page =
        impl_->write_pages(objects, made.file, compiled, placed, &symbol.value(), input.photo);
    impl_->write_fonts(objects, made.file, compiled, input.key,
                       impl_->write_photo(objects, input.photo));
    objects.begin(object_widget);
    put_widget(made.file, last_page, placed.seal_x(), placed.seal_y(), compiled.spec.seal.diameter);
    objects.end();
    write_metadata(objects, made.file,
                   {compiled.spec.title, compiled.face.name, find_value(input.values, "number"),
                    input.record, input.issued_at, input.licence_metadata});
    objects.begin(object_signature);
    put(made.file, "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(");
    put(made.file, pdf_date(input.issued_at));
    put(made.file, ")/ByteRange[0 ");
    const std::size_t range_at = made.file.size();
    put(made.file, "0000000 0000000 0000000]/Contents<");
    made.hex_begin = made.file.size();
    std::fill_n(made.file.extend(compiled.cms_bytes * 2), compiled.cms_bytes * 2,
                std::uint8_t{'0'});
    made.hex_end = made.file.size();
    put(made.file, "> >>");
    objects.end();
    put_cross_references(made.file, impl_->offsets, file_id(input));
    patch_byte_range(made, range_at);
    hash_around_signature(made, compiled);
    return made;
}

Placement Renderer::place(const CompiledTemplate& compiled, std::span<const NamedValue> values) {
    Placement made;
    made.values = std::make_shared<PlacedValues>(compiled.impl(), values);
    made.findings = check_values(compiled.impl(), values, *made.values);
    return made;
}

void Renderer::take_back(Unsigned file) {
    if (impl_->spare.size() < spare_buffers_max) {
        impl_->spare.push_back(std::move(file));
    }
}

Result<void> insert_signature(Unsigned& document, ByteView cms) {
    if (cms.size() * 2 > document.hex_end - document.hex_begin) {
        return Error{Fault::internal, "the signature is longer than its slot"};
    }
    write_hex(cms, &document.file[document.hex_begin]);
    return {};
}

Digest file_hash(const Unsigned& document) {
    Sha256 hash = document.before_hex;
    hash.update(document.file.view().subspan(document.hex_begin));
    return hash.finish();
}

} // namespace songda::issuer
