#include "catalogue/mask.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace songda::catalogue {
namespace {

std::string to_utf8(std::u32string_view text) {
    std::string made;
    for (const char32_t c : text) {
        append_utf8(made, c);
    }
    return made;
}

/// The name without a remark in brackets at its end, `（普通合伙）`: its last characters would be
/// half a word and a bracket.
std::u32string_view without_remark(std::u32string_view name) {
    const bool remarked = name.ends_with(U'）') || name.ends_with(U')');
    const std::size_t begin = remarked ? name.find_last_of(U"（(") : std::u32string_view::npos;
    return begin == std::u32string_view::npos || begin == 0 ? name : name.substr(0, begin);
}

/// Compound surnames that are in use, two characters each.
constexpr std::u32string_view compound_surnames =
    U"欧阳司马上官诸葛皇甫尉迟公孙慕容令狐司徒东方夏侯端木百里南宫西门独孤宇文长孙轩辕呼延闻人太史"
    U"申屠"
    U"赫连澹台公冶宗政濮阳淳于单于钟离万俟闾丘鲜于仲孙司空公羊太叔拓跋第五";

bool has_compound_surname(std::u32string_view name) {
    for (std::size_t at = 0; name.size() > 2 && at < compound_surnames.size(); at += 2) {
        if (name.starts_with(compound_surnames.substr(at, 2))) {
            return true;
        }
    }
    return false;
}

} // namespace

std::string mask_person(std::string_view name) {
    const std::u32string characters = to_code_points(name);
    const std::u32string_view view = characters;
    return view.empty() ? std::string()
                        : to_utf8(view.substr(0, has_compound_surname(view) ? 2 : 1)) + "**";
}

std::string mask_organisation(std::string_view name) {
    static constexpr std::string_view stars = "********";
    const std::u32string characters = to_code_points(name);
    const std::u32string_view view = without_remark(characters);
    if (view.size() < 2) {
        return std::string(stars);
    }
    const std::size_t head = view.size() > 6 ? 3 : 1;
    const std::size_t tail = view.size() > 6 ? 2 : 1;
    return to_utf8(view.substr(0, head)) + std::string(stars) +
           to_utf8(view.substr(view.size() - tail));
}

std::string mask_phone(std::string_view phone) {
    static constexpr std::string_view written_in = "0123456789+-() ";
    if (phone.find_first_not_of(written_in) != std::string_view::npos) {
        return "****";
    }
    std::string digits;
    std::copy_if(phone.begin(), phone.end(), std::back_inserter(digits),
                 [](char c) { return c >= '0' && c <= '9'; });
    if (digits.empty()) {
        return "";
    }
    const std::size_t front = std::min<std::size_t>(3, digits.size() / 3);
    const std::size_t back = std::min<std::size_t>(4, (digits.size() + 1) / 3);
    return digits.substr(0, front) + "****" + digits.substr(digits.size() - back);
}

} // namespace songda::catalogue
