#include "api/answers.hpp"

#include "catalogue/licence_identifier.hpp"
#include "verifier/visible_text.hpp"

#include <fmt/format.h>

namespace songda::api {
namespace {

using verifier::Answer;
using verifier::AxisAnswer;
using verifier::Reason;
using verifier::Report;

AxisAnswer status_axis(const store::DocumentRow& document, store::DocumentStatus status,
                       TimeMs now) {
    switch (store::status_at(document, status, now)) {
    case store::DocumentStatus::suspended: return {Answer::no, Reason::suspended, now};
    case store::DocumentStatus::revoked: return {Answer::no, Reason::revoked, now};
    case store::DocumentStatus::cancelled: return {Answer::no, Reason::cancelled, now};
    case store::DocumentStatus::superseded: return {Answer::no, Reason::superseded, now};
    case store::DocumentStatus::forfeited: return {Answer::no, Reason::forfeited, now};
    case store::DocumentStatus::transferred: return {Answer::no, Reason::transferred, now};
    case store::DocumentStatus::other: return {Answer::no, Reason::other_status, now};
    case store::DocumentStatus::expired: return {Answer::no, Reason::expired, now};
    case store::DocumentStatus::valid: break;
    }
    if (document.valid_from && china_date(now) < *document.valid_from) {
        return {Answer::no, Reason::not_yet_valid, now};
    }
    return {Answer::yes, Reason::valid, now};
}

struct Verdict {
    std::string_view style;
    std::string_view zh;
    std::string_view en;
};

Verdict verdict_of(const Report& report) {
    if (report.all_yes()) {
        return {"yes", "真实有效", "Genuine and in force"};
    }
    if (report.integrity.answer == Answer::no) {
        return {"no", "不是签发的原件", "Not what was issued"};
    }
    if (report.authority.answer == Answer::no) {
        return {"no", "签发者不可信", "The signer is not trusted"};
    }
    if (report.status.answer == Answer::no) {
        return {"no", verifier::reason_text_zh(report.status.reason),
                verifier::reason_text_en(report.status.reason)};
    }
    return {"unknown", "无法完全确认", "Not fully known"};
}

void fact(std::string& to, std::string_view name, std::string_view zh, std::string_view en,
          std::string_view value) {
    if (!value.empty()) {
        to += fmt::format(
            "<div><dt>{} <span lang=\"en\">{}</span></dt><dd data-fact=\"{}\">{}</dd></div>", zh,
            en, name, escape_html(value));
    }
}

/// `2026年11月24日 09:02`, as web/verify.js writes it.
std::string to_people(TimeMs time) {
    return to_chinese(china_date(time)) + ' ' + to_china_time(time).substr(11, 5);
}

/// The seal and how it stands, as web/verify.js writes it; whose it is, is not asked where no root
/// of SM2 is trusted.
std::string seal_words(const verifier::ElectronicSealFinding& seal) {
    const AxisAnswer& said =
        seal.integrity.answer == verifier::Answer::yes ? seal.authority : seal.integrity;
    const std::string standing = said.reason == verifier::Reason::no_trust_list
                                     ? "签章人未核对 signer not checked"
                                     : std::string(verifier::reason_text_zh(said.reason)) + ' ' +
                                           std::string(verifier::reason_text_en(said.reason));
    return verifier::visible_text(seal.name) + " · " + standing;
}

void axis(std::string& to, std::string_view zh, std::string_view en, const AxisAnswer& answer) {
    to += fmt::format("<li class=\"{}\"><b>{} <span lang=\"en\">{}</span></b> {} <span "
                      "lang=\"en\">{}</span></li>",
                      verifier::answer_name(answer.answer), zh, en,
                      verifier::reason_text_zh(answer.reason),
                      verifier::reason_text_en(answer.reason));
}

} // namespace

Report register_report(const store::DocumentRow& document, const store::StatusEntry& status,
                       TimeMs now) {
    Report report;
    report.integrity = {Answer::yes, Reason::by_register, now};
    report.authority = {Answer::yes, Reason::by_register, now};
    report.status = status_axis(document, status.change.status, now);
    report.status_since = status.change.at;
    report.status_note = status.change.description;
    verifier::DocumentFace& face = report.document.emplace();
    face.key = to_text(document.key);
    face.title = document.title;
    face.type_code = document.type_code;
    face.number = document.number;
    face.issuer_code = document.department.text;
    face.issuer_name = document.department_name;
    face.holder = document.holder_masked;
    face.issued_at = document.issued_at;
    face.decided_on = document.decided_on;
    face.valid_from = document.valid_from;
    face.valid_until = document.valid_until;
    face.long_term = !document.identifier.empty() && !document.valid_until;
    face.sample = document.sample;
    face.identifier = document.identifier;
    return report;
}

namespace {

verifier::RelationFace relation_face(verifier::RelationFace::Kind kind,
                                     const store::DocumentRow& other) {
    const auto reading = catalogue::read_licence_identifier(other.identifier);
    return {kind, other.title, other.number, reading.identifier.version, other.decided_on};
}

/// Adds the other document to the answer; one that is not there is damage.
Result<void> add_relation(store::Store& store, const DocumentId& other,
                          verifier::RelationFace::Kind kind, Report& report) {
    const auto row = store.find_document(other);
    if (!row.ok()) {
        return row.error();
    }
    if (!row.value()) {
        return Error{Fault::corrupt, "a relation names a document that is not there"};
    }
    report.document->relations.push_back(relation_face(kind, *row.value()));
    return {};
}

verifier::RelationFace::Kind kind_of(store::RelationKind kind) {
    using Kind = verifier::RelationFace::Kind;
    switch (kind) {
    case store::RelationKind::renews: return Kind::renews;
    case store::RelationKind::changes: return Kind::changes;
    case store::RelationKind::duplicate_of: return Kind::duplicate_of;
    case store::RelationKind::annotates: return Kind::annotates;
    }
    return Kind::renews;
}

} // namespace

Result<Report> find_register_report(store::Store& store, const store::DocumentRow& document,
                                    TimeMs now) {
    const auto status = store.find_status(document);
    if (!status.ok()) {
        return status.error();
    }
    Report report = register_report(document, status.value(), now);
    const auto copies = store.paper_copies(document.id);
    if (!copies.ok()) {
        return copies.error();
    }
    for (std::uint32_t at = 0; at < copies.value().size(); ++at) {
        if (copies.value()[at].revoked) {
            report.document->revoked_copies.push_back(at + 1);
        }
    }
    if (document.relation) {
        const auto added = add_relation(store, document.relation->document,
                                        kind_of(document.relation->kind), report);
        if (!added.ok()) {
            return added.error();
        }
    }
    if (status.value().change.status != store::DocumentStatus::superseded) {
        return report;
    }
    const auto later = store.related_to(document.id);
    if (!later.ok()) {
        return later.error();
    }
    for (const store::RelatedDocument& related : later.value()) {
        if (store::supersedes(related.kind)) {
            const auto added = add_relation(store, related.document,
                                            related.kind == store::RelationKind::renews
                                                ? verifier::RelationFace::Kind::renewed_by
                                                : verifier::RelationFace::Kind::changed_by,
                                            report);
            if (!added.ok()) {
                return added.error();
            }
        }
    }
    return report;
}

std::string escape_html(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
        case '&': escaped += "&amp;"; break;
        case '<': escaped += "&lt;"; break;
        case '>': escaped += "&gt;"; break;
        case '"': escaped += "&quot;"; break;
        case '\'': escaped += "&#39;"; break;
        default: escaped += c;
        }
    }
    return escaped;
}

std::string answer_html(const Report& report) {
    const Verdict verdict = verdict_of(report);
    std::string to = fmt::format(
        "<section class=\"answer {}\" id=\"answer\"><h2>{} <span lang=\"en\">{}</span></h2>",
        verdict.style, verdict.zh, verdict.en);
    if (report.document && report.document->sample) {
        to += "<p class=\"sample\">样本，不具法律效力 <span lang=\"en\">Sample, without legal "
              "effect</span></p>";
    }
    if (report.document) {
        const verifier::DocumentFace& face = *report.document;
        to += "<dl>";
        fact(to, "title", "文书", "Document", face.title);
        fact(to, "number", "编号", "Number", face.number);
        fact(to, "issuer", "签发部门", "Issued by", face.issuer_name);
        fact(to, "holder", "持有人", "Holder", face.holder);
        fact(to, "decided_on", "落款日期", "Dated",
             face.decided_on ? to_chinese(*face.decided_on) : "");
        fact(to, "valid_until", "有效期至", "Valid until",
             face.valid_until ? to_chinese(*face.valid_until)
             : face.long_term ? "长期"
                              : "");
        fact(to, "identifier", "电子证照标识", "Licence identifier", face.identifier);
        std::string copies;
        for (const std::uint32_t number : face.revoked_copies) {
            copies += (copies.empty() ? "第" : "、第") + std::to_string(number) + "份";
        }
        fact(to, "revoked_copies", "已作废的纸质件", "Revoked paper copies", copies);
        for (const verifier::RelationFace& relation : face.relations) {
            fact(to, "relation", "关联文书", "Related document",
                 verifier::relation_text_zh(relation) + ' ' + verifier::relation_text_en(relation));
        }
        fact(to, "status_note", "状态说明", "Status note", report.status_note);
        fact(to, "issued_at", "签发时间", "Issued at",
             face.issued_at ? to_people(*face.issued_at) : "");
        fact(to, "level", "签名等级", "Signature level",
             report.level ? std::string(level_name(*report.level)) + " " +
                                std::string(verifier::level_text_zh(*report.level))
                          : "");
        for (const verifier::TimestampFace& stamp : report.timestamps) {
            fact(to, "timestamp", "归档时间戳", "Archive time-stamp",
                 to_people(stamp.time) + " · " + stamp.authority +
                     (stamp.answer == Answer::yes ? "" : "（不在信任之列 not trusted here）"));
        }
        if (const auto& seal = report.electronic_seal) {
            fact(to, "electronic_seal", "电子印章（国密）", "Electronic seal (SM2)",
                 seal_words(*seal));
        }
        fact(to, "status_since", "现状始于", "Status since",
             report.status_since ? to_chinese(china_date(*report.status_since)) : "");
        fact(to, "checked_at", "核验时间", "Checked at", to_people(report.status.as_of));
        to += "</dl>";
    }
    to += "<ul class=\"axes\">";
    axis(to, "完整", "Integrity", report.integrity);
    axis(to, "签发者", "Authority", report.authority);
    axis(to, "现状", "Status", report.status);
    return to + "</ul></section>";
}

std::string nothing_html() {
    return "<section class=\"answer unknown\" id=\"answer\"><h2>没有找到这份文书 <span "
           "lang=\"en\">No such document here"
           "</span></h2><p>请核对地址，或用手机重新扫描文书上的二维码。<span lang=\"en\">Check the "
           "address, or scan the "
           "code on the document again.</span></p></section>";
}

std::string no_file_html() {
    return "<section class=\"answer unknown\" id=\"answer\"><h2>没有收到文件 <span lang=\"en\">No "
           "file came</span></h2><p>请先选择要核验的 PDF 文件。<span lang=\"en\">Choose the PDF "
           "first.</span></p></section>";
}

} // namespace songda::api
