#include "delivery/rating.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace songda::delivery {
namespace {

template <class Named>
struct Names {
    Named which;
    std::string_view name;
    std::string_view zh;
};
constexpr std::array states = {
    Names<RatingState>{RatingState::counted, "counted", "已计入"},
    Names<RatingState>{RatingState::open, "open", "待核实整改"},
    Names<RatingState>{RatingState::rectified, "rectified", "已整改，待回访"},
    Names<RatingState>{RatingState::closed, "closed", "已回访办结"},
    Names<RatingState>{RatingState::excluded, "excluded", "经复核不计入"},
};
constexpr std::array steps = {
    Names<RatingStep>{RatingStep::rectify, "rectify", "已整改"},
    Names<RatingStep>{RatingStep::call_back, "call_back", "已回访"},
    Names<RatingStep>{RatingStep::reopen, "reopen", "回访不满意，重新整改"},
    Names<RatingStep>{RatingStep::exclude, "exclude", "误评或恶意，剔除"},
};

template <class Table, class Named>
const auto& names_of(const Table& table, Named which) {
    const auto* const found = std::find_if(table.begin(), table.end(),
                                           [&](const auto& each) { return each.which == which; });
    SONGDA_CHECK(found != table.end());
    return *found;
}

bool is_waiting(RatingState state) {
    return state == RatingState::open || state == RatingState::rectified;
}

} // namespace

const RatingLevel* find_rating_level(std::uint64_t number) {
    const auto* const found =
        std::find_if(rating_levels.begin(), rating_levels.end(),
                     [&](const RatingLevel& each) { return each.number == number; });
    return found == rating_levels.end() ? nullptr : found;
}

const RatingReason* find_rating_reason(std::string_view code) {
    const auto* const found =
        std::find_if(rating_reasons.begin(), rating_reasons.end(),
                     [&](const RatingReason& each) { return each.code == code; });
    return found == rating_reasons.end() ? nullptr : found;
}

std::string_view state_name(RatingState state) {
    return names_of(states, state).name;
}
std::string_view state_name_zh(RatingState state) {
    return names_of(states, state).zh;
}
std::string_view step_name(RatingStep step) {
    return names_of(steps, step).name;
}
std::string_view step_name_zh(RatingStep step) {
    return names_of(steps, step).zh;
}

std::optional<RatingStep> parse_rating_step(std::string_view name) {
    for (const auto& each : steps) {
        if (each.name == name) {
            return each.which;
        }
    }
    return std::nullopt;
}

std::optional<RatingState> rating_state(std::uint8_t number) {
    for (const auto& each : states) {
        if (static_cast<std::uint8_t>(each.which) == number) {
            return each.which;
        }
    }
    return std::nullopt;
}

bool ends_case(const store::DocumentRow& document) {
    constexpr std::array<std::string_view, 5> on_the_way = {"SL", "BZ", "RQ", "TBCX", "HZ"};
    return std::find(on_the_way.begin(), on_the_way.end(), document.type_code) == on_the_way.end();
}

std::string rating_case(const store::DocumentRow& document) {
    return document.case_number.empty() ? to_text(document.id) : document.case_number;
}

store::RatingRow make_rating(const store::DocumentRow& document, const Rated& rated, Date due,
                             TimeMs now) {
    const bool low = is_low_rating(rated.level);
    store::RatingRow row;
    row.department = document.department;
    row.case_key = rating_case(document);
    row.document = document.id;
    row.template_version = document.template_version;
    row.level = rated.level;
    row.reasons = rated.reasons;
    row.words = rated.words;
    row.at = now;
    row.state = static_cast<std::uint8_t>(low ? RatingState::open : RatingState::counted);
    row.due = low ? std::optional(due) : std::nullopt;
    row.changed = now;
    return row;
}

std::optional<store::RatingRow> settle_rating(const store::RatingRow& before,
                                              const RatingWord& word) {
    for (const RatingTransition& each : rating_transitions) {
        if (static_cast<std::uint8_t>(each.from) == before.state && each.step == word.step) {
            store::RatingRow after = before;
            after.state = static_cast<std::uint8_t>(each.to);
            after.counts = each.to != RatingState::excluded;
            after.due = is_waiting(each.to) ? before.due : std::nullopt;
            after.changed = word.at;
            after.actor = word.actor;
            after.note = word.note;
            return after;
        }
    }
    return std::nullopt;
}

} // namespace songda::delivery
