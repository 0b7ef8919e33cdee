#include "issuer/templates/field_measure.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "issuer/render/value_check.hpp"
#include "issuer/templates/printed_boxes.hpp"

namespace songda::issuer {

using namespace detail;

namespace {

/// As issuer/decision.cpp reads a recipient's name.
constexpr std::size_t name_characters_max = 100;
/// What a name's place should hold: longer names of companies and of people there are hardly any.
constexpr std::size_t organisation_name_usual = 45;
constexpr std::size_t person_name_usual = 25;
/// What is looked at is the words' own width, so that both kinds of line breaks are tried.
constexpr std::string_view wide_fill = "国";
constexpr std::string_view western_fill = "Model WM-2026 ";
constexpr std::string_view code_fill = "W";

/// Values by name, owned.
using Values = std::vector<std::pair<std::string, std::string>>;

std::string fill(std::string_view pattern, std::size_t characters) {
    const std::u32string from = to_code_points(pattern);
    std::string made;
    for (std::size_t i = 0; i < characters; ++i) {
        append_utf8(made, from[i % from.size()]);
    }
    return made;
}

/// One value that a decision brings, and how to name it.
struct Subject {
    std::string field; ///< as the measure names it
    std::string label;
    const TemplateField* of = nullptr; ///< null: the recipient's name
    const FieldColumn* column = nullptr;
    std::size_t characters_max = 0;
};

class Measurer {
public:
    Measurer(const CompiledTemplate& compiled, std::span<const NamedValue> sample)
        : spec_(compiled.spec()), impl_(compiled.impl()) {
        for (const NamedValue& value : sample) {
            sample_.emplace_back(value.name, value.text);
        }
    }

    MeasureReport run() {
        const PlacedValues usual = place(sample_);
        usual_pages_ = usual.pages();
        const auto& faults = usual.faults();
        for (const auto& fault : faults) {
            tell(TemplateFinding::Weight::refusal, fault.pointer, fault.rule, fault.value,
                 "普通长度的内容也排不下", "even values of ordinary length do not fit");
        }
        if (faults.empty()) {
            measure({"recipient.name", "名称 name", nullptr, nullptr, name_characters_max});
            for (const TemplateField& field : spec_.fields) {
                measure_field(field);
            }
            check_together();
        }
        return std::move(report_);
    }

private:
    void tell(TemplateFinding::Weight weight, std::string where, std::string rule,
              std::string value, std::string zh, std::string en) {
        report_.findings.push_back({weight, std::move(where), std::move(rule), std::move(value),
                                    std::move(zh), std::move(en)});
    }

    [[nodiscard]] PlacedValues place(const Values& values) const {
        std::vector<NamedValue> views;
        views.reserve(values.size());
        for (const auto& [name, text] : values) {
            views.push_back({name, text});
        }
        return {impl_, views};
    }
    [[nodiscard]] std::vector<PlacedValues::PlaceFault> faults_of(const Values& values) const {
        return place(values).faults();
    }

    /// The sample with other values of one field. Of rows the sample's first row is repeated, with
    /// the column's cell replaced, or all cells when no column is named.
    [[nodiscard]] static Values with(Values values, const Subject& subject, std::string_view text,
                                     std::size_t elements = 1) {
        const std::string name =
            subject.of == nullptr ? subject.field : "fields." + subject.of->name;
        std::vector<std::pair<std::string, std::string>> row;
        std::erase_if(values, [&](const auto& value) {
            const bool own = value.first == name || value.first.starts_with(name + ".");
            if (own && value.first.starts_with(name + ".0.")) {
                row.emplace_back(value.first.substr(name.size() + 3), value.second);
            }
            return own;
        });
        const FieldKind kind = subject.of == nullptr ? FieldKind::text : subject.of->kind;
        if (kind != FieldKind::list && kind != FieldKind::rows) {
            values.emplace_back(name, text);
            return values;
        }
        for (std::size_t i = 0; i < elements; ++i) {
            const std::string element = fmt::format("{}.{}", name, i);
            if (kind == FieldKind::list) {
                values.emplace_back(element, text);
            }
            for (const auto& [cell, given] : row) {
                const bool replaced = subject.column == nullptr || subject.column->name == cell;
                values.emplace_back(element + '.' + cell, replaced ? std::string(text) : given);
            }
        }
        return values;
    }

    [[nodiscard]] bool holds(const Subject& subject, std::string_view pattern,
                             std::size_t characters) const {
        return faults_of(with(sample_, subject, fill(pattern, characters))).empty();
    }

    /// The greatest number up to `most` for which `fits` holds; it holds for all below.
    template <class Fits>
    [[nodiscard]] static std::size_t greatest(std::size_t most, Fits fits) {
        if (fits(most)) {
            return most;
        }
        std::size_t held = 0;
        while (most - held > 1) {
            const std::size_t middle = held + (most - held) / 2;
            (fits(middle) ? held : most) = middle;
        }
        return held;
    }

    [[nodiscard]] bool is_printed(const Subject& subject) const {
        const std::string name =
            subject.of == nullptr ? subject.field : "fields." + subject.of->name;
        bool printed = prints_value(spec_, name);
        for (const FlowBlock& block : spec_.flow ? spec_.flow->blocks : std::vector<FlowBlock>()) {
            printed = printed || block.each == name;
        }
        return printed;
    }

    void measure_field(const TemplateField& field) {
        const std::string name = "fields." + field.name;
        if (field.kind == FieldKind::choice) {
            return measure_choices(field);
        }
        if (field.kind == FieldKind::rows) {
            for (const FieldColumn& column : field.columns) {
                measure({name + '.' + column.name, field.label + "·" + column.label, &field,
                         &column, column.max_characters});
            }
            return measure_elements(field);
        }
        measure({name, field.label, &field, nullptr, field.max_characters});
        if (field.kind == FieldKind::list) {
            measure_elements(field);
        }
    }

    void measure(const Subject& subject) {
        FieldMeasure made{subject.field, subject.label, subject.characters_max, 0, 0, 0, "", ""};
        if (!is_printed(subject)) {
            made.characters_held = made.characters_max;
            made.outcome_zh = "不印出";
            made.outcome_en = "is not printed";
            report_.measures.push_back(std::move(made));
            return;
        }
        if (subject.of != nullptr && subject.of->kind == FieldKind::date) {
            return measure_date(subject, std::move(made));
        }
        const bool code = subject.of != nullptr && subject.of->kind == FieldKind::code;
        std::string_view longest = code ? code_fill : wide_fill;
        made.characters_held = greatest(subject.characters_max, [&](std::size_t characters) {
            return holds(subject, longest, characters);
        });
        if (!code) {
            const std::size_t western =
                greatest(subject.characters_max, [&](std::size_t characters) {
                    return holds(subject, western_fill, characters);
                });
            longest = western < made.characters_held ? western_fill : longest;
            made.characters_held = std::min(made.characters_held, western);
        }
        check_held(subject, made);
        const Values values =
            with(sample_, subject, fill(longest, std::max<std::size_t>(made.characters_held, 1)));
        describe(subject, place(values), made);
        look_for_overflow(values, subject.field);
        look_for_overflow(with(sample_, subject, fill(longest, 1)), subject.field);
        report_.measures.push_back(std::move(made));
    }

    void measure_date(const Subject& subject, FieldMeasure made) {
        const Values values = with(sample_, subject, "2026-12-28");
        made.characters_max = made.characters_held = count_code_points("2026年12月28日");
        describe(subject, place(values), made);
        for (const auto& fault : faults_of(values)) {
            tell(TemplateFinding::Weight::refusal, subject.field, fault.rule, fault.value,
                 "排不下日期", "has no room for a day");
        }
        report_.measures.push_back(std::move(made));
    }

    void check_held(const Subject& subject, const FieldMeasure& made) {
        const bool person = spec_.licence && spec_.licence->holder == LicenceHolder::person;
        const std::size_t wanted = subject.of != nullptr ? subject.characters_max
                                   : person              ? person_name_usual
                                                         : organisation_name_usual;
        if (made.characters_held >= wanted) {
            return;
        }
        const std::string value = fmt::format("{} < {}", made.characters_held, wanted);
        if (made.characters_held == 0) {
            tell(TemplateFinding::Weight::refusal, subject.field, "held", value, "一个字也排不下",
                 "not one character fits");
            return;
        }
        if (subject.of == nullptr) {
            tell(TemplateFinding::Weight::warning, subject.field, "held", value,
                 "名称较长时排不下，请放宽版面", "long names do not fit: give it room");
            return;
        }
        tell(TemplateFinding::Weight::warning, subject.field, "held", value,
             fmt::format("允许{}个字，版面最多排下{}个，更长的决定将被退回：请放宽版面，或改小 "
                         "max_characters",
                         wanted, made.characters_held),
             fmt::format("{} characters are allowed, its place holds {}; decisions with more are "
                         "refused: give it room, or a lower max_characters",
                         wanted, made.characters_held));
    }

    /// As many elements as the template allows, each as long as one alone may be.
    void measure_elements(const TemplateField& field) {
        const Subject all{"fields." + field.name, field.label, &field, nullptr, 0};
        std::size_t longest = field.max_characters;
        for (const FieldMeasure& made : report_.measures) {
            const bool own = made.field == all.field || made.field.starts_with(all.field + ".");
            longest = own ? std::min(longest, made.characters_held) : longest;
        }
        for (const FieldColumn& column : field.columns) {
            longest = std::min(longest, column.max_characters);
        }
        if (longest == 0 || !is_printed(all)) {
            return;
        }
        const std::string text = fill(wide_fill, longest);
        FieldMeasure made{
            all.field, field.label + "·项数 elements", 0, 0, field.elements_max, 0, "", ""};
        made.elements_held = greatest(field.elements_max, [&](std::size_t elements) {
            return faults_of(with(sample_, all, text, elements)).empty();
        });
        const Values values =
            with(sample_, all, text, std::max<std::size_t>(made.elements_held, 1));
        describe(all, place(values), made);
        look_for_overflow(values, all.field);
        made.outcome_zh += fmt::format("（每项{}字）", longest);
        made.outcome_en += fmt::format(" ({} characters each)", longest);
        if (made.elements_held < made.elements_max) {
            tell(TemplateFinding::Weight::warning, all.field, "held",
                 fmt::format("{} < {}", made.elements_held, made.elements_max),
                 fmt::format("允许{}项，每项{}字时最多排下{}项", made.elements_max, longest,
                             made.elements_held),
                 fmt::format("{} elements are allowed; of {} characters each {} fit",
                             made.elements_max, longest, made.elements_held));
        }
        report_.measures.push_back(std::move(made));
    }

    void measure_choices(const TemplateField& field) {
        const Subject subject{"fields." + field.name, field.label, &field, nullptr, 0};
        FieldMeasure made{subject.field, field.label, 0, 0, 0, 0, "", ""};
        std::string longest;
        for (const std::string& choice : field.choices) {
            for (const auto& fault : faults_of(with(sample_, subject, choice))) {
                tell(TemplateFinding::Weight::refusal, subject.field + ": " + choice, fault.rule,
                     fault.value, "这个选项排不下", "this choice does not fit");
            }
            longest = choice.size() > longest.size() ? choice : longest;
        }
        made.characters_max = made.characters_held = count_code_points(longest);
        describe(subject, place(with(sample_, subject, longest)), made);
        report_.measures.push_back(std::move(made));
    }

    /// What the declared rule did with the value.
    void describe(const Subject& subject, const PlacedValues& placed, FieldMeasure& made) const {
        const std::string name =
            subject.of == nullptr ? subject.field : "fields." + subject.of->name;
        const auto add = [&made](const std::string& zh, const std::string& en) {
            made.outcome_zh += (made.outcome_zh.empty() ? "" : "，") + zh;
            made.outcome_en += (made.outcome_en.empty() ? "" : ", ") + en;
        };
        for (std::size_t i = 0; i < impl_.document_items.size(); ++i) {
            const TextItem& item = *impl_.document_items[i];
            const Layout& layout = placed.parts()[i].layout;
            if (!names(item.pattern, name) || layout.lines.empty()) {
                continue;
            }
            if (layout.lines.front().size < item.look.size) {
                const double size = layout.lines.front().size / 100.0;
                add(fmt::format("缩至{:g}磅", size), fmt::format("shrinks to {:g} pt", size));
            }
            if (layout.lines.size() > 1) {
                add(fmt::format("折为{}行", layout.lines.size()),
                    fmt::format("wraps to {} lines", layout.lines.size()));
            }
        }
        if (placed.pages() > usual_pages_) {
            add(fmt::format("共{}页", placed.pages()), fmt::format("{} pages", placed.pages()));
        }
        if (made.outcome_zh.empty()) {
            add("原样排下", "fits as it is");
        }
    }

    static bool names(const Pattern& pattern, std::string_view name) {
        return std::any_of(pattern.begin(), pattern.end(), [name](const PatternPiece& piece) {
            return piece.is_value && piece.text == name;
        });
    }

    /// Everything at the most that its own place takes, at once, and at the most that it takes at
    /// full size: words of fixed places must keep clear of each other. What flows is left as the
    /// sample has it.
    void check_together() {
        for (const bool full_size : {false, true}) {
            const PlacedValues placed = place(all_longest(full_size));
            if (!placed.faults().empty()) {
                continue;
            }
            for (TemplateFinding& finding : find_overlaps(impl_, placed)) {
                if (told_.insert(finding.where + finding.value).second) {
                    report_.findings.push_back(std::move(finding));
                }
            }
        }
    }

    [[nodiscard]] Values all_longest(bool full_size) const {
        Values values = sample_;
        for (const FieldMeasure& made : report_.measures) {
            const TemplateField* const field =
                made.field.starts_with("fields.")
                    ? find_field(spec_, std::string_view(made.field).substr(7))
                    : nullptr;
            const bool is_text = field == nullptr || field->kind == FieldKind::text;
            if (!is_text || !stands_fixed(made.field)) {
                continue;
            }
            const Subject subject{made.field, "", field, nullptr, 0};
            const std::size_t characters =
                full_size ? greatest(made.characters_held,
                                     [&](std::size_t count) { return is_full(subject, count); })
                          : made.characters_held;
            values = with(std::move(values), subject, fill(wide_fill, characters));
        }
        return values;
    }

    [[nodiscard]] bool stands_fixed(std::string_view name) const {
        return std::any_of(impl_.document_items.begin(), impl_.document_items.end(),
                           [&](const TextItem* item) { return names(item->pattern, name); });
    }

    /// Is the value set as large as the template has it?
    [[nodiscard]] bool is_full(const Subject& subject, std::size_t characters) const {
        const PlacedValues placed = place(with(sample_, subject, fill(wide_fill, characters)));
        for (std::size_t i = 0; i < impl_.document_items.size(); ++i) {
            const auto& lines = placed.parts()[i].layout.lines;
            if (names(impl_.document_items[i]->pattern, subject.field) && !lines.empty() &&
                lines.front().size < impl_.document_items[i]->look.size) {
                return false;
            }
        }
        return true;
    }

    /// What was set without a fault stands inside of its place, whatever the rules said.
    void look_for_overflow(const Values& values, const std::string& field) {
        const PlacedValues placed = place(values);
        if (!placed.faults().empty()) {
            return;
        }
        for (TemplateFinding& finding : find_overflow(impl_, placed)) {
            finding.where = field;
            if (told_.insert(field).second) {
                report_.findings.push_back(std::move(finding));
            }
        }
    }

    const Template& spec_;
    const CompiledTemplate::Impl& impl_;
    Values sample_;
    int usual_pages_ = 1;
    MeasureReport report_;
    std::set<std::string> told_; ///< fields whose overflow is told, words that overlap
};

} // namespace

MeasureReport measure_fields(const CompiledTemplate& compiled, std::span<const NamedValue> sample) {
    return Measurer(compiled, sample).run();
}

} // namespace songda::issuer
