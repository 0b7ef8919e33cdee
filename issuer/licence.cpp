#include "issuer/licence.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "catalogue/codes.hpp"
#include "catalogue/licence_identifier.hpp"
#include "issuer/record_object.hpp"

namespace songda::issuer {
namespace {

using store::Operation;
using store::RelationKind;

/// 100 random bits: unique without anything to keep, nothing to count through, and no part of the
/// document's key, which opens the verify page.
constexpr std::size_t serial_characters = 20;
constexpr int version_max = 999;
constexpr std::size_t type_digits = 3;

void tell(std::vector<Finding>& findings, std::string pointer, std::string rule, std::string value,
          std::string zh, std::string en) {
    findings.push_back(
        {std::move(pointer), std::move(rule), std::move(value), std::move(zh), std::move(en)});
}

std::string make_serial(Random& random) {
    std::array<std::uint8_t, 15> bytes{};
    random.fill(bytes);
    return to_base32(bytes).substr(0, serial_characters);
}

/// The attached record of one of our own files; pdf.md has object 14. Fault corrupt.
Result<std::string_view> find_record(std::string_view file, const Digest& hash) {
    static constexpr std::string_view head = "\n14 0 obj\n<</Type/EmbeddedFile";
    static constexpr std::string_view length = "/Length ";
    static constexpr std::string_view stream = ">>stream\n";
    const std::size_t object = file.rfind(head);
    const std::size_t number =
        object == std::string_view::npos ? object : file.find(length, object);
    const std::size_t begin = number == std::string_view::npos ? number : file.find(stream, number);
    std::size_t size = 0;
    if (begin != std::string_view::npos) {
        std::from_chars(file.data() + number + length.size(), file.data() + begin, size);
        const std::string_view record = file.substr(begin + stream.size(), size);
        if (sha256(as_bytes(record)) == hash) {
            return record;
        }
    }
    return Error{Fault::corrupt, "a stored document holds no record of its hash"};
}

Result<std::optional<store::DocumentRow>> find_row(store::Store& store,
                                                   const DepartmentCode& department,
                                                   const Relates& relates, int newest_version) {
    const auto own = [&](Result<std::optional<store::DocumentRow>> found) {
        if (found.ok() && found.value() && found.value()->department != department) {
            found = std::optional<store::DocumentRow>();
        }
        return found;
    };
    if (relates.case_number.empty()) {
        if (const auto id = parse_document_id(relates.document)) {
            return own(store.find_document(*id));
        }
        const auto key = parse_document_key(relates.document);
        return key ? own(store.find_by_key(*key)) : std::optional<store::DocumentRow>();
    }
    for (int version = newest_version; version > 0; --version) {
        const auto id = store.find_case(
            department, relates.template_id + '@' + std::to_string(version), relates.case_number);
        if (!id.ok()) {
            return id.error();
        }
        if (id.value()) {
            return own(store.find_document(*id.value()));
        }
    }
    return std::optional<store::DocumentRow>();
}

bool fits_template(LicenceKind kind, RelationKind relation) {
    switch (kind) {
    case LicenceKind::original: return store::supersedes(relation);
    case LicenceKind::duplicate: return relation == RelationKind::duplicate_of;
    case LicenceKind::annotated: return relation == RelationKind::annotates;
    }
    return false;
}

/// 《行政许可法》 §50: renewed before it ends, §49: changed while it holds; §70(1): what ended
/// without is cancelled. It is the day of the decision that counts, not that of the paper (§44: ten
/// working days later). Copies are made of what holds today, which is the same day or an earlier
/// one.
void check_time(const EarlierDocument& earlier, const Decision& decision, Date today, bool copy,
                std::vector<Finding>& findings) {
    const auto& until = earlier.row.valid_until;
    if (until && *until < (copy ? today : decision.decided_on)) {
        tell(findings, "/relates/document", "in_time", to_text(*until),
             "原证照有效期已于" + to_text(*until) + "届满，应重新申请",
             "it ended on " + to_text(*until) + ": what has ended is applied for anew");
    }
}

void check_earlier(const LicenceRequest& request, const EarlierDocument& earlier,
                   std::vector<Finding>& findings) {
    const auto& [spec, department, decision, today] = request;
    const RelationKind relation = decision.relates->kind;
    const std::string pointer = "/relates/document";
    const auto identifier = catalogue::read_licence_identifier(earlier.row.identifier);
    const bool original = identifier.verdict == catalogue::CodeVerdict::good &&
                          !(earlier.row.relation && store::is_copy(earlier.row.relation->kind));
    if (!original) {
        return tell(findings, pointer, "licence", "", "不是电子证照正本",
                    "is no electronic licence, or only a copy of one");
    }
    if (!spec.licence->type.empty() && identifier.identifier.type != spec.licence->type) {
        tell(findings, pointer, "same_type", "", "与原证照的类型不同",
             "is a licence of another type");
    }
    if (earlier.holder_code != decision.recipient.reveal().code) {
        tell(findings, "/recipient/code", "same_holder", "", "与原证照的持证主体不同",
             "is not the holder of the earlier licence");
    }
    if (earlier.status.change.status != store::DocumentStatus::valid) {
        const auto name = store::status_name(earlier.status.change.status);
        tell(findings, pointer, "holds", std::string(name),
             "原证照现为“" + std::string(store::status_name_zh(earlier.status.change.status)) + "”",
             "it is " + std::string(name) + " now");
    }
    check_time(earlier, decision, today, store::is_copy(relation), findings);
    const bool same = decision.valid_until == earlier.row.valid_until;
    if (relation == RelationKind::duplicate_of && !same) {
        tell(findings, "/valid_until", "same_as_main", "", "副本的有效期应与正本相同",
             "a duplicate is valid as long as its main");
    }
    if (relation == RelationKind::annotates && earlier.row.valid_until && decision.valid_until &&
        *earlier.row.valid_until < *decision.valid_until) {
        tell(findings, "/valid_until", "not_after_main", "", "加注件的有效期不能晚于原证照",
             "an annotated copy does not outlive its licence");
    }
}

/// The edition after the earlier one, with its serial.
std::string next_identifier(const Template& spec, const DepartmentCode& department,
                            catalogue::LicenceIdentifier identifier,
                            std::vector<Finding>& findings) {
    const int version = std::stoi(identifier.version) + 1;
    if (version > version_max) {
        tell(findings, "/relates/document", "versions", "", "证照版本号已用完",
             "has had 999 editions");
        return {};
    }
    identifier.type = spec.licence->type;
    identifier.issuer = department.text;
    identifier.version = fmt::format("{:03}", version);
    return catalogue::to_text(identifier);
}

void check_recipient(const Template& spec, const Decision& decision,
                     std::vector<Finding>& findings) {
    const bool person = decision.recipient.reveal().kind == RecipientKind::person;
    const LicenceHolder holder = spec.licence->holder;
    if (holder != LicenceHolder::any && person != (holder == LicenceHolder::person)) {
        tell(findings, "/recipient/kind", "choice", person ? "person" : "organisation",
             person ? "该证照只颁发给单位" : "该证照只颁发给个人",
             person ? "this licence is an organisation's" : "this licence is a person's");
    }
}

void write_times(RecordObject& to, const Licence& licence, const Decision& decision,
                 const store::DocumentRow& document) {
    const bool annotated = licence.relation == RelationKind::annotates;
    const store::DocumentRow& shown = annotated ? licence.earlier->row : document;
    to.day("ZZBFRQ", annotated ? shown.decided_on : std::optional(decision.decided_on));
    to.day("ZZYXQQSRQ", shown.valid_from);
    to.text("ZZYXQJZRQ",
            shown.valid_until ? to_text(*shown.valid_until) : std::string(long_term_words));
}

/// 转入: a licence of another organ goes on as this one (operation 08).
void take_over(const LicenceRequest& request, Licence& licence, std::vector<Finding>& findings) {
    const std::string& from = request.decision.transferred_from;
    if (from.empty()) {
        return;
    }
    const std::string pointer = "/transferred_from";
    const auto reading = catalogue::read_licence_identifier(from);
    const catalogue::LicenceIdentifier& identifier = reading.identifier;
    if (reading.verdict != catalogue::CodeVerdict::good) {
        tell(findings, pointer, "licence_identifier", from, "不是电子证照标识，或校验位不对",
             "is no licence identifier, or its check character is wrong");
    } else if (identifier.issuer == request.department.text) {
        tell(findings, pointer, "other_issuer", from, "是本机关颁发的证照，应以 relates 写明",
             "is a licence of this organ: say it with relates");
    } else if (identifier.type != request.spec.licence->type) {
        tell(findings, pointer, "same_type", from, "与原证照的类型不同",
             "is a licence of another type");
    } else {
        licence.operation = Operation::transferred_in;
        licence.previous_identifier = from;
    }
}

} // namespace

Result<void> check_licence_template(const Template& spec) {
    if (!spec.licence || spec.licence->type.empty()) {
        return {};
    }
    const std::string_view type = spec.licence->type;
    const std::size_t organ = type.size() - std::min(type.size(), type_digits);
    if (catalogue::check_credit_code(type.substr(0, organ)) == catalogue::CodeVerdict::good &&
        catalogue::is_digits(type.substr(organ))) {
        return {};
    }
    return Error{Fault::invalid_input,
                 spec.full_name() + ": licence type " + std::string(type) +
                     " is no 统一社会信用代码 of the defining organ and three digits"};
}

Result<std::optional<EarlierDocument>> find_earlier_document(store::Store& store,
                                                             const DepartmentCode& department,
                                                             const Relates& relates,
                                                             int newest_version) {
    auto row = find_row(store, department, relates, newest_version);
    if (!row.ok()) {
        return row.error();
    }
    if (!row.value()) {
        return std::optional<EarlierDocument>();
    }
    const auto status = store.find_status(*row.value());
    const auto file = store.read_issued(*row.value());
    if (!status.ok() || !file.ok()) {
        return status.ok() ? file.error() : status.error();
    }
    const auto record = find_record(as_text(file.value()), row.value()->record_hash);
    if (!record.ok()) {
        return record.error();
    }
    const auto parsed = parse_json(record.value());
    const auto* const holder =
        parsed.ok() ? find_member(parsed.value().root(), "recipient") : nullptr;
    if (holder == nullptr) {
        return Error{Fault::corrupt, "a stored record names no recipient"};
    }
    return std::optional(EarlierDocument{*std::move(row).value(), status.value(),
                                         std::string(member_text(*holder, "code"))});
}

Licence plan_licence(const LicenceRequest& request, std::optional<EarlierDocument> earlier,
                     Random& random, std::vector<Finding>& findings) {
    const auto& [spec, department, decision, today] = request;
    const LicenceFace& face = *spec.licence;
    Licence licence;
    licence.type = face.type;
    licence.name = face.name;
    check_recipient(spec, decision, findings);
    const bool told = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.pointer == "/valid_until";
    });
    if (!decision.valid_until && !decision.long_term && !told) { // the register reads none as 长期
        tell(findings, "/valid_until", "required", "", "缺少有效期截止日期",
             "the last day of validity is missing");
    }
    if (decision.long_term && !face.long_term) {
        tell(findings, "/valid_until", "choice", std::string(long_term_words), "该证照应有截止日期",
             "this licence must have a last day");
    }
    if (!decision.relates) {
        if (face.kind != LicenceKind::original) {
            tell(findings, "/relates", "required", "", "应写明是哪份证照的副本或加注件",
                 "must say which licence it is a copy of");
        }
        licence.identifier =
            catalogue::to_text({face.type, department.text, make_serial(random), "001"});
        take_over(request, licence, findings);
        return licence;
    }
    const RelationKind relation = decision.relates->kind;
    licence.relation = relation;
    if (!fits_template(face.kind, relation)) {
        tell(findings, "/relates/kind", "choice", std::string(relation_name(relation)),
             "该模板不出具这种文书", "this template makes no such document");
        return licence;
    }
    if (!earlier) {
        tell(findings, "/relates/document", "known", "", "本部门没有这份文书",
             "is no document of this department");
        return licence;
    }
    check_earlier(request, *earlier, findings);
    const auto identifier = catalogue::read_licence_identifier(earlier->row.identifier);
    if (identifier.verdict != catalogue::CodeVerdict::good) {
        return licence; // told
    }
    if (store::is_copy(relation)) {
        licence.identifier = earlier->row.identifier;
        licence.type = identifier.identifier.type;
        licence.name = earlier->row.title;
        licence.keeps_number = true;
    } else {
        licence.operation =
            relation == RelationKind::renews ? Operation::renewed : Operation::changed;
        licence.previous_identifier = earlier->row.identifier;
        licence.identifier = next_identifier(spec, department, identifier.identifier, findings);
        licence.keeps_number = face.keeps_number;
    }
    licence.earlier = std::move(earlier);
    return licence;
}

std::string make_licence_metadata(const Licence& licence, const Template& spec,
                                  const Decision& decision, const store::DocumentRow& document) {
    const Recipient& holder = decision.recipient.reveal();
    const bool person = holder.kind == RecipientKind::person;
    const bool annotated = licence.relation == RelationKind::annotates;
    std::string text;
    text.reserve(1536);
    RecordObject to(text);
    to.text("ZZMC", licence.name);
    to.text("ZZLXDM", licence.type);
    to.text("ZZBH", document.number);
    to.text("ZZBS", licence.identifier);
    to.text("ZZBFJG", document.department_name);
    to.text("ZZBFJGDM", document.department.text);
    write_times(to, licence, decision, document);
    to.text("CZZT", holder.name);
    to.text("CZZTDM", holder.code);
    to.text("CZZTDMLX", person ? "公民身份号码" : "统一社会信用代码");
    to.text("CZZTDMLXDM", holder_code_type(holder.kind));
    to.text("CJSJ", to_china_time(document.issued_at));
    if (annotated) {
        to.text("JZJZZSJ", to_china_time(document.issued_at));
        to.day("JZJYXQJZSJ", document.valid_until);
    }
    to.text("KZ_YWCZDM", store::operation_code(licence.operation));
    to.text_if("KZ_GLZZBS", licence.previous_identifier);
    for (const auto& [name, value] : decision.fields.reveal()) {
        const TemplateField* const field = find_field(spec, name);
        const auto* const text_value = std::get_if<std::string>(&value); // elements are texts
        if (field != nullptr && text_value != nullptr && !text_value->empty()) {
            to.text(field->element, *text_value);
        }
    }
    to.end();
    return text;
}

std::string_view holder_code_type(RecipientKind kind) {
    return kind == RecipientKind::person ? "111" : "001";
}

} // namespace songda::issuer
