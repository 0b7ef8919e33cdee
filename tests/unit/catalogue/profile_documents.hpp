#pragma once

#include <map>
#include <string>

#include "catalogue/profile_lint.hpp"

/// One good document of every type, for the tests of the lint.
namespace songda::catalogue {

inline constexpr const char* first_edition =
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U";
inline constexpr const char* second_edition =
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.S";

/// By the code of its profile.
[[nodiscard]] const std::map<std::string, DocumentFacts>& good_documents();

/// Makes a good decision on renewal or change a good refusal of it.
void refuse(DocumentFacts& facts);
/// Makes a good proof of service one of 留置送达.
void leave_at_the_address(DocumentFacts& facts);

} // namespace songda::catalogue
