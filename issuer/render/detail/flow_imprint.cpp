#include "issuer/render/detail/flow_imprint.hpp"

namespace songda::issuer::detail {
namespace {

/// What stands above is not to touch it.
constexpr Centipoints distance_above = 600;

class ImprintSetter {
public:
    ImprintSetter(const Imprint& imprint, const Flow& flow, const FlowValues& values,
                  std::vector<LayoutFault>& faults)
        : imprint_(imprint), flow_(flow), values_(values), faults_(faults),
          character_(imprint.look.size) {}

    /// From the last line upwards.
    Imprinted run() {
        rule(imprint_.outer_weight);
        set_organ_and_date();
        if (values_.holds(imprint_.copies_condition) && !imprint_.copies.empty()) {
            rule(imprint_.inner_weight);
            set_copies();
        }
        rule(imprint_.outer_weight);
        made_.height = y_ + distance_above;
        return std::move(made_);
    }

private:
    void rule(Centipoints weight) {
        made_.layout.rules.push_back({flow_.x, y_ - weight / 2, flow_.width, weight, 0});
    }

    [[nodiscard]] std::vector<SetGlyph> glyphs_of(const Pattern& pattern) {
        return find_glyphs(values_.expand(pattern, nullptr), *values_.style_of(imprint_.look.style),
                           faults_);
    }

    [[nodiscard]] Centipoints baseline() const {
        return y_ + (imprint_.look.leading - imprint_.look.size) / 2 + imprint_.look.size / 8;
    }

    /// §7.4.3: one character from either side; a long name takes further lines beside the day.
    void set_organ_and_date() {
        const Centipoints room = flow_.width - 2 * character_;
        TextLook look = imprint_.look;
        look.align = Align::right;
        const auto date = glyphs_of(imprint_.date);
        append_lines(
            made_.layout, date,
            {place_line(date, look, look.size, flow_.x + character_, baseline(), room, true)});
        look.align = Align::left;
        look.fit = Fit::balance;
        const auto organ = glyphs_of(imprint_.organ);
        const Centipoints beside = room - width_of(date, look.size, look.tracking) - character_;
        append_upwards(
            organ, set_paragraph(organ, look, {flow_.x + character_, 0, beside}, 0, look.leading));
    }

    /// Lines set downwards from 0; the last one stands on the baseline.
    Centipoints append_upwards(std::span<const SetGlyph> glyphs, std::vector<SetLine> lines) {
        const auto rows = static_cast<Centipoints>(lines.size());
        y_ += imprint_.look.leading * rows;
        const Centipoints first = baseline() - imprint_.look.leading;
        for (SetLine& line : lines) {
            line.y += first;
        }
        append_lines(made_.layout, glyphs, lines);
        return first;
    }

    /// §7.4.2: one character from the left, further lines below the end of 抄送：.
    void set_copies() {
        TextLook look = imprint_.look;
        look.align = Align::left;
        const auto label = glyphs_of(imprint_.copies_label);
        const auto copies = glyphs_of(imprint_.copies);
        const Centipoints label_width = width_of(label, look.size, look.tracking);
        const Centipoints x = flow_.x + character_;
        const Centipoints first = append_upwards(
            copies, set_paragraph(copies, look,
                                  {x + label_width, 0, flow_.width - 2 * character_ - label_width},
                                  0, look.leading));
        append_lines(made_.layout, label,
                     {place_line(label, look, look.size, x, first, label_width, true)});
    }

    const Imprint& imprint_;
    const Flow& flow_;
    const FlowValues& values_;
    std::vector<LayoutFault>& faults_;
    Centipoints character_;
    Imprinted made_;
    Centipoints y_ = 0; ///< upper edge of what is set so far
};

} // namespace

Imprinted set_imprint(const Imprint& imprint, const Flow& flow, const FlowValues& values,
                      std::vector<LayoutFault>& faults) {
    return ImprintSetter(imprint, flow, values, faults).run();
}

void place_imprint(const Imprinted& imprint, Centipoints bottom, int page, Layout& to) {
    std::vector<SetLine> lines = imprint.layout.lines;
    for (SetLine& line : lines) {
        line.y += bottom;
        line.page = page;
    }
    append_lines(to, imprint.layout.glyphs, lines);
    for (SetRule rule : imprint.layout.rules) {
        rule.y += bottom;
        rule.page = page;
        to.rules.push_back(rule);
    }
}

} // namespace songda::issuer::detail
