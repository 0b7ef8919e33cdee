#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace songda::store {

/// What is drafted, reviewed and published in editions 版次. The numbers are stored; never
/// renumber, never reuse.
enum class EditionKind : std::uint8_t {
    item_list = 1,  ///< 事项清单 of an area
    guide = 2,      ///< 办事指南 of a sub-item
    template_ = 3,  ///< 文书模板
    power_list = 4, ///< 权力清单 of an area
};
inline constexpr std::array edition_kinds = {EditionKind::item_list, EditionKind::guide,
                                             EditionKind::template_, EditionKind::power_list};

/// Where an edition stands. The numbers are stored. docs/states/edition.md shows the table below; a
/// test compares them.
enum class EditionState : std::uint8_t { draft = 1, in_review = 2, published = 3, withdrawn = 4 };
inline constexpr std::array edition_states = {EditionState::draft, EditionState::in_review,
                                              EditionState::published, EditionState::withdrawn};

[[nodiscard]] constexpr std::string_view state_name(EditionState state) {
    switch (state) {
    case EditionState::draft: return "draft";
    case EditionState::in_review: return "in_review";
    case EditionState::published: return "published";
    case EditionState::withdrawn: break;
    }
    return "withdrawn";
}

[[nodiscard]] constexpr std::string_view state_name_zh(EditionState state) {
    switch (state) {
    case EditionState::draft: return "草稿";
    case EditionState::in_review: return "审核中";
    case EditionState::published: return "已公布";
    case EditionState::withdrawn: break;
    }
    return "已撤下";
}

/// One allowed step. Everything not listed is refused. The content of an edition never changes:
/// what is put right is the next edition.
struct EditionStep {
    EditionState from;
    EditionState to;
};
inline constexpr std::array edition_steps = {
    EditionStep{EditionState::draft, EditionState::in_review},
    EditionStep{EditionState::draft, EditionState::withdrawn},
    EditionStep{EditionState::in_review, EditionState::draft}, // sent back
    EditionStep{EditionState::in_review, EditionState::published},
    EditionStep{EditionState::in_review, EditionState::withdrawn},
    EditionStep{EditionState::published, EditionState::withdrawn},
};

[[nodiscard]] constexpr bool may_follow(EditionState from, EditionState to) {
    for (const EditionStep& step : edition_steps) {
        if (step.from == from && step.to == to) {
            return true;
        }
    }
    return false;
}
static_assert(!may_follow(EditionState::draft, EditionState::published));
static_assert(!may_follow(EditionState::withdrawn, EditionState::published));

} // namespace songda::store
