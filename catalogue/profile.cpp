#include "catalogue/profile.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>

#include "base/toml_reader.hpp"

namespace songda::catalogue {
namespace {

template <class Value, std::size_t N>
using Names = std::array<std::pair<std::string_view, Value>, N>;

constexpr Names<RuleKind, 10> kind_names = {{{"present", RuleKind::present},
                                             {"any", RuleKind::any},
                                             {"rows", RuleKind::rows},
                                             {"form", RuleKind::form},
                                             {"choice", RuleKind::choice},
                                             {"deadline", RuleKind::deadline},
                                             {"refuses", RuleKind::refuses},
                                             {"catch_all", RuleKind::catch_all},
                                             {"not_after", RuleKind::not_after},
                                             {"once", RuleKind::once}}};

constexpr Names<TextForm, 3> form_names = {{{"day", TextForm::day},
                                            {"net_address", TextForm::net_address},
                                            {"licence_identifier", TextForm::licence_identifier}}};

template <class Value, std::size_t N>
Value read_named(TomlTable& table, std::string_view key, const Names<Value, N>& names) {
    const std::string text = table.text(key);
    for (const auto& [name, value] : names) {
        if (text == name) {
            return value;
        }
    }
    if (!text.empty()) {
        table.refuse(key, "is none that is known");
    }
    return names[0].second;
}

std::string read_said(TomlTable& table, std::string_view key) {
    std::string text = table.text(key);
    if (text.empty() && table.has(key)) {
        table.refuse(key, "must not be empty");
    }
    return text;
}

std::vector<std::string> read_some(TomlTable& table, std::string_view key) {
    std::vector<std::string> texts = table.texts(key);
    if (table.has(key) && (texts.empty() || std::count(texts.begin(), texts.end(), "") > 0)) {
        table.refuse(key, "must name at least one, and none may be empty");
    }
    return texts;
}

std::vector<RuleCondition> read_conditions(TomlTable& table) {
    if (!table.has("when")) {
        return {};
    }
    return {{read_said(table, "when"), table.texts_or_none("is"), table.texts_or_none("is_not")}};
}

/// Keys that a kind of rule does not have are left unread, and so told as unknown.
void read_own_keys(TomlTable& table, ProfileRule& rule) {
    switch (rule.kind) {
    case RuleKind::rows: rule.columns = read_some(table, "columns"); break;
    case RuleKind::not_after: rule.than = read_said(table, "than"); break;
    case RuleKind::choice:
    case RuleKind::refuses: rule.words = read_some(table, "words"); break;
    case RuleKind::form: rule.form = read_named(table, "form", form_names); [[fallthrough]];
    case RuleKind::present:
    case RuleKind::deadline: rule.words = table.texts_or_none("words"); break;
    case RuleKind::any:
    case RuleKind::catch_all:
    case RuleKind::once: break;
    }
    if (rule.kind == RuleKind::form || rule.kind == RuleKind::choice ||
        rule.kind == RuleKind::deadline) {
        rule.optional = table.boolean_or("optional", false);
    }
}

ProfileRule read_rule(TomlTable& table) {
    ProfileRule rule;
    rule.id = read_said(table, "id");
    rule.kind = read_named(table, "kind", kind_names);
    rule.members = read_some(table, "members");
    read_own_keys(table, rule);
    rule.conditions = read_conditions(table);
    rule.quote = read_said(table, "quote");
    rule.source = read_said(table, "source");
    rule.zh = read_said(table, "zh");
    rule.en = read_said(table, "en");
    return rule;
}

/// Adds a rule unless another has its id.
void add_rule(TomlTable& table, std::string_view key, std::vector<ProfileRule>& rules,
              ProfileRule rule) {
    if (std::any_of(rules.begin(), rules.end(),
                    [&](const auto& one) { return one.id == rule.id; })) {
        table.refuse(key, rule.id + " stands there twice");
    }
    rules.push_back(std::move(rule));
}

void read_rules(TomlTable& root, std::vector<ProfileRule>& rules) {
    for (TomlTable table : root.tables("rule")) {
        add_rule(table, "id", rules, read_rule(table));
    }
}

void read_included(TomlTable& root, const RuleSets& sets, std::vector<ProfileRule>& rules) {
    for (TomlTable table : root.tables("include")) {
        const std::string name = table.text("set");
        const auto conditions = read_conditions(table);
        const auto set = sets.find(name);
        if (set == sets.end()) {
            table.refuse("set", "is no set of rules");
            continue;
        }
        for (ProfileRule rule : set->second) {
            rule.conditions.insert(rule.conditions.end(), conditions.begin(), conditions.end());
            add_rule(table, "set", rules, std::move(rule));
        }
    }
}

std::string read_code(TomlTable& root) {
    static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static constexpr std::size_t size_max = 8;
    std::string code = read_said(root, "code");
    if (code.size() > size_max || code.find_first_not_of(letters) != std::string::npos) {
        root.refuse("code", "must be one to eight capital letters");
    }
    return code;
}

Profile read_profile(TomlTable root, const RuleSets& sets) {
    Profile profile;
    profile.code = read_code(root);
    profile.title = read_said(root, "title");
    profile.name = read_said(root, "name");
    profile.approvals =
        static_cast<int>(root.integer_or("approvals", 0, 0, Profile::approvals_max));
    for (TomlTable table : root.tables("basis")) {
        profile.basis.push_back({read_said(table, "law"), read_said(table, "article")});
    }
    if (profile.basis.empty()) {
        root.refuse("basis", "must name a law and article at least");
    }
    read_included(root, sets, profile.rules);
    read_rules(root, profile.rules);
    if (profile.rules.empty()) {
        root.refuse("rule", "must ask for something");
    }
    return profile;
}

/// Reads one file with `read`; null and a line more in `wrong` if anything is wrong with it.
template <class Value, class Read>
std::optional<Value> read_file(const Result<TomlFile>& file, std::string& wrong, Read read) {
    if (!file.ok()) {
        wrong += (wrong.empty() ? "" : "\n") + file.error().detail;
        return std::nullopt;
    }
    Value value = read(file.value().root());
    const auto finished = file.value().finish();
    if (!finished.ok()) {
        wrong += (wrong.empty() ? "" : "\n") + finished.error().detail;
        return std::nullopt;
    }
    return value;
}

std::vector<ProfileRule> read_rule_set(TomlTable root) {
    std::vector<ProfileRule> rules;
    read_rules(root, rules);
    return rules;
}

template <class Value, class Read>
Result<Value> parse(std::string_view text, const std::string& name, Read read) {
    std::string wrong;
    auto value = read_file<Value>(TomlFile::parse(text, name), wrong, read);
    if (!value) {
        return Error{Fault::invalid_input, wrong};
    }
    return std::move(*value);
}

/// In the order of their names, so that faults are told alike everywhere.
std::set<std::filesystem::path> toml_files(const std::filesystem::path& folder) {
    std::set<std::filesystem::path> files;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
        if (entry.path().extension() == ".toml") {
            files.insert(entry.path());
        }
    }
    return files;
}

} // namespace

Result<std::vector<ProfileRule>> parse_rule_set(std::string_view text, const std::string& name) {
    return parse<std::vector<ProfileRule>>(text, name, read_rule_set);
}

Result<Profile> parse_profile(std::string_view text, const std::string& name,
                              const RuleSets& sets) {
    return parse<Profile>(text, name,
                          [&](const TomlTable& root) { return read_profile(root, sets); });
}

Result<Profiles> Profiles::read(const std::string& folder) {
    std::string wrong;
    RuleSets sets;
    for (const auto& path : toml_files(std::filesystem::path(folder) / "sets")) {
        auto set = read_file<std::vector<ProfileRule>>(TomlFile::open(path.string()), wrong,
                                                       read_rule_set);
        sets[path.stem().string()] = std::move(set).value_or(std::vector<ProfileRule>{});
    }
    Profiles made;
    for (const auto& path : toml_files(folder)) {
        auto profile =
            read_file<Profile>(TomlFile::open(path.string()), wrong, [&](TomlTable root) {
                Profile one = read_profile(root, sets);
                if (made.profiles_.contains(one.code)) {
                    root.refuse("code", one.code + " is another profile's");
                }
                return one;
            });
        if (profile) {
            const std::string code = profile->code;
            made.profiles_.emplace(code, std::move(*profile));
        }
    }
    if (!wrong.empty()) {
        return Error{Fault::invalid_input, wrong};
    }
    if (made.profiles_.empty()) {
        return Error{Fault::not_found, folder + ": no document profile, like BZ.toml"};
    }
    return made;
}

const Profile* Profiles::find(std::string_view code) const {
    const auto found = profiles_.find(code);
    return found == profiles_.end() ? nullptr : &found->second;
}

} // namespace songda::catalogue
