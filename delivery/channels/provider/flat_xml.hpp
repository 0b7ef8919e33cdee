#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace songda::delivery::provider {

/// The one shape of XML that providers push: `<xml><Name><![CDATA[text]]></Name><Other>1</Other>…
/// </xml>`, one level deep, without attributes. Entities are the five of XML and no others, so that
/// nothing expands. Elements that hold elements are read over. Pure; reads outside bytes. Fault
/// invalid_input quotes nothing.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>>
read_flat_xml(std::string_view xml);

} // namespace songda::delivery::provider
