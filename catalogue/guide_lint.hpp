#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/guide.hpp"

/// Does a guide say all that 苏政办发〔2018〕64号 wants, and nothing that it forbids? Pure
/// functions; a guide with a finding is not published.
namespace songda::catalogue {

/// One rule of the guideline, with the words that it is made of.
struct GuideRule {
    std::string_view id;    ///< `G07.original`: field and rule, stable
    std::string_view quote; ///< from the guideline
    std::string_view zh;    ///< what is wrong
    std::string_view en;
};

struct GuideFinding {
    const GuideRule* rule = nullptr; ///< of `guide_rules()`
    std::string where;               ///< `material[3].original_required`, counted from 1
    std::string text;                ///< the offending words; empty where something is missing
};

[[nodiscard]] const std::vector<GuideRule>& guide_rules();

/// The name under which the power list (权力清单) has an item; nothing: it has none of that code.
using PowerList = std::function<std::optional<std::string>(std::string_view code)>;

/// All findings, in the order of the guide. Without a power list name and code are only looked at
/// for being there.
[[nodiscard]] std::vector<GuideFinding> lint_guide(const Guide& guide,
                                                   const PowerList& power_list = nullptr);

/// The words of a clause that means "and whatever else" (兜底条款); nothing if it says what it
/// means.
[[nodiscard]] std::optional<std::string> find_catch_all(std::string_view text);

/// `https://host.domain/…` or `http://…`, of visible ASCII.
[[nodiscard]] bool is_net_address(std::string_view text);

/// `5工作日` → 5, `当场办结` → 0; nothing for any other form.
[[nodiscard]] std::optional<int> parse_time_limit(std::string_view text);

} // namespace songda::catalogue
