#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalogue/guide.hpp"
#include "store/rows.hpp"

/// A published guide as people and programs read it. Pure functions; every text is escaped.
namespace songda::api {

/// All fields G01 to G15 in the order of 苏政办发〔2018〕64号 附件2, for the place that guide.html
/// keeps.
[[nodiscard]] std::string guide_html(const catalogue::Guide& guide,
                                     const store::EditionRow& edition);
/// The list of guides in force, with the words that were looked for.
[[nodiscard]] std::string guides_html(const std::vector<store::EditionRow>& editions,
                                      std::string_view words);

[[nodiscard]] std::string guide_json(const catalogue::Guide& guide,
                                     const store::EditionRow& edition);
[[nodiscard]] std::string guides_json(const std::vector<store::EditionRow>& editions);

} // namespace songda::api
