#include "issuer/relates.hpp"

#include <algorithm>
#include <array>

#include <rapidjson/document.h>

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace songda::issuer {
namespace {

using store::RelationKind;

constexpr std::size_t text_characters_max = 64;
constexpr std::array kinds = {RelationKind::renews, RelationKind::changes,
                              RelationKind::duplicate_of, RelationKind::annotates};
constexpr std::array<std::string_view, 4> members = {"kind", "document", "template", "case_number"};

void tell(std::vector<Finding>& findings, std::string_view member, std::string_view rule,
          std::string_view zh, std::string_view en) {
    findings.push_back({"/relates" + std::string(member.empty() ? "" : "/") + std::string(member),
                        std::string(rule), "", std::string(zh), std::string(en)});
}

} // namespace

std::string_view relation_name(RelationKind kind) {
    switch (kind) {
    case RelationKind::renews: return "renews";
    case RelationKind::changes: return "changes";
    case RelationKind::duplicate_of: return "duplicate_of";
    case RelationKind::annotates: return "annotates";
    }
    return "renews";
}

std::optional<Relates> read_relates(const rapidjson::Value& value, std::vector<Finding>& findings) {
    if (!value.IsObject()) {
        tell(findings, "", "kind", "应为JSON对象", "must be a JSON object");
        return std::nullopt;
    }
    const std::size_t before = findings.size();
    for (const auto& member : value.GetObject()) {
        const std::string_view name = text_of(member.name);
        if (std::find(members.begin(), members.end(), name) == members.end()) {
            tell(findings, name, "unknown", "没有这一项", "is not a known member");
        } else if (!member.value.IsString() || text_of(member.value).empty() ||
                   count_code_points(text_of(member.value)) > text_characters_max) {
            tell(findings, name, "kind", "应为1至64个字的文本",
                 "must be text of 1 to 64 characters");
        }
    }
    Relates relates;
    const std::string_view kind = member_text(value, "kind");
    const auto known = std::find_if(kinds.begin(), kinds.end(), [kind](RelationKind one) {
        return relation_name(one) == kind;
    });
    if (known == kinds.end()) {
        tell(findings, "kind", "choice", "应为 renews、changes、duplicate_of 或 annotates",
             "must be renews, changes, duplicate_of or annotates");
    } else {
        relates.kind = *known;
    }
    relates.document = member_text(value, "document");
    relates.template_id = member_text(value, "template");
    relates.case_number = member_text(value, "case_number");
    const bool by_case = !relates.template_id.empty() && !relates.case_number.empty();
    const bool partly = relates.template_id.empty() != relates.case_number.empty();
    if (partly || by_case == !relates.document.empty()) {
        tell(findings, "document", "required", "应写明原文书的核验码或编号，或其模板与办件编号",
             "must name the document by key or id, or by template and case_number");
    }
    return findings.size() == before ? std::optional(relates) : std::nullopt;
}

} // namespace songda::issuer
