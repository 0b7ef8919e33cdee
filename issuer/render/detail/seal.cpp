#include "issuer/render/detail/seal.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace songda::issuer::detail {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double ring_radius = 58;
constexpr double star_radius = 18.5;
constexpr double star_inner = 0.382; // of a regular pentagram
constexpr double bezier = 0.5522847498;
constexpr double widest_arc = 1.5 * pi;
/// Upright on a grid of 0.03 mm on paper: short numbers that repeat, which deflate likes.
constexpr int outline_units = 200;

std::string ring() {
    const double r = ring_radius;
    const double k = r * bezier;
    return fmt::format("3 w {0} 0 m {0} {1} {1} {0} 0 {0} c -{1} {0} -{0} {1} -{0} 0 c -{0} -{1} "
                       "-{1} -{0} 0 -{0} c "
                       "{1} -{0} {0} -{1} {0} 0 c h S\n",
                       r, k);
}

std::string star() {
    std::string path;
    for (int i = 0; i < 10; ++i) {
        const double radius = i % 2 == 0 ? star_radius : star_radius * star_inner;
        const double angle = pi / 2 + i * pi / 5;
        path += fmt::format("{:.3f} {:.3f} {} ", radius * std::cos(angle), radius * std::sin(angle),
                            i == 0 ? "m" : "l");
    }
    return path + "h f\n";
}

} // namespace

Result<std::string> draw_seal(std::string_view name, const FontStyle& style) {
    const std::u32string text = to_code_points(name);
    if (text.empty() || text.size() > 24) {
        return Error{Fault::invalid_input, "a seal's name has 1 to 24 characters"};
    }
    const auto count = static_cast<double>(text.size());
    const double size = std::min(17.0, 190.0 / count);
    const double radius = ring_radius - 5 - size * 0.62; // of the characters' middles
    const double step = std::min(widest_arc / std::max(1.0, count - 1), size * 1.45 / radius);
    std::string drawing = "0.82 0.07 0.09 rg 0.82 0.07 0.09 RG\n" + ring() + star();
    for (std::size_t i = 0; i < text.size(); ++i) {
        const double angle = pi / 2 + step * ((count - 1) / 2 - static_cast<double>(i));
        const double turn = angle - pi / 2;
        const double c = size * std::cos(turn);
        const double s = size * std::sin(turn);
        // The middle of an em square lies half an em right of and 0.38 em above its origin.
        const double x = radius * std::cos(angle) - (c * 0.5 - s * 0.38);
        const double y = radius * std::sin(angle) - (s * 0.5 + c * 0.38);
        std::string outline;
        for (const FontFace* const face : style.chain) {
            outline = face->outline(text[i], outline_units);
            if (!outline.empty()) {
                break;
            }
        }
        if (outline.empty()) {
            return Error{Fault::invalid_input,
                         "no font has the seal's character " + code_point_name(text[i])};
        }
        drawing += fmt::format("q {:.4f} {:.4f} {:.4f} {:.4f} {:.2f} {:.2f} cm\n{}f Q\n",
                               c / outline_units, s / outline_units, -s / outline_units,
                               c / outline_units, x, y, outline);
    }
    return drawing;
}

std::string draw_seal_place() {
    return "0.6 G [5 4] 0 d " + ring();
}

} // namespace songda::issuer::detail
