#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// Document profiles (文书类型): what a document of one type must say and what it must not, as data
/// in catalogue/profiles (docs/formats/profile.md). The code knows kinds of rules, never a type of
/// document. Whether a document keeps to its profile is for profile_lint.hpp.
namespace songda::catalogue {

enum class RuleKind {
    present,   ///< each member says something
    any,       ///< at least one of the members says something
    rows,      ///< each member has a row at least, and each row every column
    form,      ///< each text has a form
    choice,    ///< each text is one of the words
    deadline,  ///< each text names a day or a number of days, and none of the words
    refuses,   ///< no text holds any of the words
    catch_all, ///< no text leaves open what it asks for (`find_catch_all`)
    not_after, ///< the day of each member is not later than the day of `than`
    once,      ///< a second document of the type for one case needs every member
};

enum class TextForm {
    day,                ///< `2026-11-24` or `2026年11月24日`
    net_address,        ///< `https://…`
    licence_identifier, ///< 电子证照标识 with its check character
};

/// Holds if a text of the member is of `is` (when that is empty: says anything) and none is of
/// `is_not`.
struct RuleCondition {
    std::string member;
    std::vector<std::string> is;
    std::vector<std::string> is_not;
};

struct ProfileRule {
    std::string id; ///< `BZ.items`, stable; `remedies.court` where several profiles share it
    RuleKind kind = RuleKind::present;
    std::vector<std::string> members;
    std::vector<std::string> columns; ///< rows
    /// present: what counts as nothing; form: accepted besides; choice: accepted; deadline,
    /// refuses: refused.
    std::vector<std::string> words;
    TextForm form = TextForm::day;
    std::string than;                      ///< not_after
    bool optional = false;                 ///< form, choice, deadline: may be absent
    std::vector<RuleCondition> conditions; ///< all must hold, else the rule asks nothing
    std::string quote;  ///< the words of the law or guideline that the rule is made of
    std::string source; ///< where they stand
    std::string zh;     ///< what is wrong
    std::string en;
};

struct ProfileBasis {
    std::string law; ///< full title
    std::string article;
};

struct Profile {
    static constexpr int approvals_max = 3;

    std::string code;  ///< `BZ`
    std::string title; ///< 补正材料通知书, as printed
    std::string name;  ///< `notice of missing materials`
    /// How many people beside its author must approve a document before it is issued; 0: none must.
    int approvals = 0;
    std::vector<ProfileBasis> basis;
    std::vector<ProfileRule> rules; ///< in the order of the file, shared ones where they are named
};

/// Rules that several profiles share, by the name of their file.
using RuleSets = std::map<std::string, std::vector<ProfileRule>, std::less<>>;

/// Both read a file whole and tell all that is wrong with it at once, with line and key. Fault:
/// invalid_input.
[[nodiscard]] Result<std::vector<ProfileRule>> parse_rule_set(std::string_view text,
                                                              const std::string& name);
[[nodiscard]] Result<Profile> parse_profile(std::string_view text, const std::string& name,
                                            const RuleSets& sets);

/// All profiles of a folder. Immutable; share it.
class Profiles {
public:
    /// Reads `*.toml` and `sets/*.toml`. Faults: not_found (no profile there), invalid_input (all
    /// that is wrong in all files).
    [[nodiscard]] static Result<Profiles> read(const std::string& folder);

    /// Null: no profile has that code.
    [[nodiscard]] const Profile* find(std::string_view code) const;
    [[nodiscard]] const std::map<std::string, Profile, std::less<>>& all() const {
        return profiles_;
    }

private:
    std::map<std::string, Profile, std::less<>> profiles_;
};

} // namespace songda::catalogue
