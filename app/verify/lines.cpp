#include "app/verify/lines.hpp"

#include <fmt/core.h>

#include "base/json.hpp"
#include "verifier/visible_text.hpp"

namespace songda::app {
namespace {

using verifier::Answer;
using verifier::Reason;
using verifier::Report;
using verifier::Revocation;
using verifier::SignatureFinding;
using verifier::visible_text;

std::string_view mark(Answer answer) {
    return answer == Answer::yes ? "✔" : answer == Answer::no ? "✘" : "?";
}

std::string axis_line(std::string_view label, const verifier::AxisAnswer& axis) {
    return fmt::format("  {} {}  {} {}\n", mark(axis.answer), label,
                       verifier::reason_text_zh(axis.reason),
                       verifier::reason_text_en(axis.reason));
}

std::string_view indication_zh(std::string_view indication) {
    return indication == "TOTAL-PASSED"   ? "通过"
           : indication == "TOTAL-FAILED" ? "未通过"
                                          : "无法判断";
}

std::string conclusion_text(const verifier::Conclusion& conclusion) {
    return fmt::format("{} {}{}{}", indication_zh(conclusion.indication), conclusion.indication,
                       conclusion.sub_indication.empty() ? "" : " / ", conclusion.sub_indication);
}

std::string_view kind_words(std::string_view kind) {
    return kind == "timestamp"       ? "时间戳 time-stamp"
           : kind == "certification" ? "认证签名 certification"
                                     : "签名 signature";
}

std::string finding_lines(std::size_t number, const SignatureFinding& finding) {
    std::string to = fmt::format("  [{}] {} {} {}\n", number, kind_words(finding.kind),
                                 visible_text(finding.signer), finding.algorithm);
    to += "    " + axis_line("完整 integrity", finding.integrity);
    to += "    " + axis_line("签名者 signer  ", finding.authority);
    if (finding.proven_at) {
        to += fmt::format("      时间戳证明的时间 proven by a time-stamp {}\n",
                          to_china_time(*finding.proven_at));
    } else if (finding.claimed_at) {
        to += fmt::format("      签名者自称的时间 the signer's own clock said {}\n",
                          to_china_time(*finding.claimed_at));
    }
    return to;
}

std::string_view shape_name(Sm2Shape shape) {
    return shape == Sm2Shape::cades ? "cades" : "gbt-35275";
}

std::string message_lines(const verifier::Sm2Finding& message) {
    std::string to = fmt::format("  [国密 SM2] 数据签名 message over the record · {} {}\n",
                                 visible_text(message.signer), shape_name(message.shape));
    to += "    " + axis_line("完整 integrity", message.integrity);
    to += "    " + axis_line("签名者 signer  ", message.authority);
    return to;
}

std::string seal_lines(const verifier::ElectronicSealFinding& seal) {
    std::string to = fmt::format("  [国密 SM2] 电子印章 electronic seal · {} {}\n",
                                 visible_text(seal.name), visible_text(seal.id));
    to += "    " + axis_line("完整 integrity", seal.integrity);
    to += "    " + axis_line("签章人 signer  ", seal.authority);
    to += fmt::format("      {} · {} · 制章人 made by {}\n", to_china_time(seal.sealed_at),
                      visible_text(seal.signer), visible_text(seal.maker));
    return to;
}

/// As the axes of a report are (docs/formats/answer.md).
void append_axis(JsonObject& message, std::string& to, std::string_view name,
                 const verifier::AxisAnswer& axis) {
    message.begin(name);
    JsonObject object(to);
    object.text("answer", verifier::answer_name(axis.answer));
    object.text("reason", verifier::reason_name(axis.reason));
    object.text("as_of", to_rfc3339(axis.as_of));
    object.text("text", verifier::reason_text_zh(axis.reason));
    object.text("text_en", verifier::reason_text_en(axis.reason));
    object.end();
}

std::string message_json(const verifier::Sm2Finding& message) {
    std::string to;
    JsonObject object(to);
    append_axis(object, to, "integrity", message.integrity);
    append_axis(object, to, "authority", message.authority);
    object.text("revocation", verifier::revocation_name(message.revocation));
    object.text("shape", shape_name(message.shape));
    object.text("signer", visible_text(message.signer));
    object.end();
    return to;
}

std::string face_lines(const verifier::DocumentFace& face) {
    std::string to;
    if (!face.title.empty()) {
        to += fmt::format("    {} {} · 持有人 holder {}\n", face.title, face.number, face.holder);
    }
    to += fmt::format("    签发 issued by {}{}\n", visible_text(face.issuer_name),
                      face.issuer_code.empty() ? "" : " (" + visible_text(face.issuer_code) + ")");
    if (face.issued_at) {
        to += fmt::format("    签发时间 issued at {}\n", to_china_time(*face.issued_at));
    }
    if (face.sample) {
        to += "    样本，不具法律效力 SAMPLE, without legal effect\n";
    }
    return to;
}

/// What is not known, and what to do about it.
std::string next_steps(const Report& report) {
    std::string to;
    const auto step = [&to](std::string_view zh, std::string_view en) {
        to += fmt::format("  → {}\n    {}\n", zh, en);
    };
    if (report.authority.reason == Reason::no_trust_list) {
        step("签发者未核对：用 --trust 指明存放信任根证书（*.pem）的文件夹",
             "Who signed was not checked: name a folder of root certificates (*.pem) with --trust");
    }
    if (report.revocation == Revocation::unknown) {
        step("证书是否被吊销未知：把签发机构公布的吊销列表（*.crl）放进信任文件夹再核验",
             "Whether the certificate was revoked is not known: put its authority's revocation "
             "list (*.crl) into the trust folder");
    } else if (report.revocation == Revocation::no_source) {
        step("证书没有注明吊销信息的查询处，是否被吊销无从得知",
             "The certificate names no place to ask whether it was revoked; nobody can tell");
    }
    if (report.integrity.answer != Answer::yes || report.authority.answer == Answer::no) {
        step("不要采信；请向签发部门索取原件", "Do not rely on it; ask the issuing department for "
                                               "the original");
    } else if (report.status.reason == Reason::offline) {
        report.signatures.empty()
            ? step("现在是否仍然有效：扫描文件上的二维码，或打开其核验网址",
                   "Whether it holds now: scan the code on it, or open its verify address")
            : step("不是送达签发的文件；现在是否仍然有效，请向签发者查询",
                   "Not a document of Songda's; ask its issuer whether it holds now");
    }
    return to;
}

std::string named(std::string_view subject) {
    std::string to;
    JsonObject object(to);
    object.text("file", visible_text(subject));
    return to;
}

} // namespace

std::string report_lines(std::string_view subject, const Report& report,
                         const std::optional<verifier::Sm2Finding>& message) {
    std::string to = fmt::format("{}\n", visible_text(subject));
    if (report.conclusion) {
        to += fmt::format("  结论 conclusion   {}\n", conclusion_text(*report.conclusion));
    }
    to += axis_line("完整 integrity", report.integrity);
    to += axis_line("签发 authority", report.authority);
    to += axis_line("现状 status   ", report.status);
    if (report.document) {
        to += face_lines(*report.document);
    }
    if (report.level) {
        to += fmt::format("  等级 level        {} {}\n", level_name(*report.level),
                          verifier::level_text_zh(*report.level));
    }
    for (const verifier::TimestampFace& stamp : report.timestamps) {
        to += fmt::format("  {} 归档时间戳 archive time-stamp  {} · {}{}\n", mark(stamp.answer),
                          to_china_time(stamp.time), visible_text(stamp.authority),
                          stamp.answer == Answer::yes ? "" : "（不在信任之列 not trusted here）");
    }
    for (std::size_t at = 0; at < report.signatures.size(); ++at) {
        to += finding_lines(at + 1, report.signatures[at]);
    }
    to += report.electronic_seal ? seal_lines(*report.electronic_seal) : "";
    to += message ? message_lines(*message) : "";
    return to + next_steps(report);
}

std::string report_line(std::string_view subject, const Report& report,
                        const std::optional<verifier::Sm2Finding>& message) {
    std::string body = verifier::report_json(report).substr(1);
    if (message) {
        body.insert(body.size() - 1, ",\"sm2_message\":" + message_json(*message));
    }
    return named(subject) + ',' + body + '\n';
}

std::string failure_line(std::string_view subject, const Error& failure) {
    std::string to;
    JsonObject object(to);
    object.text("file", visible_text(subject));
    object.text("failure", fault_name(failure.fault));
    object.end();
    return to + '\n';
}

} // namespace songda::app
