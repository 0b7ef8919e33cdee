#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/rating.hpp"

/// 好差评 (国办发〔2019〕51号): an applicant rates a case once, after it was served, in five
/// levels. A bad rating is looked into, put right and told to the applicant by a day, or taken out
/// after review. docs/states/rating.md is printed from the tables.
namespace songda::delivery {

struct RatingLevel {
    std::uint8_t number;
    std::string_view zh;
    std::string_view en;
};
inline constexpr std::array rating_levels = {
    RatingLevel{5, "非常满意", "very satisfied"},      RatingLevel{4, "满意", "satisfied"},
    RatingLevel{3, "基本满意", "fairly satisfied"},    RatingLevel{2, "不满意", "dissatisfied"},
    RatingLevel{1, "非常不满意", "very dissatisfied"},
};
/// Null: no such level.
[[nodiscard]] const RatingLevel* find_rating_level(std::uint64_t number);
/// 差评: it opens a rectification.
[[nodiscard]] constexpr bool is_low_rating(std::uint8_t level) {
    return level <= 2;
}
/// In which a low rating is to be put right.
inline constexpr int rectification_working_days = 15;

/// What a rating is about: the indicators of online service.
struct RatingReason {
    std::string_view code;
    std::string_view zh;
    std::string_view en;
};
inline constexpr std::array rating_reasons = {
    RatingReason{"speed", "办事效率", "speed"},
    RatingReason{"guide", "办事指南准确度", "accuracy of the guide"},
    RatingReason{"ease", "办事便捷度", "ease"},
    RatingReason{"platform", "平台操作", "the site"},
    RatingReason{"delivery", "结果送达", "delivery of the result"},
    RatingReason{"attitude", "服务态度", "attitude"},
};
[[nodiscard]] const RatingReason* find_rating_reason(std::string_view code);

/// The numbers are stored in RatingRow::state; never renumber, never reuse.
enum class RatingState : std::uint8_t {
    counted = 1,   ///< not low: nothing is to be done
    open = 2,      ///< to be looked into and put right
    rectified = 3, ///< put right; the applicant is still to be called back
    closed = 4,
    excluded = 5, ///< a mistake, or malicious: it does not count
};
enum class RatingStep : std::uint8_t { rectify, call_back, reopen, exclude };

struct RatingTransition {
    RatingState from;
    RatingStep step;
    RatingState to;
};
/// Everything not listed is refused.
inline constexpr std::array rating_transitions = {
    RatingTransition{RatingState::open, RatingStep::rectify, RatingState::rectified},
    RatingTransition{RatingState::open, RatingStep::exclude, RatingState::excluded},
    RatingTransition{RatingState::rectified, RatingStep::call_back, RatingState::closed},
    RatingTransition{RatingState::rectified, RatingStep::reopen, RatingState::open},
};

[[nodiscard]] std::string_view state_name(RatingState state);
[[nodiscard]] std::string_view state_name_zh(RatingState state);
[[nodiscard]] std::string_view step_name(RatingStep step);
[[nodiscard]] std::string_view step_name_zh(RatingStep step);
[[nodiscard]] std::optional<RatingStep> parse_rating_step(std::string_view name);
/// A stored number; nothing for one that no version of Songda wrote.
[[nodiscard]] std::optional<RatingState> rating_state(std::uint8_t number);

/// What the applicant says: a level, codes of `rating_reasons`, words.
struct Rated {
    std::uint8_t level = 0;
    std::vector<std::string> reasons;
    Private<std::string> words;
};

/// It ends its case, which can be rated then. Notices on the way to a decision and the receipt of
/// service do not.
[[nodiscard]] bool ends_case(const store::DocumentRow& document);
/// What a rating of this document's case is stored under: one a case, whatever the number of its
/// documents.
[[nodiscard]] std::string rating_case(const store::DocumentRow& document);
/// `due`: by when a low one is to be put right; not looked at for others.
[[nodiscard]] store::RatingRow make_rating(const store::DocumentRow& document, const Rated& rated,
                                           Date due, TimeMs now);

/// What a person did about a rating.
struct RatingWord {
    RatingStep step;
    std::string actor;
    Private<std::string> note;
    TimeMs at;
};
/// Nothing when the table does not allow it.
[[nodiscard]] std::optional<store::RatingRow> settle_rating(const store::RatingRow& before,
                                                            const RatingWord& word);

} // namespace songda::delivery
