#include "issuer/templates/printed_boxes.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace songda::issuer::detail {
namespace {

/// Marks at a line's edge may hang out by less than this; rounding is far below.
constexpr Centipoints tolerance = 100;

struct Box {
    Centipoints left = 0;
    Centipoints bottom = 0;
    Centipoints right = 0;
    Centipoints top = 0;
};

/// The ink of a line is between its descenders and the top of its ideographs.
Box box_of(const Layout& layout, const SetLine& line) {
    const auto glyphs = layout.glyphs_of(line);
    const auto gaps = static_cast<std::int64_t>(glyphs.empty() ? 0 : glyphs.size() - 1);
    const auto spacing = static_cast<Centipoints>(line.spacing_milli * gaps / 1000);
    return {line.x, line.y - line.size * 12 / 100,
            line.x + width_of(glyphs, line.size, 0) + spacing, line.y + line.size * 84 / 100};
}

bool cross(const Box& one, const Box& other) {
    return std::min(one.right, other.right) - std::max(one.left, other.left) > tolerance &&
           std::min(one.top, other.top) - std::max(one.bottom, other.bottom) > tolerance;
}

std::string words_of(const Pattern& pattern) {
    std::string words;
    for (const PatternPiece& piece : pattern) {
        words += piece.is_value ? "{" + piece.text + "}" : piece.text;
    }
    return words;
}

/// What stands on the first page, by name.
struct Printed {
    std::string name;
    std::vector<Box> boxes;
};

Printed printed(std::string name, const Layout& layout) {
    Printed made{std::move(name), {}};
    for (const SetLine& line : layout.lines) {
        if (line.page == 0 && line.begin != line.end) {
            made.boxes.push_back(box_of(layout, line));
        }
    }
    return made;
}

std::vector<Printed> all_printed(const CompiledTemplate::Impl& compiled,
                                 const PlacedValues& placed) {
    std::vector<Printed> all;
    for (std::size_t i = 0; i < compiled.document_items.size(); ++i) {
        all.push_back(
            printed(words_of(compiled.document_items[i]->pattern), placed.parts()[i].layout));
    }
    for (const TextItem& item : compiled.spec.items) {
        if (CompiledTemplate::Impl::needs_document(item.pattern)) {
            continue;
        }
        std::string text;
        for (const PatternPiece& piece : item.pattern) {
            text += piece.is_value ? *compiled.own_value(piece.text) : piece.text;
        }
        all.push_back(
            printed(text, set_text(text, item.look, *compiled.fonts->find_style(item.look.style),
                                   item.x, item.y, item.width)));
    }
    if (compiled.spec.flow) {
        all.push_back(printed("flow", placed.parts().back().layout));
    }
    const QrPlace& qr = compiled.spec.qr;
    const Centipoints side = qr.module * qr.modules_max;
    all.push_back({"qr", {{qr.x - side, qr.y - side, qr.x, qr.y}}});
    if (const auto& photo = compiled.spec.photo) {
        all.push_back(
            {"photo", {{photo->x, photo->y, photo->x + photo->width, photo->y + photo->height}}});
    }
    return all;
}

bool stand_on_each_other(const Printed& one, const Printed& other) {
    return std::any_of(one.boxes.begin(), one.boxes.end(), [&](const Box& box) {
        return std::any_of(other.boxes.begin(), other.boxes.end(),
                           [&](const Box& each) { return cross(box, each); });
    });
}

} // namespace

std::vector<TemplateFinding> find_overflow(const CompiledTemplate::Impl& compiled,
                                           const PlacedValues& placed) {
    std::vector<TemplateFinding> findings;
    const auto look = [&](const std::string& name, const Layout& layout, Centipoints left,
                          Centipoints right) {
        for (const SetLine& line : layout.lines) {
            const Box box = box_of(layout, line);
            const bool on_page = box.left >= 0 && box.right <= compiled.spec.page_width &&
                                 box.bottom >= 0 && box.top <= compiled.spec.page_height;
            if (box.left < left - tolerance || box.right > right + tolerance || !on_page) {
                findings.push_back(
                    {TemplateFinding::Weight::refusal, name, "overflow",
                     fmt::format("{:.1f}–{:.1f} pt", box.left / 100.0, box.right / 100.0),
                     "排版后超出所给的位置", "leaves its place when set"});
                return;
            }
        }
    };
    for (std::size_t i = 0; i < compiled.document_items.size(); ++i) {
        const TextItem& item = *compiled.document_items[i];
        look(words_of(item.pattern), placed.parts()[i].layout, item.x, item.x + item.width);
    }
    if (const auto& flow = compiled.spec.flow) {
        look("flow", placed.parts().back().layout, flow->x, flow->x + flow->width);
    }
    return findings;
}

std::vector<TemplateFinding> find_overlaps(const CompiledTemplate::Impl& compiled,
                                           const PlacedValues& placed) {
    std::vector<TemplateFinding> findings;
    const std::vector<Printed> all = all_printed(compiled, placed);
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t j = i + 1; j < all.size(); ++j) {
            if (stand_on_each_other(all[i], all[j])) {
                findings.push_back(
                    {TemplateFinding::Weight::warning, fmt::format("“{}”", all[i].name), "overlap",
                     fmt::format("“{}”", all[j].name), fmt::format("最长时与“{}”重叠", all[j].name),
                     fmt::format("at its longest stands on “{}”", all[j].name)});
            }
        }
    }
    return findings;
}

} // namespace songda::issuer::detail
