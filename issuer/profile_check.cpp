#include "issuer/profile_check.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "catalogue/profile_lint.hpp"

namespace songda::issuer {
namespace {

/// What every document says without a field of its template, and where a decision says it.
struct GivenMember {
    std::string_view member;
    std::string_view pointer;
};
constexpr std::array given_members = {
    GivenMember{"number", "/template"},         GivenMember{"seal", "/template"},
    GivenMember{"department", "/template"},     GivenMember{"recipient", "/recipient/name"},
    GivenMember{"signed_on", "/decided_on"},    GivenMember{"valid_from", "/valid_from"},
    GivenMember{"valid_until", "/valid_until"}, GivenMember{"channels", "/delivery"},
};

/// What licences say besides.
constexpr std::array licence_members = {
    GivenMember{"licence_name", "/template"},
    GivenMember{"licence_number", "/template"},
    GivenMember{"type_code", "/template"},
    GivenMember{"identifier", "/relates/document"},
    GivenMember{"department_code", "/template"},
    GivenMember{"holder", "/recipient/name"},
    GivenMember{"holder_code", "/recipient/code"},
    GivenMember{"holder_code_type", "/recipient/kind"},
    GivenMember{"status", "/template"},
    GivenMember{"operation", "/relates/kind"},
    GivenMember{"previous_identifier", "/relates/document"},
};

template <class List>
const GivenMember* find_given(const List& list, std::string_view member) {
    const auto found = std::find_if(list.begin(), list.end(), [member](const GivenMember& given) {
        return given.member == member;
    });
    return found == list.end() ? nullptr : &*found;
}

/// Members that a department says in all its letters, once its template prints them.
constexpr std::array department_members = {"review_organ", "review_address", "court"};

const TemplateField* find_member(const Template& spec, std::string_view member) {
    const auto found =
        std::find_if(spec.fields.begin(), spec.fields.end(),
                     [member](const TemplateField& field) { return field.member == member; });
    return found == spec.fields.end() ? nullptr : &*found;
}

bool says(const Template& spec, std::string_view member) {
    return std::any_of(spec.says.begin(), spec.says.end(),
                       [member](const auto& said) { return said.first == member; });
}

bool department_says(const Template& spec, std::string_view member) {
    return std::find(department_members.begin(), department_members.end(), member) !=
               department_members.end() &&
           prints_value(spec, "department." + std::string(member));
}

/// Rows are asked for by a rule that names their columns.
bool can_say(const Template& spec, const catalogue::ProfileRule& rule, std::string_view member) {
    const TemplateField* const field = find_member(spec, member);
    if (rule.kind == catalogue::RuleKind::rows) {
        return field != nullptr && field->kind == FieldKind::rows &&
               std::all_of(rule.columns.begin(), rule.columns.end(), [field](const auto& column) {
                   return std::any_of(field->columns.begin(), field->columns.end(),
                                      [&](const FieldColumn& each) { return each.name == column; });
               });
    }
    return field != nullptr || says(spec, member) || department_says(spec, member) ||
           find_given(given_members, member) != nullptr ||
           (spec.licence && find_given(licence_members, member) != nullptr);
}

bool always_asks(const catalogue::ProfileRule& rule) {
    switch (rule.kind) {
    case catalogue::RuleKind::present:
    case catalogue::RuleKind::any:
    case catalogue::RuleKind::rows:
    case catalogue::RuleKind::form:
    case catalogue::RuleKind::choice:
    case catalogue::RuleKind::deadline: return rule.conditions.empty() && !rule.optional;
    default: return false;
    }
}

/// The members of a rule that keep it from ever being kept.
std::vector<std::string> members_lacking(const Template& spec, const catalogue::ProfileRule& rule) {
    std::vector<std::string> lacking;
    for (const std::string& member : rule.members) {
        if (!can_say(spec, rule, member)) {
            lacking.push_back(member);
        }
    }
    const bool one_is_enough = rule.kind == catalogue::RuleKind::any;
    return one_is_enough && lacking.size() < rule.members.size() ? std::vector<std::string>{}
                                                                 : lacking;
}

void add_licence_facts(const Template& spec, const DepartmentFace& face, const Decision& decision,
                       const Licence& licence, catalogue::DocumentFacts& facts) {
    const Recipient& holder = decision.recipient.reveal();
    facts.texts["licence_name"] = {licence.name};
    facts.texts["type_code"] = {licence.type};
    facts.texts["licence_number"] = {licence.earlier ? licence.earlier->row.number
                                                     : spec.number_pattern};
    facts.texts["identifier"] = {licence.identifier};
    facts.texts["department_code"] = {face.code};
    facts.texts["holder"] = {holder.name};
    facts.texts["holder_code"] = {holder.code};
    facts.texts["holder_code_type"] = {std::string(holder_code_type(holder.kind))};
    facts.texts["status"] = {std::string(store::status_code(store::DocumentStatus::valid))};
    facts.texts["operation"] = {std::string(store::operation_code(licence.operation))};
    if (!licence.previous_identifier.empty()) {
        facts.texts["previous_identifier"] = {licence.previous_identifier};
    }
}

void add_field(catalogue::DocumentFacts& facts, const std::string& member,
               const FieldValue& value) {
    if (const auto* const text = std::get_if<std::string>(&value)) {
        facts.texts[member] = {*text};
    } else if (const auto* const texts = std::get_if<std::vector<std::string>>(&value)) {
        facts.texts[member] = *texts;
    } else {
        for (const FieldRow& row : std::get<std::vector<FieldRow>>(value)) {
            facts.rows[member].emplace_back(row.begin(), row.end());
        }
    }
}

catalogue::DocumentFacts make_facts(const Template& spec, const DepartmentFace& face,
                                    const Decision& decision, const Licence* licence) {
    catalogue::DocumentFacts facts;
    // Drawn when nothing is left to refuse: that it will be there is all that is known yet.
    facts.texts["number"] = {spec.number_pattern};
    facts.texts["seal"] = {face.seal_text};
    facts.texts["department"] = {face.name};
    facts.texts["recipient"] = {decision.recipient.reveal().name};
    facts.texts["signed_on"] = {to_text(decision.decided_on)};
    facts.texts["channels"] = decision.ways.delivery;
    if (decision.valid_from) {
        facts.texts["valid_from"] = {to_text(*decision.valid_from)};
    }
    if (decision.valid_until || decision.long_term) {
        facts.texts["valid_until"] = {valid_until_text(decision)};
    }
    if (licence != nullptr) {
        add_licence_facts(spec, face, decision, *licence, facts);
    }
    for (const auto& [member, words] : spec.says) {
        facts.texts[member] = {words};
    }
    for (const std::string member : department_members) {
        if (const std::string* const fact = face.find_fact(member);
            fact != nullptr && department_says(spec, member)) {
            facts.texts[member] = {*fact};
        }
    }
    for (const auto& [name, value] : decision.fields.reveal()) {
        if (const TemplateField* const field = find_field(spec, name)) {
            add_field(facts, field->member, value);
        }
    }
    return facts;
}

/// `items[2].supply` → `/fields/items/1/supply`, `signed_on` → `/decided_on`.
std::string pointer_of(const Template& spec, std::string_view where) {
    const std::size_t bracket = std::min(where.find('['), where.size());
    const std::string_view member = where.substr(0, bracket);
    if (const TemplateField* const field = find_member(spec, member)) {
        std::string pointer = "/fields/" + field->name;
        const bool several = field->kind == FieldKind::list || field->kind == FieldKind::rows;
        std::size_t number = 0;
        if (several && bracket < where.size()) {
            std::from_chars(where.data() + bracket + 1, where.data() + where.size(), number);
            pointer += '/' + std::to_string(number - 1);
        }
        const std::size_t dot = where.find('.', bracket);
        return dot == std::string_view::npos ? pointer
                                             : pointer + '/' + std::string(where.substr(dot + 1));
    }
    const GivenMember* given = find_given(given_members, member);
    given = given == nullptr && spec.licence ? find_given(licence_members, member) : given;
    if (given != nullptr) {
        return std::string(given->pointer);
    }
    // Words of the template or of the department's configuration, or what no field is there for.
    return says(spec, member) || department_says(spec, member) ? "/template" : "/fields";
}

Finding to_finding(const Template& spec, const catalogue::ProfileFinding& found) {
    const catalogue::ProfileRule& rule = *found.rule;
    // The others would quote the whole value.
    const bool quotes_words =
        rule.kind == catalogue::RuleKind::refuses || rule.kind == catalogue::RuleKind::catch_all;
    return {pointer_of(spec, found.where), rule.id, quotes_words ? found.text : "",
            rule.zh + "：“" + rule.quote + "”（" + rule.source + "）",
            rule.en + " (" + rule.source + ")"};
}

} // namespace

Result<void> check_template_profile(const Template& spec, const catalogue::Profile& profile) {
    std::string lacking;
    for (const catalogue::ProfileRule& rule : profile.rules) {
        if (!always_asks(rule)) {
            continue;
        }
        for (const std::string& member : members_lacking(spec, rule)) {
            lacking += (lacking.empty() ? "" : "\n") + spec.full_name() + ": no field holds " +
                       member + ", which profile " + profile.code + " asks for (" + rule.id + ')';
        }
    }
    return lacking.empty() ? Result<void>() : Error{Fault::invalid_input, lacking};
}

Result<const catalogue::Profile*> find_profile(const catalogue::Profiles* profiles,
                                               const Template& spec) {
    if (spec.profile.empty()) {
        return nullptr;
    }
    const catalogue::Profile* const found =
        profiles == nullptr ? nullptr : profiles->find(spec.profile);
    if (found == nullptr) {
        return Error{Fault::invalid_input,
                     spec.full_name() + ": there is no document profile " + spec.profile};
    }
    const auto kept = check_template_profile(spec, *found);
    if (!kept.ok()) {
        return kept.error();
    }
    return found;
}

bool counts_earlier(const catalogue::Profile& profile) {
    return std::any_of(
        profile.rules.begin(), profile.rules.end(),
        [](const catalogue::ProfileRule& rule) { return rule.kind == catalogue::RuleKind::once; });
}

std::vector<Finding> check_profile(const catalogue::Profile& profile, const Template& spec,
                                   const DepartmentFace& face, const Decision& decision,
                                   int earlier, const Licence* licence) {
    catalogue::DocumentFacts facts = make_facts(spec, face, decision, licence);
    facts.earlier = earlier;
    std::vector<Finding> findings;
    for (const auto& found : catalogue::lint_document(profile, facts)) {
        findings.push_back(to_finding(spec, found));
    }
    return findings;
}

} // namespace songda::issuer
