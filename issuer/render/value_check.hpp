#pragma once

#include <span>
#include <string>
#include <vector>

#include "issuer/finding.hpp"
#include "issuer/render/detail/compiled.hpp"
#include "issuer/render/renderer.hpp"

namespace songda::issuer {

/// A document's values laid out on its template's pages: what will be drawn, or why it cannot be.
class PlacedValues {
public:
    struct Placed {
        const TextLook* look = nullptr;
        Layout layout;
    };
    struct PlaceFault {
        std::string pointer; ///< of the first value of the pattern, into the decision
        std::string rule;
        std::string value;
    };

    /// The values must outlive the constructor only.
    PlacedValues(const CompiledTemplate::Impl& compiled, std::span<const NamedValue> values);

    /// Sets again what prints the number, which is known now.
    void finish(std::span<const NamedValue> values);

    [[nodiscard]] const std::vector<Placed>& parts() const { return parts_; }
    [[nodiscard]] const std::vector<PlaceFault>& faults() const { return faults_; }
    [[nodiscard]] Centipoints seal_x() const { return seal_x_; }
    [[nodiscard]] Centipoints seal_y() const { return seal_y_; }
    /// The seal stands on the last.
    [[nodiscard]] int pages() const { return pages_; }

private:
    /// `element`: of the repeated block that the pattern belongs to; null elsewhere.
    [[nodiscard]] std::string expand(const Pattern& pattern, std::span<const NamedValue> values,
                                     const FlowElement* element) const;
    [[nodiscard]] Placed set_item(const TextItem& item, std::span<const NamedValue> values);
    [[nodiscard]] Placed set_flow_of(const Flow& flow, std::span<const NamedValue> values);
    void take_faults(const Pattern& pattern, const std::vector<LayoutFault>& faults);

    const CompiledTemplate::Impl& compiled_;
    std::vector<Placed> parts_; ///< the items in the template's order, then the flow
    std::vector<PlaceFault> faults_;
    Centipoints seal_x_ = 0;
    Centipoints seal_y_ = 0;
    int pages_ = 1;
};

/// Declared kinds and lengths, then the measures of the page; every fault.
[[nodiscard]] std::vector<Finding> check_values(const CompiledTemplate::Impl& compiled,
                                                std::span<const NamedValue> values,
                                                const PlacedValues& placed);

} // namespace songda::issuer
