#pragma once

#include "issuer/render/detail/paragraph.hpp"

/// 版记 at the foot of a document's last page (GB/T 9704-2012 §7.4).
namespace songda::issuer::detail {

/// An imprint that was set: its lines and rules count from its lower edge.
struct Imprinted {
    Layout layout;
    Centipoints height = 0; ///< with the distance to what stands above; 0: there is none
};

[[nodiscard]] Imprinted set_imprint(const Imprint& imprint, const Flow& flow,
                                    const FlowValues& values, std::vector<LayoutFault>& faults);

/// Puts it on a page; nothing where there is none.
void place_imprint(const Imprinted& imprint, Centipoints bottom, int page, Layout& to);

} // namespace songda::issuer::detail
