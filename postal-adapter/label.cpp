#include "postal-adapter/label.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

#include "base/toml_reader.hpp"
#include "catalogue/mask.hpp"
#include "issuer/templates/form_parts.hpp"
#include "postal-adapter/code128.hpp"

namespace songda::postal {
namespace {

using issuer::Centipoints;
using issuer::from_mm;

/// The names that a form may print, and what they stand for.
struct LabelValue {
    std::string_view name;
    std::string (*of)(const LabelContent&);
};
constexpr std::array label_values = {
    LabelValue{"carrier", [](const LabelContent& c) { return c.carrier; }},
    LabelValue{"product", [](const LabelContent& c) { return c.product; }},
    LabelValue{"waybill", [](const LabelContent& c) { return c.waybill; }},
    LabelValue{"order", [](const LabelContent& c) { return c.order; }},
    LabelValue{"destination", [](const LabelContent& c) { return c.destination; }},
    LabelValue{"destination.code", [](const LabelContent& c) { return c.destination_code; }},
    LabelValue{"receiver.name", [](const LabelContent& c) { return c.receiver.name.reveal(); }},
    LabelValue{
        "receiver.phone",
        [](const LabelContent& c) { return catalogue::mask_phone(c.receiver.phone.reveal()); }},
    LabelValue{"receiver.address",
               [](const LabelContent& c) { return c.receiver.address.reveal(); }},
    LabelValue{"sender.name", [](const LabelContent& c) { return c.sender.name.reveal(); }},
    LabelValue{
        "sender.phone",
        [](const LabelContent& c) { return catalogue::mask_phone(c.sender.phone.reveal()); }},
    LabelValue{"sender.address", [](const LabelContent& c) { return c.sender.address.reveal(); }},
    LabelValue{"contents", [](const LabelContent& c) { return c.contents; }},
    LabelValue{"pieces", [](const LabelContent& c) { return c.pieces; }},
    LabelValue{"proof", [](const LabelContent& c) { return c.proof; }},
    LabelValue{"day", [](const LabelContent& c) { return c.day; }},
};

const LabelValue* find_value(std::string_view name) {
    const auto found = std::find_if(label_values.begin(), label_values.end(),
                                    [&](const LabelValue& each) { return each.name == name; });
    return found == label_values.end() ? nullptr : &*found;
}

std::string expand(const issuer::Pattern& pattern, const LabelContent& content) {
    std::string text;
    for (const issuer::PatternPiece& piece : pattern) {
        text += piece.is_value ? find_value(piece.text)->of(content) : piece.text;
    }
    return text;
}

/// The value that a pattern prints, by name, for a message about it.
std::string name_of(const issuer::Pattern& pattern) {
    for (const issuer::PatternPiece& piece : pattern) {
        if (piece.is_value) {
            return piece.text;
        }
    }
    return "text";
}

void check_values(const issuer::Pattern& pattern, TomlTable& table, std::string_view key) {
    for (const issuer::PatternPiece& piece : pattern) {
        if (piece.is_value && find_value(piece.text) == nullptr) {
            table.refuse(key, fmt::format("there is no value {{{}}}", piece.text));
        }
    }
}

LabelBars read_bars(TomlTable& table, Centipoints page_height) {
    LabelBars bars;
    bars.value = issuer::parse_pattern(table.text("value"), table);
    check_values(bars.value, table, "value");
    bars.x = from_mm(table.number("x_mm"));
    bars.width = from_mm(table.number("width_mm"));
    bars.height = from_mm(table.number("height_mm"));
    bars.y = page_height - from_mm(table.number("y_mm")) - bars.height;
    bars.module = from_mm(table.number("module_mm"));
    if (bars.module < from_mm(0.19)) {
        table.refuse("module_mm", "a narrower bar than 0.19 mm is not read by a courier's scanner");
    }
    return bars;
}

double to_mm(Centipoints length) {
    return length * 25.4 / 7200;
}

Result<issuer::SheetBars> set_bars(const LabelBars& bars, const LabelContent& content) {
    const auto symbol = encode_code128(expand(bars.value, content));
    if (!symbol.ok()) {
        return Error{Fault::invalid_input, name_of(bars.value) + ": " + symbol.error().detail};
    }
    const auto modules = static_cast<Centipoints>(symbol.value().modules);
    const Centipoints quiet = Centipoints{code128_quiet_modules} * bars.module;
    const Centipoints wide = modules * bars.module;
    if (wide + 2 * quiet > bars.width) {
        return Error{Fault::invalid_input,
                     fmt::format("{}: its bars are {:.1f} mm wide, there are {:.1f} mm",
                                 name_of(bars.value), to_mm(wide + 2 * quiet), to_mm(bars.width))};
    }
    return issuer::SheetBars{bars.x + (bars.width - wide) / 2, bars.y, bars.height, bars.module,
                             symbol.value().widths};
}

} // namespace

Result<LabelForm> read_label_form(const std::string& path) {
    auto file = TomlFile::open(path);
    if (!file.ok()) {
        return file.error();
    }
    TomlTable root = file.value().root();
    LabelForm form;
    form.name = root.text("name");
    form.width = from_mm(root.number("width_mm"));
    form.height = from_mm(root.number("height_mm"));
    form.copies = static_cast<unsigned>(root.integer_or("copies", 1, 1, 9));
    for (TomlTable& table : root.tables("text")) {
        form.texts.push_back(issuer::read_text_item(table, form.height));
        check_values(form.texts.back().pattern, table, "text");
    }
    for (TomlTable& table : root.tables("line")) {
        form.lines.push_back(issuer::read_line_item(table, form.height));
    }
    for (TomlTable& table : root.tables("barcode")) {
        form.bars.push_back(read_bars(table, form.height));
    }
    if (form.bars.empty()) {
        root.refuse("barcode", "a label without the waybill's bars is not read by anybody");
    }
    const auto finished = file.value().finish();
    return finished.ok() ? Result<LabelForm>(std::move(form)) : finished.error();
}

Result<issuer::Sheet> set_label(const LabelForm& form, const issuer::FontSet& fonts,
                                const LabelContent& content) {
    issuer::Sheet sheet{form.width, form.height, {}, {}, {}};
    for (const issuer::TextItem& item : form.texts) {
        const issuer::FontStyle* const style = fonts.find_style(item.look.style);
        if (style == nullptr) {
            return Error{Fault::invalid_input, "the fonts have no style " + item.look.style};
        }
        issuer::Layout layout = issuer::set_text(expand(item.pattern, content), item.look, *style,
                                                 item.x, item.y, item.width);
        if (!layout.faults.empty()) {
            const issuer::LayoutFault& fault = layout.faults.front();
            return Error{Fault::invalid_input,
                         fmt::format("{}: {} {}", name_of(item.pattern), fault.rule, fault.value)};
        }
        sheet.texts.push_back({std::move(layout), item.look.colour});
    }
    for (const issuer::LineItem& line : form.lines) {
        sheet.rules.push_back({line.x, line.y, line.width, line.weight, 0});
    }
    for (const LabelBars& bars : form.bars) {
        auto set = set_bars(bars, content);
        if (!set.ok()) {
            return set.error();
        }
        sheet.bars.push_back(std::move(set).value());
    }
    return sheet;
}

} // namespace songda::postal
