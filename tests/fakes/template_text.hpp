#pragma once

#include <string_view>

namespace songda::fakes {

/// What every template must say of seal, code and sample mark, out of the way of a test's own texts
/// in the upper part of the page.
inline constexpr std::string_view template_marks = R"([seal]
x_mm = 150
y_mm = 250
diameter_mm = 40
[qr]
x_mm = 71
y_mm = 200
module_pt = 2
modules_max = 73
[sample]
x_mm = 105
y_mm = 30
size_pt = 13
mark_x_mm = 105
mark_y_mm = 150
mark_size_pt = 40
mark_degrees = 26
)";

} // namespace songda::fakes
