#pragma once

#include <string>
#include <vector>

#include "delivery/collecting.hpp"

namespace songda::api {

/// Who reads it. Of a collection the applicant sees who came and how that was checked, without the
/// department's keys, the hash of the person and the marks of a kiosk.
enum class Reader { department, applicant };

/// How a document travels: `[{"channel","state","state_zh","reason","at","attempts"}]`, without
/// addresses.
[[nodiscard]] std::string delivery_json(const std::vector<delivery::LegProgress>& legs,
                                        Reader reader);

} // namespace songda::api
