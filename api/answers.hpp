#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "store/store.hpp"
#include "verifier/report.hpp"

namespace songda::api {

/// What the register says of a document, as far as a stranger may know it. `status`: the newest
/// entry of its history.
[[nodiscard]] verifier::Report register_report(const store::DocumentRow& document,
                                               const store::StatusEntry& status, TimeMs now);

/// The same with what the document is to others, and they to it, as far as its holder's copy tells
/// anybody. Reads its status; other documents only where it relates to one or was replaced.
[[nodiscard]] Result<verifier::Report>
find_register_report(store::Store& store, const store::DocumentRow& document, TimeMs now);

/// The answer as HTML for the place that the page keeps for it (web/README.md). Everything is
/// escaped.
[[nodiscard]] std::string answer_html(const verifier::Report& report);
/// The same place when there is nothing under that key: equal for absent and forbidden.
[[nodiscard]] std::string nothing_html();
/// The same place when the form came without a file.
[[nodiscard]] std::string no_file_html();

[[nodiscard]] std::string escape_html(std::string_view text);

} // namespace songda::api
