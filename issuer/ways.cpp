#include "issuer/ways.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/json.hpp"
#include "issuer/decision.hpp"
#include "issuer/detail/members.hpp"

namespace songda::issuer {
namespace {

using detail::Members;
using rapidjson::Value;

constexpr std::size_t form_characters_max = 64;
constexpr std::size_t version_characters_max = 32;

/// A word for a way, and what it needs of the recipient; empty: whoever comes is asked for it.
struct Way {
    std::string_view name;
    std::string_view member;
    std::string Recipient::*address;
};
constexpr std::array serving = {
    Way{"portal", "portal_account", &Recipient::portal_account},
    Way{"email", "email", &Recipient::email},
    Way{"fax", "fax", &Recipient::fax},
    Way{"kiosk", "", nullptr},
    Way{"counter", "", nullptr},
    Way{"post", "address", &Recipient::address},
};
constexpr std::array telling = {
    Way{"sms", "phone", &Recipient::phone},
    Way{"wechat", "wechat", &Recipient::wechat},
    Way{"voice", "phone", &Recipient::phone},
};

bool is_in(const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

/// Reads lists of words; a word stands once in all lists that serve.
class WayLists {
public:
    WayLists(Members& members, const Recipient& recipient, const WaysOffered& offered)
        : members_(members), recipient_(recipient), offered_(offered) {}

    template <std::size_t N>
    std::vector<std::string> read(std::string_view list, bool required,
                                  const std::array<Way, N>& ways) {
        std::vector<std::string> words;
        const Value* const found = members_.member(list, required);
        if (found == nullptr) {
            return words;
        }
        const std::string names = choices(ways);
        if (!found->IsArray()) {
            members_.find(list, "kind", std::string(kind_of(*found)),
                          fmt::format("应为数组，可列出 {}", names),
                          fmt::format("must be an array of {}", names));
            return words;
        }
        if (found->Empty() && required) {
            members_.find(list, "required", "", fmt::format("至少选择一种送达方式：{}", names),
                          fmt::format("must list at least one channel of {}", names));
        }
        for (rapidjson::SizeType i = 0; i < found->Size() && i <= N; ++i) {
            const std::string word(text_of((*found)[i]));
            const auto* const way = std::find_if(
                ways.begin(), ways.end(), [&](const Way& each) { return each.name == word; });
            if (take(std::string(list), i, word, way == ways.end() ? nullptr : way, names)) {
                words.push_back(word);
                taken_.push_back(word);
            }
        }
        return words;
    }

private:
    /// Those of the list that are offered.
    template <std::size_t N>
    [[nodiscard]] std::string choices(const std::array<Way, N>& ways) const {
        std::string names;
        for (const Way& each : ways) {
            if (is_in(offered_, each.name)) {
                names += (names.empty() ? "" : ", ") + std::string(each.name);
            }
        }
        return names;
    }

    bool take(const std::string& list, unsigned place, const std::string& word, const Way* way,
              const std::string& names) {
        const std::string member = fmt::format("{}/{}", list, place);
        if (way == nullptr || !is_in(offered_, word)) {
            members_.find_at(member, way == nullptr ? "choice" : "offered", word,
                             fmt::format("应为本系统开通的方式：{}", names),
                             fmt::format("must be one of those that are offered: {}", names));
            return false;
        }
        if (is_in(taken_, word)) {
            members_.find_at(member, "unique", word, "方式重复", "is listed twice");
            return false;
        }
        if (way->address != nullptr && (recipient_.*(way->address)).empty()) {
            members_.find_at(fmt::format("recipient/{}", way->member), "required", "",
                             "所选方式需要该项", "is needed for the chosen channel");
        }
        return true;
    }

    Members& members_;
    const Recipient& recipient_;
    const WaysOffered& offered_;
    std::vector<std::string> taken_;
};

std::optional<Consent> read_consent(Members& members, Date today) {
    const Value* const found = members.member("consent", false);
    if (found == nullptr) {
        return std::nullopt;
    }
    if (!found->IsObject()) {
        members.find("consent", "kind", std::string(kind_of(*found)), "应为JSON对象",
                     "must be a JSON object");
        return std::nullopt;
    }
    Members inside(*found, "/consent", members.findings());
    Consent consent;
    consent.form = inside.text("form", true, form_characters_max);
    consent.version = inside.text("version", true, version_characters_max);
    consent.given_on = inside.day("given_on", true).value_or(Date{});
    if (consent.given_on > today) {
        inside.find("given_on", "not_in_future", to_text(consent.given_on), "日期不能晚于今天",
                    "must not be later than today");
    }
    inside.refuse_the_rest();
    return consent;
}

} // namespace

const WaysOffered& every_way() {
    static const WaysOffered all = [] {
        WaysOffered names;
        for (const Way& each : serving) {
            names.emplace_back(each.name);
        }
        for (const Way& each : telling) {
            names.emplace_back(each.name);
        }
        return names;
    }();
    return all;
}

Ways read_ways(Members& members, const Recipient& recipient, Date today,
               const WaysOffered& offered) {
    WayLists lists(members, recipient, offered);
    Ways ways;
    ways.delivery = lists.read("delivery", true, serving);
    ways.fallback = lists.read("fallback", false, serving);
    ways.notices = lists.read("notices", false, telling);
    ways.consent = read_consent(members, today);
    return ways;
}

} // namespace songda::issuer
