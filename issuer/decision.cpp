#include "issuer/decision.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "catalogue/codes.hpp"
#include "issuer/detail/members.hpp"

namespace songda::issuer {
namespace {

using detail::Breaks;
using detail::Members;
using rapidjson::Value;

constexpr std::size_t name_characters_max = 100;
constexpr std::size_t value_characters_max = 20'000;
constexpr std::size_t cell_characters_max = 2000;
constexpr std::size_t identifier_characters_max = 128;
constexpr std::size_t photo_characters_max = 70'000; // 50 KB in base64 are 68 268
constexpr std::size_t fields_max = 64;
constexpr std::size_t rows_max = 200;
constexpr std::size_t cells_max = 16;
constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t phone_characters_max = 16;
constexpr std::size_t wechat_characters_max = 64; // openid
constexpr std::size_t postal_characters_max = 120;
constexpr std::size_t address_bytes_max = 254; // RFC 5321 §4.5.3.1.3

bool is_visible_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

/// As it is dialled (ITU-T E.164: at most 15 digits), or empty.
bool is_dialled(std::string_view text) {
    const std::string_view digits = text.substr(text.starts_with('+') ? 1 : 0);
    return text.empty() ||
           (digits.size() >= 5 && digits.size() <= 15 &&
            std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

void check_code(Members& members, const Recipient& recipient) {
    if (recipient.code.empty()) {
        return;
    }
    const bool person = recipient.kind == RecipientKind::person;
    const catalogue::CodeVerdict verdict = person ? catalogue::check_id_number(recipient.code)
                                                  : catalogue::check_credit_code(recipient.code);
    if (verdict != catalogue::CodeVerdict::good) {
        members.find("code", catalogue::verdict_name(verdict), recipient.code,
                     std::string(person ? "公民身份号码" : "统一社会信用代码") +
                         std::string(catalogue::verdict_text_zh(verdict)),
                     std::string(person ? "id number: " : "unified social credit code: ") +
                         std::string(catalogue::verdict_text_en(verdict)));
    }
}

Recipient read_recipient(const Value& object, std::vector<Finding>& findings) {
    Members members(object, "/recipient", findings);
    Recipient recipient;
    const std::string kind = members.text("kind", true, 16);
    if (kind != "person" && kind != "organisation" && !kind.empty()) {
        members.find("kind", "choice", kind, "应为 person 或 organisation",
                     "must be person or organisation");
    }
    recipient.kind = kind == "person" ? RecipientKind::person : RecipientKind::organisation;
    recipient.name = members.text("name", true, name_characters_max);
    recipient.code = members.text("code", true, 18);
    recipient.email = members.text("email", false, address_bytes_max);
    recipient.portal_account = members.text("portal_account", false, 64);
    recipient.phone = members.text("phone", false, phone_characters_max);
    recipient.wechat = members.text("wechat", false, wechat_characters_max);
    recipient.fax = members.text("fax", false, phone_characters_max);
    recipient.address = members.text("address", false, postal_characters_max);
    for (const auto& [name, value] : {std::pair("portal_account", &recipient.portal_account),
                                      std::pair("wechat", &recipient.wechat)}) {
        if (!is_visible_ascii(*value)) {
            members.find(name, "kind", "", "应为可见的ASCII字符", "must be visible ASCII");
        }
    }
    for (const auto& [name, value] :
         {std::pair("phone", &recipient.phone), std::pair("fax", &recipient.fax)}) {
        if (!is_dialled(*value)) {
            members.find(name, "kind", "", "应为电话号码：数字，可以+开头",
                         "must be a telephone number: digits, + first or not");
        }
    }
    check_code(members, recipient);
    members.refuse_the_rest();
    return recipient;
}

/// Other names could be taken for a cell of another field: `items.0.supply`.
bool is_field_name(std::string_view name) {
    return !name.empty() && name.size() <= name_bytes_max &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
               std::string_view::npos;
}

void refuse_name(Members& members, std::string_view name) {
    members.find(name, "unknown", "", "没有这一项", "is not a known member");
}

bool is_within(const Value& array, std::size_t most, const std::string& pointer,
               std::vector<Finding>& findings) {
    const std::size_t count = array.IsArray() ? array.Size() : array.MemberCount();
    if (count > most) {
        findings.push_back({pointer, "max_members", std::to_string(count),
                            fmt::format("最多{}项", most),
                            fmt::format("at most {} members", most)});
    }
    return count <= most;
}

FieldRow read_row(const Value& object, const std::string& pointer, std::vector<Finding>& findings) {
    FieldRow row;
    if (!is_within(object, cells_max, pointer, findings)) {
        return row;
    }
    Members cells(object, pointer, findings);
    for (const auto& member : object.GetObject()) {
        const std::string_view name = text_of(member.name);
        if (is_field_name(name)) {
            row.emplace_back(name, cells.text(name, false, cell_characters_max));
        } else {
            refuse_name(cells, name);
        }
    }
    return row;
}

/// A list of texts, or rows: never both.
FieldValue read_several(const Value& array, const std::string& pointer,
                        std::vector<Finding>& findings) {
    std::vector<std::string> texts;
    std::vector<FieldRow> rows;
    if (!is_within(array, rows_max, pointer, findings)) {
        return texts;
    }
    Members elements(array, pointer, findings);
    const bool holds_rows = !array.Empty() && array[0].IsObject();
    for (rapidjson::SizeType i = 0; i < array.Size(); ++i) {
        const std::string place = std::to_string(i);
        if (!holds_rows) {
            texts.push_back(
                elements.read_text(place, array[i], cell_characters_max, true, Breaks::refused));
        } else if (array[i].IsObject()) {
            rows.push_back(read_row(array[i], pointer + '/' + place, findings));
        } else {
            elements.find(place, "kind", std::string(kind_of(array[i])), "应为JSON对象",
                          "must be a JSON object");
        }
    }
    return holds_rows ? FieldValue(std::move(rows)) : FieldValue(std::move(texts));
}

DecisionFields read_fields(const Value& object, std::vector<Finding>& findings) {
    Members members(object, "/fields", findings);
    DecisionFields fields;
    if (!is_within(object, fields_max, "/fields", findings)) {
        return fields;
    }
    fields.reserve(object.MemberCount());
    for (const auto& member : object.GetObject()) {
        const std::string_view name = text_of(member.name);
        if (!is_field_name(name)) {
            refuse_name(members, name);
        } else if (member.value.IsArray()) {
            fields.emplace_back(
                name, read_several(member.value, "/fields/" + std::string(name), findings));
        } else {
            fields.emplace_back(name, members.read_text(name, member.value, value_characters_max,
                                                        false, Breaks::kept));
        }
    }
    return fields;
}

void check_days(const Decision& decision, Date today, Members& members) {
    if (decision.decided_on > today) {
        members.find("decided_on", "not_in_future", to_text(decision.decided_on),
                     "决定日期不能晚于今天", "must not be later than today");
    }
    if (decision.valid_from && decision.valid_until &&
        *decision.valid_from > *decision.valid_until) {
        members.find("valid_until", "not_before_valid_from", to_text(*decision.valid_until),
                     "有效期截止日早于起始日", "is earlier than valid_from");
    }
}

/// One of both: a template's id, or the type whose template in force is used.
void read_template_wanted(Members& members, Decision& decision) {
    decision.document_type = members.text("document_type", false, 16);
    decision.item = members.text("item", false, 64);
    decision.template_id = members.text("template", decision.document_type.empty(), 64);
    if (!decision.template_id.empty() && !decision.document_type.empty()) {
        members.find("document_type", "either", "", "template 与 document_type 只写一项",
                     "stands beside template: give one of both");
    }
}

} // namespace

std::string valid_until_text(const Decision& decision) {
    return decision.valid_until ? to_text(*decision.valid_until)
           : decision.long_term ? std::string(long_term_words)
                                : std::string();
}

DecisionReading read_decision(std::string_view text, Date today, const WaysOffered& offered) {
    DecisionReading reading;
    auto parsed = parse_json(text);
    if (!parsed.ok()) {
        reading.findings.push_back({"", "json", parsed.error().detail,
                                    "不是合格的JSON：" + json_refusal_zh(parsed.error()),
                                    "is not strict JSON: " + parsed.error().detail});
        return reading;
    }
    const Value& root = parsed.value().root();
    if (!root.IsObject()) {
        reading.findings.push_back(
            {"", "kind", std::string(kind_of(root)), "应为JSON对象", "must be a JSON object"});
        return reading;
    }
    Decision& decision = reading.decision;
    Members members(root, "", reading.findings);
    decision.idempotency_key = members.text("idempotency_key", false, 128);
    if (!is_visible_ascii(decision.idempotency_key)) {
        members.find("idempotency_key", "kind", "", "应为可见的ASCII字符", "must be visible ASCII");
    }
    read_template_wanted(members, decision);
    decision.case_number = members.text("case_number", true, 64);
    decision.decided_on = members.day("decided_on", true).value_or(Date{});
    decision.valid_from = members.day("valid_from", false);
    decision.long_term = members.says("valid_until", long_term_words);
    decision.valid_until = decision.long_term ? std::nullopt : members.day("valid_until", false);
    check_days(decision, today, members);
    const auto object = [&](std::string_view name) -> const Value* {
        const Value* const found = members.member(name, true);
        if (found != nullptr && !found->IsObject()) {
            members.find(name, "kind", std::string(kind_of(*found)), "应为JSON对象",
                         "must be a JSON object");
            return nullptr;
        }
        return found;
    };
    Recipient recipient;
    if (const Value* const found = object("recipient")) {
        recipient = read_recipient(*found, reading.findings);
    }
    if (const Value* const found = object("fields")) {
        decision.fields = Private(read_fields(*found, reading.findings));
    }
    decision.ways = read_ways(members, recipient, today, offered);
    if (const Value* const found = members.member("relates", false)) {
        decision.relates = read_relates(*found, reading.findings);
    }
    decision.transferred_from = members.text("transferred_from", false, identifier_characters_max);
    if (decision.relates && !decision.transferred_from.empty()) {
        members.find("transferred_from", "one_of", "", "转入的证照不与本机关原文书关联",
                     "what comes from elsewhere relates to none of our documents");
    }
    decision.photo = Private(members.text("photo", false, photo_characters_max));
    decision.recipient = Private(std::move(recipient));
    members.refuse_the_rest();
    return reading;
}

} // namespace songda::issuer
