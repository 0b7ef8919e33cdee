#include "verifier/visible_text.hpp"

#include "base/utf8.hpp"

namespace songda::verifier {
namespace {

constexpr std::size_t characters_max = 200;

bool is_visible(char32_t c) {
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xFEFF;
    const bool direction = c == 0x061C || (c >= 0x200B && c <= 0x200F) ||
                           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F);
    const bool none = c == 0xFFFD || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF;
    return !control && !direction && !none;
}

} // namespace

std::string visible_text(std::string_view text) {
    std::string shown;
    for (std::size_t count = 0; !text.empty() && count < characters_max; ++count) {
        const char32_t c = take_any_code_point(text);
        if (is_visible(c)) {
            append_utf8(shown, c);
        } else {
            shown += '?';
        }
    }
    return shown;
}

} // namespace songda::verifier
