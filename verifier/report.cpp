#include "verifier/report.hpp"

#include <array>

#include "base/check.hpp"
#include "base/json.hpp"
#include "verifier/visible_text.hpp"

namespace songda::verifier {
namespace {

struct ReasonWords {
    Reason reason;
    std::string_view name;
    std::string_view zh;
    std::string_view en;
};

constexpr std::array reasons = {
    ReasonWords{Reason::exact_bytes, "exact_bytes", "与签发的文件逐字节一致",
                "Byte for byte the file that was issued."},
    ReasonWords{Reason::signature_covers_whole_file, "signature_covers_whole_file",
                "签名有效，且覆盖整个文件", "The signature is right and covers the whole file."},
    ReasonWords{Reason::archived, "archived",
                "与签发的文件一致，其后仅有归档时间戳、电子印章和证书状态证明",
                "The file that was issued, with nothing behind it but archive time-stamps, an "
                "electronic seal and what proves certificates."},
    ReasonWords{Reason::seal_signature, "seal_signature", "二维码中的签名正确",
                "The signature inside the code is right."},
    ReasonWords{Reason::signature_fits, "signature_fits", "签名正确，且签的就是这份内容",
                "The signature is right and is about this very content."},
    ReasonWords{Reason::by_register, "register", "由签发登记簿直接回答",
                "Answered from the register of issued documents."},
    ReasonWords{Reason::altered, "altered", "文件被改动或重新保存过",
                "The file was altered or saved anew."},
    ReasonWords{Reason::signature_wrong, "signature_wrong", "签名与内容不符",
                "The signature does not fit the content."},
    ReasonWords{Reason::seal_wrong, "seal_wrong", "二维码中的签名不符，内容不可信",
                "The signature inside the code is wrong; do not trust it."},
    ReasonWords{Reason::signature_form_wrong, "signature_form_wrong",
                "签名的写法与签发时不同，不是签发的原件",
                "The signature is not in the one form that is issued; not what was issued."},
    ReasonWords{Reason::payload_unreadable, "payload_unreadable", "二维码内容无法识读",
                "The code's content cannot be read."},
    ReasonWords{Reason::only_proofs_added, "only_proofs_added",
                "签名有效；之后只添加了证书、时间戳等证明，内容未变",
                "The signature is right; only proofs that show nothing were added after it."},
    ReasonWords{Reason::added_after_signature, "added_after_signature",
                "签名之后文件里又添加了内容，添加了什么此处无法判断，请勿采信",
                "Something was added after the signature; what it is cannot be judged here. Do not "
                "rely on it."},
    ReasonWords{Reason::not_as_issued, "not_as_issued",
                "签发之后文件里被添加了内容，不是签发的原件",
                "Something was added after it was issued; this is not what was issued."},
    ReasonWords{Reason::certification_broken, "certification_broken",
                "签发者不许再作改动，签名之后却有改动",
                "The signer allowed no change, and there is one after the signature."},
    ReasonWords{Reason::not_signed, "not_signed", "文件没有签名，无从核验",
                "The file carries no signature; there is nothing to check."},
    ReasonWords{Reason::unreadable, "unreadable", "文件损坏，或者不是 PDF",
                "The file is damaged, or no PDF."},
    ReasonWords{Reason::too_costly, "too_costly", "文件过大或过于复杂，没有核验",
                "The file is too large or too complex; it was not checked."},
    ReasonWords{Reason::signature_frame_wrong, "signature_frame_wrong",
                "签名没有框住文件，可能是伪造",
                "The signature does not frame the file; it may be a forgery."},
    ReasonWords{Reason::signature_detached, "signature_detached",
                "文件里有签名，但它不属于这份文档",
                "There is a signature in the file, but it is not the document's."},
    ReasonWords{Reason::ambiguous_structure, "ambiguous_structure",
                "文件结构有歧义，不同的阅读器可能显示不同内容",
                "The file's structure has two meanings; readers may show different things."},
    ReasonWords{Reason::signature_unreadable, "signature_unreadable", "签名数据不合规范，无法核验",
                "The signature is not in a form that can be checked."},
    ReasonWords{Reason::signer_not_named, "signer_not_named",
                "签名没有指明这张证书，证书可能被调换",
                "The signature does not name this certificate; it may have been swapped."},
    ReasonWords{Reason::seal_not_as_made, "seal_not_as_made", "电子印章不是制章人制作的原样",
                "The electronic seal is not as its maker made it."},
    ReasonWords{Reason::signer_not_in_seal, "signer_not_in_seal",
                "电子印章没有列明这张签章证书，不得由其使用",
                "The electronic seal does not name the certificate that signed with it."},
    ReasonWords{Reason::weak_algorithm, "weak_algorithm", "签名算法过时或不受支持，不能证明什么",
                "The algorithm is outdated or not supported; it proves nothing."},
    ReasonWords{Reason::seal_certificate_trusted, "seal_certificate_trusted",
                "印章证书属于该部门且受信任",
                "The seal certificate is the department's and is trusted."},
    ReasonWords{Reason::seal_certificate_trusted_then, "seal_certificate_trusted_then",
                "时间戳证明：签署时印章证书有效；证书此后已到期或被吊销，不影响当时的签署",
                "By a time-stamp it was sealed while the seal certificate was good; what became of "
                "the certificate since takes nothing away."},
    ReasonWords{Reason::key_listed, "key_listed", "签名密钥列于公布的密钥清单",
                "The key is on the published key list."},
    ReasonWords{Reason::certificate_untrusted, "certificate_untrusted", "印章证书不受信任",
                "The seal certificate is not trusted."},
    ReasonWords{Reason::key_not_listed, "key_not_listed", "签名密钥不在公布的清单中",
                "The key is not on the published key list."},
    ReasonWords{Reason::key_compromised, "key_compromised",
                "密钥已失密，二维码本身不再能证明什么，请联网核验",
                "The key is no longer secret, so the code by itself proves nothing: ask online."},
    ReasonWords{Reason::outside_key_validity, "outside_key_validity", "签发时间不在密钥有效期内",
                "The time of issue lies outside the key's validity."},
    ReasonWords{Reason::no_trust_list, "no_trust_list", "没有可用的信任清单，无法判断",
                "There is no trust list here; unknown."},
    ReasonWords{Reason::not_checked, "not_checked", "内容不符，不再核对签发者",
                "Not asked, since the content does not fit."},
    ReasonWords{Reason::certificate_trusted, "certificate_trusted", "签名者的证书受信任",
                "The signer's certificate is trusted."},
    ReasonWords{Reason::certificate_expired, "certificate_expired",
                "证书已过期，没有时间戳证明签名在此之前",
                "The certificate is past its validity, and no time-stamp proves an earlier "
                "signature."},
    ReasonWords{Reason::certificate_not_yet_valid, "certificate_not_yet_valid",
                "证书的有效期还没有开始", "The certificate's validity has not begun."},
    ReasonWords{Reason::certificate_revoked, "certificate_revoked", "签名者的证书已被吊销",
                "The signer's certificate was revoked."},
    ReasonWords{Reason::certificate_purpose, "certificate_purpose", "这张证书不能用来签署文书",
                "The certificate is not one that may sign documents."},
    ReasonWords{Reason::chain_wrong, "chain_wrong", "证书链不合规则",
                "The chain of certificates breaks a rule."},
    ReasonWords{Reason::sample_certificate, "sample_certificate", "样本证书，不受信任",
                "A sample certificate; not trusted here."},
    ReasonWords{Reason::outside_seal_validity, "outside_seal_validity",
                "盖章时电子印章不在有效期内",
                "The electronic seal was not valid when it was used."},
    ReasonWords{Reason::valid, "valid", "现行有效", "In force."},
    ReasonWords{Reason::revoked, "revoked", "已被撤销", "Revoked."},
    ReasonWords{Reason::suspended, "suspended", "已被暂扣", "Suspended."},
    ReasonWords{Reason::cancelled, "cancelled", "已被注销", "Cancelled."},
    ReasonWords{Reason::superseded, "superseded", "已被新文书替代",
                "Replaced by a later document."},
    ReasonWords{Reason::forfeited, "forfeited", "已被吊销", "Taken away as a penalty."},
    ReasonWords{Reason::transferred, "transferred", "已办理转出",
                "Transferred to another authority."},
    ReasonWords{Reason::other_status, "other", "不再有效，见说明", "Not in force; see the note."},
    ReasonWords{Reason::expired, "expired", "已过有效期", "Past its validity."},
    ReasonWords{Reason::not_yet_valid, "not_yet_valid", "尚未到有效期起始日",
                "Its validity has not begun."},
    ReasonWords{Reason::offline, "offline", "离线核验，不知道现在是否仍然有效",
                "Checked offline; whether it still holds is not known."},
    ReasonWords{Reason::not_in_register, "not_in_register", "登记簿中没有这份文书，无法判断",
                "Not in this register; unknown."},
};

const ReasonWords& words_of(Reason reason) {
    for (const ReasonWords& words : reasons) {
        if (words.reason == reason) {
            return words;
        }
    }
    SONGDA_CHECK(false);
    return reasons.front();
}

void append_axis(JsonObject& report, std::string& to, std::string_view name, const AxisAnswer& axis,
                 const std::optional<TimeMs>& since = std::nullopt, std::string_view note = {}) {
    report.begin(name);
    JsonObject object(to);
    object.text("answer", answer_name(axis.answer));
    object.text("reason", reason_name(axis.reason));
    object.text("as_of", to_rfc3339(axis.as_of));
    object.text_if("since", since ? to_rfc3339(*since) : "");
    object.text_if("code", name == "status" ? status_code(axis.reason) : "");
    object.text("text", reason_text_zh(axis.reason));
    object.text("text_en", reason_text_en(axis.reason));
    object.text_if("note", note);
    object.end();
}

struct RelationWords {
    std::string_view name;
    std::string_view zh_before;
    std::string_view zh_after;
    std::string_view en;
};

RelationWords words_of(RelationFace::Kind kind) {
    using Kind = RelationFace::Kind;
    switch (kind) {
    case Kind::renews: return {"renews", "由", "延续而来", "Renews"};
    case Kind::changes: return {"changes", "由", "变更而来", "Changes"};
    case Kind::duplicate_of: return {"duplicate_of", "是", "的副本", "Duplicate of"};
    case Kind::annotates: return {"annotates", "是", "的加注件", "Annotated copy of"};
    case Kind::renewed_by: return {"renewed_by", "已被", "替代（延续）", "Replaced on renewal by"};
    case Kind::changed_by: break;
    }
    return {"changed_by", "已被", "替代（变更）", "Replaced on change by"};
}

void append_relation(std::string& to, const RelationFace& relation) {
    JsonObject object(to);
    object.text("kind", words_of(relation.kind).name);
    object.text("title", relation.title);
    object.text("number", relation.number);
    object.text_if("version", relation.version);
    object.text_if("decided_on", relation.decided_on ? to_text(*relation.decided_on) : "");
    object.text("text", relation_text_zh(relation));
    object.text("text_en", relation_text_en(relation));
    object.end();
}

void append_timestamp(std::string& to, const TimestampFace& stamp) {
    JsonObject object(to);
    object.text("time", to_rfc3339(stamp.time));
    object.text("authority", stamp.authority);
    object.text("answer", answer_name(stamp.answer));
    object.end();
}

void append_document(JsonObject& report, std::string& to, const DocumentFace& document) {
    report.begin("document");
    JsonObject object(to);
    object.text_if("key", document.key);
    object.text_if("title", document.title);
    object.text_if("type", document.type_code);
    object.text_if("number", document.number);
    object.begin("issuer");
    JsonObject issuer(to);
    issuer.text("code", document.issuer_code);
    issuer.text("name", document.issuer_name);
    issuer.end();
    object.text_if("holder", document.holder);
    object.text_if("decided_on", document.decided_on ? to_text(*document.decided_on) : "");
    object.text_if("issued_at", document.issued_at ? to_rfc3339(*document.issued_at) : "");
    object.text_if("valid_from", document.valid_from ? to_text(*document.valid_from) : "");
    object.text_if("valid_until", document.valid_until ? to_text(*document.valid_until)
                                  : document.long_term ? "长期"
                                                       : "");
    object.text_if("identifier", document.identifier);
    if (!document.revoked_copies.empty()) {
        object.begin("revoked_paper_copies");
        append_json_array(to, document.revoked_copies,
                          [&to](std::uint32_t number) { to += std::to_string(number); });
    }
    if (!document.relations.empty()) {
        object.begin("relations");
        append_json_array(to, document.relations,
                          [&to](const RelationFace& relation) { append_relation(to, relation); });
    }
    object.raw("sample", document.sample ? "true" : "false");
    object.end();
}

void append_conclusion(JsonObject& report, std::string& to, const Conclusion& conclusion) {
    report.begin("conclusion");
    JsonObject object(to);
    object.text("indication", conclusion.indication);
    object.text_if("sub_indication", conclusion.sub_indication);
    object.end();
}

void append_finding(std::string& to, const SignatureFinding& finding) {
    JsonObject object(to);
    object.text("kind", finding.kind);
    object.text("sub_filter", finding.sub_filter);
    append_conclusion(object, to, finding.conclusion);
    append_axis(object, to, "integrity", finding.integrity);
    append_axis(object, to, "authority", finding.authority);
    object.text("revocation", revocation_name(finding.revocation));
    object.text_if("signer", finding.signer);
    object.text_if("algorithm", finding.algorithm);
    object.text_if("claimed_at", finding.claimed_at ? to_rfc3339(*finding.claimed_at) : "");
    object.text_if("proven_at", finding.proven_at ? to_rfc3339(*finding.proven_at) : "");
    object.raw("whole_file", finding.whole_file ? "true" : "false");
    object.end();
}

void append_seal(JsonObject& report, std::string& to, const ElectronicSealFinding& seal) {
    report.begin("electronic_seal");
    JsonObject object(to);
    append_axis(object, to, "integrity", seal.integrity);
    append_axis(object, to, "authority", seal.authority);
    object.text("revocation", revocation_name(seal.revocation));
    object.text_if("name", visible_text(seal.name));
    object.text_if("id", visible_text(seal.id));
    object.text_if("signer", visible_text(seal.signer));
    object.text_if("maker", visible_text(seal.maker));
    object.text_if("sealed_at", seal.name.empty() ? "" : to_rfc3339(seal.sealed_at));
    object.end();
}

} // namespace

std::string_view answer_name(Answer answer) {
    return answer == Answer::yes ? "yes" : answer == Answer::no ? "no" : "unknown";
}

std::string_view reason_name(Reason reason) {
    return words_of(reason).name;
}
std::string_view reason_text_zh(Reason reason) {
    return words_of(reason).zh;
}
std::string_view reason_text_en(Reason reason) {
    return words_of(reason).en;
}

std::string_view level_text_zh(SignatureLevel level) {
    switch (level) {
    case SignatureLevel::b_b: return "签名";
    case SignatureLevel::b_t: return "签名、时间戳";
    case SignatureLevel::b_lt: return "签名、时间戳、证书状态证明";
    case SignatureLevel::b_lta: break;
    }
    return "签名、时间戳、证书状态证明及其上的时间戳";
}

std::string_view status_code(Reason reason) {
    switch (reason) {
    case Reason::valid: return "01";
    case Reason::suspended: return "02";
    case Reason::revoked: return "03";
    case Reason::cancelled: return "04";
    case Reason::superseded:
    case Reason::expired: return "05";
    case Reason::transferred: return "06";
    case Reason::forfeited: return "07";
    case Reason::other_status: return "99";
    default: return {};
    }
}

std::string relation_text_zh(const RelationFace& relation) {
    const RelationWords words = words_of(relation.kind);
    std::string which = relation.version.empty() ? "" : "版本" + relation.version;
    if (relation.decided_on) {
        which += (which.empty() ? "" : "，") + to_chinese(*relation.decided_on);
    }
    return std::string(words.zh_before) + "《" + relation.title + "》" + relation.number +
           (which.empty() ? "" : "（" + which + "）") + std::string(words.zh_after);
}

std::string relation_text_en(const RelationFace& relation) {
    std::string text = std::string(words_of(relation.kind).en) + ' ' + relation.number;
    if (!relation.version.empty()) {
        text += ", version " + relation.version;
    }
    return text + (relation.decided_on ? " of " + to_text(*relation.decided_on) : "");
}

std::string report_json(const Report& report) {
    std::string to;
    JsonObject object(to);
    append_axis(object, to, "integrity", report.integrity);
    append_axis(object, to, "authority", report.authority);
    append_axis(object, to, "status", report.status, report.status_since, report.status_note);
    if (report.conclusion) {
        append_conclusion(object, to, *report.conclusion);
        object.text("revocation", revocation_name(report.revocation));
    }
    if (!report.signatures.empty()) {
        object.begin("signatures");
        append_json_array(to, report.signatures,
                          [&to](const SignatureFinding& each) { append_finding(to, each); });
    }
    object.text_if("level", report.level ? level_name(*report.level) : "");
    if (report.document) {
        append_document(object, to, *report.document);
    }
    if (!report.timestamps.empty()) {
        object.begin("timestamps");
        append_json_array(to, report.timestamps,
                          [&to](const TimestampFace& stamp) { append_timestamp(to, stamp); });
    }
    if (report.electronic_seal) {
        append_seal(object, to, *report.electronic_seal);
    }
    object.end();
    return to;
}

} // namespace songda::verifier
