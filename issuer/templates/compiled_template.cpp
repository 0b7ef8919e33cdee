#include "issuer/templates/compiled_template.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "issuer/render/detail/colour_profile.hpp"
#include "issuer/render/detail/compiled.hpp"
#include "issuer/render/detail/deflate.hpp"
#include "issuer/render/detail/page_mark.hpp"
#include "issuer/render/detail/page_tree.hpp"
#include "issuer/render/detail/seal.hpp"
#include "issuer/templates/artwork_place.hpp"

namespace songda::issuer {

using namespace detail;

namespace {

/// What days, numbers and codes are written with: the styles that print any carry it in the prefix,
/// where it is hashed once. A template adds its own by `[[common]]`.
constexpr std::string_view number_characters = " 0123456789年月日";
/// What a document key is written with beside digits: half of it is in every document.
constexpr std::string_view key_characters = "ABCDEFGHJKMNPQRSTVWXYZ";

constexpr std::string_view chinese_digits = "一二三四五六七八九十";

constexpr std::string_view seal_style = "song-bold";

class Compiler {
public:
    explicit Compiler(CompiledTemplate::Impl& made)
        : made_(made), objects_(made.prefix, made.offsets), words_(mark_words(made.mark)),
          next_object_(made.spec.licence ? object_first_free_of_licences : object_first_free),
          label_(mark_label(made.spec.sample, seal_style)) {}

    /// Goes as far as it can, so that everything is told at once; what was made is good only
    /// without findings.
    std::vector<TemplateFinding> run() {
        check_styles();
        check_facts();
        const bool can_be_set = findings_.empty(); // else there is nothing to set words with
        write_head();
        write_artworks();
        if (can_be_set) {
            draw_page_mark();
            write_static_text();
            write_later_pages();
            write_seal();
            write_fonts();
            made_.midstate.update(made_.prefix);
        }
        return std::move(findings_);
    }

private:
    void refuse(std::string where, std::string rule, std::string value, std::string zh,
                std::string en) {
        const bool told = std::any_of(findings_.begin(), findings_.end(), [&](const auto& each) {
            return each.where == where && each.rule == rule && each.value == value;
        });
        if (!told) {
            findings_.push_back({TemplateFinding::Weight::refusal, std::move(where),
                                 std::move(rule), std::move(value), std::move(zh), std::move(en)});
        }
    }

    /// `text`: the words that cannot be set; `style`: what they are set in.
    void refuse_text(std::string_view text, std::string_view style, const LayoutFault& fault) {
        const std::string where = fmt::format("“{}” ({})", text, style);
        if (fault.rule == "no_glyph") {
            refuse(where, fault.rule, fault.value, "没有字体能排出这个字：" + fault.value,
                   "no font of this style has this character: " + fault.value);
        } else {
            refuse(where, fault.rule, fault.value, "排不进所给的位置：" + fault.value,
                   "does not fit its place: " + fault.value);
        }
    }

    /// Every style that is named exists, and its fonts get slots.
    void check_styles() {
        std::vector<std::string_view> names;
        for_each_pattern(made_.spec,
                         [&](const Pattern&, std::string_view style) { names.push_back(style); });
        if (made_.spec.flow) {
            for (const HeadingLevel& level : made_.spec.flow->levels) {
                names.push_back(level.style);
            }
        }
        if (made_.spec.has_later_pages()) {
            names.push_back(made_.spec.flow->later.number_look.style);
        }
        names.push_back(seal_style);
        for (const std::string_view name : names) {
            const FontStyle* const style = made_.fonts->find_style(name);
            if (style == nullptr) {
                refuse("style", "style", std::string(name),
                       fmt::format("没有叫做{}的字体样式", name),
                       fmt::format("no font style is called {}", name));
                continue;
            }
            for (const FontFace* const face : style->chain) {
                if (made_.slot_of(face) == made_.slots.size()) {
                    made_.slots.push_back({face, {}, 0});
                }
            }
        }
    }

    /// The names stand in the order of their bytes, as a name tree asks.
    [[nodiscard]] std::string attachments() const {
        return made_.spec.licence
                   ? "/AF[13 0 R 16 0 R]/Names<</EmbeddedFiles<</Names[(licence-metadata.json) 16 "
                     "0 R(record.json) 13 0 R]>>>>"
                   : "/AF[13 0 R]/Names<</EmbeddedFiles<</Names[(record.json) 13 0 R]>>>>";
    }

    /// What the template prints of its department, the department's configuration must say.
    void check_facts() {
        for_each_pattern(made_.spec, [&](const Pattern& pattern, std::string_view) {
            for (const PatternPiece& piece : pattern) {
                if (piece.is_value && piece.text.starts_with("department.") &&
                    made_.own_value(piece.text) == nullptr) {
                    refuse(made_.face.name, "fact", piece.text,
                           fmt::format("模板印有{{{}}}，部门配置未写", piece.text),
                           fmt::format("it prints {}, which the configuration of {} does not say",
                                       piece.text, made_.face.name));
                }
            }
        });
    }

    void write_head() {
        put(made_.prefix, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
        objects_.plain(
            object_catalog,
            fmt::format(
                "<</Type/Catalog/Version/1.7/Lang(zh-CN)/Pages 2 0 R{}"
                "/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/"
                "Info(sRGB)/DestOutputProfile 4 0 R>>]{}>>",
                is_preview() ? "" : "/AcroForm 7 0 R/Metadata 12 0 R",
                is_preview() ? "" : attachments() + "/ViewerPreferences<</DisplayDocTitle true>>"));
        if (made_.spec.licence && !is_preview()) {
            objects_.plain(object_licence_specification,
                           "<</Type/Filespec/F(licence-metadata.json)/UF(licence-metadata.json)/"
                           "AFRelationship/Data/EF<</F 17 0 R/UF 17 0 R>>>>");
        }
        if (!made_.spec.has_later_pages()) {
            const PageObjects only{object_page, object_content};
            write_page_tree(objects_, made_.prefix, made_, {&only, 1});
        }
        objects_.stream(object_colour_profile, "/N 3/Filter/FlateDecode",
                        deflate(make_colour_profile()));
        if (is_preview()) {
            return;
        }
        objects_.plain(object_form, "<</Fields[15 0 R]/SigFlags 3>>");
        // The seal is drawn on the page, so that every reader and printer shows it; the field's own
        // appearance is empty.
        objects_.stream(object_appearance, "/Type/XObject/Subtype/Form/BBox[0 0 1 1]", {});
    }

    void write_artworks() {
        for (const ArtworkPlace& place : made_.spec.artworks) {
            auto artwork = read_artwork(place.file, place.name, next_object_);
            if (!artwork.ok()) {
                refuse(place.name, "artwork", "", "不能用作版面图样", artwork.error().detail);
                continue;
            }
            for (const ArtworkObject& object : artwork.value().objects) {
                objects_.plain(object.number, as_text(object.body));
            }
            const std::size_t number = artworks_++;
            const std::string name = number == 0 ? "/Art" : fmt::format("/Art{}", number);
            made_.artwork_resource += fmt::format("{} {} 0 R", name, artwork.value().object);
            next_object_ += artwork.value().objects.size();
            const PlacedArtwork placed = place_artwork(
                place, artwork.value(), name, {made_.spec.page_width, made_.spec.page_height});
            static_content_ += placed.content;
            for (const TemplateFinding& finding : placed.findings) {
                findings_.push_back(finding);
            }
        }
    }

    /// What the pages after the first show of themselves: the mark and its label, if there is one.
    void write_later_pages() {
        if (!made_.spec.has_later_pages() || words_.empty()) {
            return;
        }
        ByteBuffer content;
        put(content, mark_);
        LineWriter writer(content, [this](const SetGlyph& glyph) { return carry(glyph); });
        put_mark_label(writer);
        made_.later_static_content = next_object_++;
        objects_.stream(made_.later_static_content, "/Filter/FlateDecode", deflate(content));
    }

    /// Behind all words, and all of it in the prefix: it costs a document nothing.
    void draw_page_mark() {
        if (words_.empty()) {
            return;
        }
        auto mark = draw_mark(words_, made_.spec.sample, *made_.fonts->find_style(seal_style));
        if (!mark.ok()) {
            return refuse("sample", "mark", "", "印不出标记", mark.error().detail);
        }
        mark_ = std::move(mark).value();
        static_content_ += mark_;
    }

    ShownGlyph carry(const SetGlyph& glyph) {
        const std::size_t slot_number = made_.slot_of(glyph.face);
        return {'S', slot_number, made_.slots[slot_number].subset.use(glyph)};
    }

    void carry_text(std::string_view text, std::string_view style_name) {
        const FontStyle* const style = made_.fonts->find_style(style_name);
        if (style == nullptr) {
            return refuse("common", "style", std::string(style_name),
                          fmt::format("没有叫做{}的字体样式", style_name),
                          fmt::format("no font style is called {}", style_name));
        }
        std::vector<LayoutFault> lacking;
        for (const SetGlyph& glyph : find_glyphs(text, *style, lacking)) {
            carry(glyph);
        }
        for (const LayoutFault& fault : lacking) {
            refuse_text(text, style_name, fault);
        }
    }

    /// The words of a choice are known before any document says one; they are not carried.
    void check_choices(std::string_view value, std::string_view style_name) {
        static constexpr std::string_view fields = "fields.";
        const TemplateField* const field = value.starts_with(fields)
                                               ? find_field(made_.spec, value.substr(fields.size()))
                                               : nullptr;
        if (field == nullptr) {
            return;
        }
        for (const std::string& choice : field->choices) {
            std::vector<LayoutFault> lacking;
            (void)find_glyphs(choice, *made_.fonts->find_style(style_name), lacking);
            for (const LayoutFault& fault : lacking) {
                refuse_text(choice, style_name, fault);
            }
        }
    }

    /// Does the pattern print a day, a number or a code?
    [[nodiscard]] bool prints_numbers(const Pattern& pattern) const {
        return std::any_of(pattern.begin(), pattern.end(), [this](const PatternPiece& piece) {
            static constexpr std::string_view fields = "fields.";
            if (!piece.is_value || made_.own_value(piece.text) != nullptr) {
                return false;
            }
            if (!piece.text.starts_with(fields)) {
                return piece.text != "recipient.name";
            }
            const std::string_view name = std::string_view(piece.text).substr(fields.size());
            return std::any_of(made_.spec.fields.begin(), made_.spec.fields.end(),
                               [name](const TemplateField& field) {
                                   return field.name == name && (field.kind == FieldKind::date ||
                                                                 field.kind == FieldKind::code);
                               });
        });
    }

    /// The template's own words of a pattern are carried whether or not values stand between them.
    void carry_pattern(const Pattern& pattern, std::string_view style) {
        if (prints_numbers(pattern)) {
            carry_text(number_characters, style);
        }
        for (const PatternPiece& piece : pattern) {
            if (piece.is_value && (piece.text == "key" || piece.text == "identifier")) {
                carry_text(key_characters, style);
            }
            if (piece.is_value && piece.text == "ordinal.chinese") {
                carry_text(chinese_digits, style);
            }
            if (piece.is_value) {
                check_choices(piece.text, style);
            }
            const std::string* const own =
                piece.is_value ? made_.own_value(piece.text) : &piece.text;
            if (own != nullptr) {
                carry_text(*own, style);
            }
        }
    }

    [[nodiscard]] bool is_preview() const { return made_.mark == PageMark::preview; }

    template <class Writer>
    void put_mark_label(Writer& writer) const {
        const SamplePlace& sample = made_.spec.sample;
        writer.put_layout(set_text(words_, label_, *made_.fonts->find_style(seal_style),
                                   sample.x - made_.spec.page_width / 2, sample.y,
                                   made_.spec.page_width),
                          label_.colour);
    }

    void write_static_text() {
        ByteBuffer content;
        put(content, static_content_);
        LineWriter writer(content, [this](const SetGlyph& glyph) { return carry(glyph); });
        if (!words_.empty()) {
            put_mark_label(writer);
        }
        for (const LineItem& line : made_.spec.lines) {
            put(content, line.colour + " rg\n");
            put_rule(content, {line.x, line.y, line.width, line.weight, 0});
            put(content, "0 g\n");
        }
        writer.forget_colour();
        for (const TextItem& item : made_.spec.items) {
            if (CompiledTemplate::Impl::needs_document(item.pattern)) {
                made_.document_items.push_back(&item);
                continue;
            }
            std::string text;
            for (const PatternPiece& piece : item.pattern) {
                text += piece.is_value ? *made_.own_value(piece.text) : piece.text;
            }
            const Layout layout =
                set_text(text, item.look, *made_.fonts->find_style(item.look.style), item.x, item.y,
                         item.width);
            for (const LayoutFault& fault : layout.faults) {
                refuse_text(text, item.look.style, fault);
            }
            writer.put_layout(layout, item.look.colour);
        }
        for_each_pattern(made_.spec, [this](const Pattern& pattern, std::string_view style) {
            carry_pattern(pattern, style);
        });
        for_each_flow_pattern(made_.spec, [this](const Pattern& pattern, std::string_view) {
            for (const PatternPiece& piece : pattern) {
                made_.flow_named_late =
                    made_.flow_named_late ||
                    (piece.is_value && (piece.text == "number" || piece.text == "key"));
            }
        });
        for (const auto& [style, characters] : made_.spec.common_characters) {
            carry_text(characters, style);
        }
        objects_.stream(object_static_content, "/Filter/FlateDecode", deflate(content));
    }

    void write_seal() {
        if (is_preview()) {
            objects_.stream(object_seal, "/Type/XObject/Subtype/Form/BBox[-60 -60 60 60]",
                            as_bytes(draw_seal_place()));
            return;
        }
        const auto drawing = draw_seal(made_.face.seal_text, *made_.fonts->find_style(seal_style));
        if (!drawing.ok()) {
            return refuse(made_.face.seal_text, "seal", "", "印章文字画不出",
                          drawing.error().detail);
        }
        objects_.stream(object_seal,
                        "/Type/XObject/Subtype/Form/BBox[-60 -60 60 60]"
                        "/Resources<</ExtGState<</Ink<</BM/Multiply>>>>>>/Filter/FlateDecode",
                        deflate(as_bytes("/Ink gs\n" + drawing.value())));
    }

    void write_fonts() {
        char letter = 'A';
        for (FaceSlot& slot : made_.slots) {
            if (slot.subset.glyphs().empty()) {
                continue;
            }
            slot.first_object = next_object_;
            next_object_ += objects_per_font;
            const std::string tag = std::string("SONGD") + letter++;
            write_font(objects_, made_.prefix, slot.first_object, *slot.face, slot.subset.glyphs(),
                       tag, true);
        }
        made_.offsets.resize(next_object_, 0);
    }

    CompiledTemplate::Impl& made_;
    Objects objects_;
    std::vector<TemplateFinding> findings_;
    std::string static_content_;
    std::string mark_; ///< 样本 or 预览, drawn
    std::size_t artworks_ = 0;
    std::string_view words_; ///< of the mark; empty: none
    std::size_t next_object_;
    TextLook label_; ///< of the mark; writers keep views of its colour
};

} // namespace

bool CompiledTemplate::Impl::needs_document(const Pattern& pattern) {
    return std::any_of(pattern.begin(), pattern.end(), [](const PatternPiece& piece) {
        return piece.is_value && !piece.text.starts_with("department.") &&
               !piece.text.starts_with("says.") && piece.text != "title";
    });
}

const std::string* DepartmentFace::find_fact(std::string_view wanted) const {
    for (const auto& [key, text] : facts) {
        if (key == wanted && !text.empty()) {
            return &text;
        }
    }
    return nullptr;
}

const std::string* CompiledTemplate::Impl::own_value(std::string_view name) const {
    static constexpr std::string_view of_department = "department.";
    static constexpr std::string_view of_template = "says.";
    if (name == "title") {
        return &spec.title;
    }
    if (name.starts_with(of_department)) {
        name.remove_prefix(of_department.size());
        return name == "name" ? &face.name : face.find_fact(name);
    }
    if (name.starts_with(of_template)) {
        name.remove_prefix(of_template.size());
        for (const auto& [member, words] : spec.says) {
            if (member == name) {
                return &words;
            }
        }
    }
    return nullptr;
}

CompiledTemplate::CompiledTemplate(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
CompiledTemplate::~CompiledTemplate() = default;
const Template& CompiledTemplate::spec() const {
    return impl_->spec;
}
const DepartmentFace& CompiledTemplate::face() const {
    return impl_->face;
}
ByteView CompiledTemplate::prefix() const {
    return impl_->prefix.view();
}

Result<std::shared_ptr<const CompiledTemplate>> compile_preview(const CompiledTemplate& of) {
    return compile_template(of.spec(), of.face(), of.impl().fonts, {0, PageMark::preview});
}

CompileAttempt try_compile(const Template& spec, const DepartmentFace& face,
                           std::shared_ptr<const FontSet> fonts, const CompileOptions& options) {
    auto made = std::make_unique<CompiledTemplate::Impl>();
    made->spec = spec;
    made->face = face;
    made->fonts = std::move(fonts);
    made->cms_bytes = options.cms_bytes_reserved;
    made->mark = options.mark;
    CompileAttempt attempt;
    attempt.findings = Compiler(*made).run();
    if (attempt.findings.empty()) {
        attempt.compiled = std::make_shared<const CompiledTemplate>(std::move(made));
    }
    return attempt;
}

Result<std::shared_ptr<const CompiledTemplate>>
compile_template(const Template& spec, const DepartmentFace& face,
                 std::shared_ptr<const FontSet> fonts, const CompileOptions& options) {
    CompileAttempt attempt = try_compile(spec, face, std::move(fonts), options);
    if (attempt.compiled != nullptr) {
        return attempt.compiled;
    }
    std::string all;
    for (const TemplateFinding& finding : attempt.findings) {
        all += fmt::format("{}{}: {}: {}", all.empty() ? "" : "\n", spec.full_name(), finding.where,
                           finding.message_en);
    }
    return Error{Fault::invalid_input, all};
}

} // namespace songda::issuer
