#include "catalogue/profile_lint.hpp"

#include <algorithm>
#include <set>

#include "base/utf8.hpp"
#include "catalogue/guide_lint.hpp"
#include "catalogue/licence_identifier.hpp"

namespace songda::catalogue {
namespace {

constexpr int four_digits = 4;

bool is_space(char32_t c) {
    return c <= U' ' || c == U'\u00A0' || c == U'\u3000' || (c >= U'\u2000' && c <= U'\u200B');
}

/// Without spaces, and full-width ASCII as ASCII: ` ３ 个月` is `3个月` to a reader.
std::u32string to_plain(std::string_view text) {
    std::u32string plain;
    while (!text.empty()) {
        const char32_t c = take_code_point(text);
        if (!is_space(c)) {
            plain += c >= U'\uFF01' && c <= U'\uFF5E' ? c - 0xFEE0 : c;
        }
    }
    return plain;
}

bool is_mark(char32_t c) {
    const bool letter =
        (c >= U'0' && c <= U'9') || (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z');
    return (c < 0x7F && !letter) || (c >= 0x7F && c <= 0xBF) || (c >= 0x2000 && c <= 0x206F) ||
           (c >= 0x3000 && c <= 0x303F) || c == 0xFFFD;
}

bool is_digit(char32_t c) {
    return c >= U'0' && c <= U'9';
}

/// Moves `at` back over the digits before it; what they are.
std::u32string_view digits_before(std::u32string_view text, std::size_t& at,
                                  std::u32string_view digits) {
    const std::size_t end = at;
    while (at > 0 && digits.find(text[at - 1]) != std::u32string_view::npos) {
        --at;
    }
    return text.substr(at, end - at);
}

bool step_back_over(std::u32string_view text, std::size_t& at, std::u32string_view words) {
    if (!text.substr(0, at).ends_with(words)) {
        return false;
    }
    at -= words.size();
    return true;
}

int to_int(std::u32string_view digits) {
    int value = 0;
    for (const char32_t c : digits.substr(0, four_digits)) {
        value = value * 10 + static_cast<int>(c - U'0');
    }
    return value;
}

std::optional<Date> existing(Date day) {
    return parse_date(to_text(day));
}

/// The day that ends with the 日 at `end`: `2026年11月24日`.
std::optional<Date> day_ending_at(std::u32string_view text, std::size_t end, std::size_t& begin) {
    static constexpr std::u32string_view ascii = U"0123456789";
    begin = end;
    const auto day = digits_before(text, begin, ascii);
    if (!step_back_over(text, begin, U"月")) {
        return std::nullopt;
    }
    const auto month = digits_before(text, begin, ascii);
    if (!step_back_over(text, begin, U"年")) {
        return std::nullopt;
    }
    const auto year = digits_before(text, begin, ascii);
    if (year.size() != four_digits || month.empty() || month.size() > 2 || day.empty() ||
        day.size() > 2) {
        return std::nullopt;
    }
    return existing(
        {to_int(year), static_cast<unsigned>(to_int(month)), static_cast<unsigned>(to_int(day))});
}

/// A number of days ends with the 日 or 天 at `end`; the day of a month does not count.
bool is_count_ending_at(std::u32string_view text, std::size_t end) {
    std::size_t at = end;
    step_back_over(text, at, U"工作");
    step_back_over(text, at, U"个");
    const auto number = digits_before(text, at, U"0123456789零〇一二两三四五六七八九十百");
    return number.find_first_not_of(U"0零〇") != std::u32string_view::npos &&
           (at == 0 ||
            std::u32string_view(U"月-/.年").find(text[at - 1]) == std::u32string_view::npos);
}

bool has_iso_day(std::u32string_view text) {
    static constexpr std::size_t size = 10;
    for (std::size_t at = 0; at + size <= text.size(); ++at) {
        const auto part = text.substr(at, size);
        if (std::all_of(part.begin(), part.end(),
                        [](char32_t c) { return is_digit(c) || c == U'-'; }) &&
            parse_date(std::string(part.begin(), part.end()))) {
            return true;
        }
    }
    return false;
}

bool is_one_of(std::string_view text, const std::vector<std::string>& words) {
    const std::u32string plain = to_plain(text);
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return to_plain(word) == plain; });
}

/// The first of the words that the text holds.
std::optional<std::string> find_any(std::string_view text, const std::vector<std::string>& words) {
    const std::u32string plain = to_plain(text);
    for (const std::string& word : words) {
        if (plain.find(to_plain(word)) != std::u32string::npos) {
            return word;
        }
    }
    return std::nullopt;
}

bool has_form(std::string_view text, TextForm form) {
    switch (form) {
    case TextForm::day: return parse_document_day(text).has_value();
    case TextForm::net_address: return is_net_address(text);
    case TextForm::licence_identifier:
        return read_licence_identifier(text).verdict == CodeVerdict::good;
    }
    return false;
}

class Linter {
public:
    explicit Linter(const DocumentFacts& facts) : facts_(facts) {}

    std::vector<ProfileFinding> run(const Profile& profile) {
        for (const ProfileRule& rule : profile.rules) {
            if (std::all_of(rule.conditions.begin(), rule.conditions.end(),
                            [this](const auto& condition) { return holds(condition); })) {
                rule_ = &rule;
                look();
            }
        }
        return std::move(findings_);
    }

private:
    void look() {
        switch (rule_->kind) {
        case RuleKind::any: any(); return;
        case RuleKind::once:
            if (facts_.earlier <= 0) {
                return;
            }
            break;
        default: break;
        }
        for (const std::string& member : rule_->members) {
            look_at(member);
        }
    }

    void look_at(const std::string& member) {
        switch (rule_->kind) {
        case RuleKind::any: break;
        case RuleKind::once:
        case RuleKind::present: present(member); break;
        case RuleKind::rows: rows(member); break;
        case RuleKind::form:
        case RuleKind::choice:
        case RuleKind::deadline: formed(member); break;
        case RuleKind::refuses:
        case RuleKind::catch_all: refused(member); break;
        case RuleKind::not_after: not_after(member); break;
        }
    }

    void tell(const std::string& where, std::string_view text = {}) {
        if (told_.insert(where).second) {
            findings_.push_back({rule_, where, std::string(text)});
        }
    }

    [[nodiscard]] const std::vector<std::string>& texts_of(std::string_view member) const {
        static const std::vector<std::string> none;
        const auto found = facts_.texts.find(member);
        return found == facts_.texts.end() ? none : found->second;
    }

    [[nodiscard]] bool says_anything(std::string_view member) const {
        const auto& texts = texts_of(member);
        return std::any_of(texts.begin(), texts.end(),
                           [](const std::string& text) { return !is_blank(text); });
    }

    [[nodiscard]] bool holds(const RuleCondition& condition) const {
        const auto& texts = texts_of(condition.member);
        const auto any_of = [&texts](const std::vector<std::string>& words) {
            return std::any_of(texts.begin(), texts.end(),
                               [&](const std::string& text) { return is_one_of(text, words); });
        };
        if (any_of(condition.is_not)) {
            return false;
        }
        return condition.is.empty() ? !condition.is_not.empty() || says_anything(condition.member)
                                    : any_of(condition.is);
    }

    /// Calls `look_at_text(text, place)` for each text of a member that has only texts.
    template <class Look>
    void each_text(const std::string& member, Look look_at_text) const {
        const auto& texts = texts_of(member);
        for (std::size_t i = 0; i < texts.size(); ++i) {
            look_at_text(texts[i],
                         texts.size() == 1 ? member : member + '[' + std::to_string(i + 1) + ']');
        }
    }

    /// The same for each cell of its rows.
    template <class Look>
    void each_cell(const std::string& member, Look look_at_text) const {
        const auto found = facts_.rows.find(member);
        for (std::size_t i = 0; found != facts_.rows.end() && i < found->second.size(); ++i) {
            for (const auto& [column, text] : found->second[i]) {
                look_at_text(text, member + '[' + std::to_string(i + 1) + "]." + column);
            }
        }
    }

    void any() {
        if (std::none_of(rule_->members.begin(), rule_->members.end(),
                         [this](const auto& member) { return says_anything(member); })) {
            tell(rule_->members.front());
        }
    }

    void present(const std::string& member) {
        if (texts_of(member).empty()) {
            tell(member);
        }
        each_text(member, [this](const std::string& text, const std::string& where) {
            if (is_blank(text) || is_one_of(text, rule_->words)) {
                tell(where, text);
            }
        });
    }

    void rows(const std::string& member) {
        const auto found = facts_.rows.find(member);
        if (found == facts_.rows.end() || found->second.empty()) {
            tell(member);
            return;
        }
        for (std::size_t i = 0; i < found->second.size(); ++i) {
            for (const std::string& column : rule_->columns) {
                const auto cell = found->second[i].find(column);
                if (cell == found->second[i].end() || is_blank(cell->second)) {
                    tell(member + '[' + std::to_string(i + 1) + "]." + column);
                }
            }
        }
    }

    void formed(const std::string& member) {
        if (!says_anything(member)) {
            if (!rule_->optional) {
                tell(member);
            }
            return;
        }
        each_text(member, [this](const std::string& text, const std::string& where) {
            if (const auto wrong = misformed(text)) {
                tell(where, *wrong);
            }
        });
    }

    /// The offending words of a text that is not as the rule wants it.
    [[nodiscard]] std::optional<std::string> misformed(const std::string& text) const {
        if (rule_->kind == RuleKind::deadline) {
            const auto vague = find_any(text, rule_->words);
            return vague || names_a_term(text) ? vague : text;
        }
        const bool good = is_one_of(text, rule_->words) ||
                          (rule_->kind == RuleKind::form && has_form(text, rule_->form));
        return good ? std::nullopt : std::optional(text);
    }

    void refused(const std::string& member) {
        const auto look = [this](const std::string& text, const std::string& where) {
            const auto words = rule_->kind == RuleKind::catch_all ? find_catch_all(text)
                                                                  : find_any(text, rule_->words);
            if (words) {
                tell(where, *words);
            }
        };
        each_text(member, look);
        each_cell(member, look);
    }

    void not_after(const std::string& member) {
        const auto& later = texts_of(rule_->than);
        const auto last = later.empty() ? std::nullopt : parse_document_day(later.front());
        each_text(member, [&](const std::string& text, const std::string& where) {
            const auto day = parse_document_day(text);
            if (last && day && *last < *day) {
                tell(where, text);
            }
        });
    }

    const DocumentFacts& facts_;
    const ProfileRule* rule_ = nullptr;
    std::set<std::string> told_;
    std::vector<ProfileFinding> findings_;
};

} // namespace

std::vector<ProfileFinding> lint_document(const Profile& profile, const DocumentFacts& facts) {
    return Linter(facts).run(profile);
}

bool is_blank(std::string_view text) {
    const std::u32string plain = to_plain(text);
    return std::all_of(plain.begin(), plain.end(), is_mark);
}

std::optional<Date> parse_document_day(std::string_view text) {
    if (const auto day = parse_date(text)) {
        return day;
    }
    const std::u32string points = to_code_points(text);
    if (points.empty() || points.back() != U'日') {
        return std::nullopt;
    }
    std::size_t begin = 0;
    const auto day = day_ending_at(points, points.size() - 1, begin);
    return begin == 0 ? day : std::nullopt;
}

bool names_a_term(std::string_view text) {
    const std::u32string plain = to_plain(text);
    for (std::size_t at = 0; at < plain.size(); ++at) {
        std::size_t begin = 0;
        if ((plain[at] == U'日' || plain[at] == U'天') &&
            (is_count_ending_at(plain, at) || day_ending_at(plain, at, begin))) {
            return true;
        }
    }
    return has_iso_day(plain);
}

} // namespace songda::catalogue
