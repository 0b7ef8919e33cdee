#include "postal-adapter/code128.hpp"

#include <algorithm>
#include <array>

namespace songda::postal {
namespace {

constexpr std::uint8_t to_set_c = 99;  ///< said in set B
constexpr std::uint8_t to_set_b = 100; ///< said in set C
constexpr std::uint8_t start_b = 104;
constexpr std::uint8_t start_c = 105;
constexpr std::uint8_t stop = 106;
constexpr unsigned check_modulus = 103;

/// ISO/IEC 15417, table 1: widths of the three bars and spaces of each value; the stop has a bar
/// more.
constexpr std::array<std::string_view, 107> patterns = {
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
    "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
    "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
    "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
    "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
    "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
    "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
    "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// How many symbols the rest takes from each place on, in set B and in set C.
struct Cost {
    std::size_t in_b = 0;
    std::size_t in_c = 0;
};

std::vector<Cost> costs_of(std::string_view text) {
    constexpr std::size_t never = 1U << 20U;
    std::vector<Cost> costs(text.size() + 1);
    for (std::size_t at = text.size(); at-- > 0;) {
        const bool pair = at + 1 < text.size() && is_digit(text[at]) && is_digit(text[at + 1]);
        const std::size_t one = 1 + costs[at + 1].in_b;
        const std::size_t two = pair ? 1 + costs[at + 2].in_c : never;
        costs[at] = {std::min(one, 1 + two), std::min(1 + one, two)};
    }
    return costs;
}

/// Start, changes and characters; no check, no stop.
std::vector<std::uint8_t> values_of(std::string_view text) {
    const std::vector<Cost> costs = costs_of(text);
    bool in_c = costs[0].in_c < costs[0].in_b;
    std::vector<std::uint8_t> values = {in_c ? start_c : start_b};
    for (std::size_t at = 0; at < text.size();) {
        const bool stays = in_c ? at + 1 < text.size() && is_digit(text[at]) &&
                                      is_digit(text[at + 1]) &&
                                      costs[at].in_c == 1 + costs[at + 2].in_c
                                : costs[at].in_b == 1 + costs[at + 1].in_b;
        if (!stays) {
            values.push_back(in_c ? to_set_b : to_set_c);
            in_c = !in_c;
        } else if (in_c) {
            values.push_back(
                static_cast<std::uint8_t>(10 * (text[at] - '0') + (text[at + 1] - '0')));
            at += 2;
        } else {
            values.push_back(static_cast<std::uint8_t>(text[at] - ' '));
            ++at;
        }
    }
    return values;
}

} // namespace

Result<Code128> encode_code128(std::string_view text) {
    const bool printable =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (text.empty() || text.size() > code128_characters_max || !printable) {
        return Error{Fault::invalid_input, "a bar code holds 1 to 80 printable ASCII characters"};
    }
    std::vector<std::uint8_t> values = values_of(text);
    unsigned sum = values[0];
    for (std::size_t at = 1; at < values.size(); ++at) {
        sum += static_cast<unsigned>(at) * values[at];
    }
    values.push_back(static_cast<std::uint8_t>(sum % check_modulus));
    values.push_back(stop);
    Code128 symbol;
    symbol.symbols = static_cast<unsigned>(values.size());
    for (const std::uint8_t value : values) {
        for (const char width : patterns[value]) {
            symbol.widths.push_back(static_cast<std::uint8_t>(width - '0'));
            symbol.modules += symbol.widths.back();
        }
    }
    return symbol;
}

} // namespace songda::postal
