#include "delivery/channels/notice_letter.hpp"

#include <fmt/format.h>

#include "base/check.hpp"
#include "delivery/channels/header_text.hpp"

namespace songda::delivery {
namespace {

using store::DocumentStatus;
using store::Operation;

struct Words {
    std::string_view zh;
    std::string_view en;
};

/// What happened, behind the document's name.
Words words_of(const Notice& notice) {
    switch (notice.change.status) {
    case DocumentStatus::valid:
        if (notice.sequence == 1) {
            return {"已签发", "has been issued"};
        }
        return notice.change.operation == Operation::transfer_cancelled
                   ? Words{"已取消转出，恢复有效", "stays here and is valid again"}
                   : Words{"已恢复有效", "is valid again"};
    case DocumentStatus::suspended: return {"已被暂扣", "has been suspended"};
    case DocumentStatus::revoked: return {"已被撤销", "has been revoked"};
    case DocumentStatus::cancelled: return {"已被注销", "has been cancelled"};
    case DocumentStatus::superseded:
        return {"已被新文书替代", "has been replaced by a new document"};
    case DocumentStatus::forfeited: return {"已被吊销", "has been taken away as a penalty"};
    case DocumentStatus::transferred: return {"已转出", "has been transferred to another organ"};
    case DocumentStatus::expired: return {"已过有效期", "is past its last day of validity"};
    case DocumentStatus::other: return {"状态已变更", "has changed its status"};
    }
    return {"状态已变更", "has changed its status"};
}

bool to_supervisor(const Dispatch& dispatch) {
    return dispatch.leg.purpose == store::LegPurpose::supervision;
}

/// `2026-11-24 09:02:03`, as people write it.
std::string minute(TimeMs time) {
    std::string text = to_china_time(time).substr(0, 19);
    text[10] = ' ';
    return text;
}

/// One fact on its line, when there is one.
std::string line(std::string_view name, std::string_view value) {
    const std::string clean = clean_line(value);
    return clean.empty() ? "" : fmt::format("{}{}\n", name, clean);
}

/// Of the first entry the reason and operation say only that it was issued.
std::string facts_zh(const Dispatch& dispatch) {
    const Notice& notice = *dispatch.notice;
    const std::optional<Date>& last_day = dispatch.document.valid_until;
    const store::StatusChange& change = notice.change;
    std::string out = fmt::format("状态：{}（代码{}）\n", store::status_name_zh(change.status),
                                  store::status_code(change.status));
    out += line("说明：", change.description);
    out += line("时间：", minute(change.at));
    out += line("有效期至：", last_day ? to_chinese(*last_day) : "");
    if (notice.sequence > 1) {
        out += line("原因：", change.reason);
    }
    out += line("依据：", change.basis);
    if (change.operation != Operation::none) {
        out += fmt::format("操作：{} {}\n", store::operation_code(change.operation),
                           store::operation_name_zh(change.operation));
    }
    return out + line("办理部门：", dispatch.document.department_name);
}

std::string facts_en(const Dispatch& dispatch) {
    const Notice& notice = *dispatch.notice;
    const std::optional<Date>& last_day = dispatch.document.valid_until;
    const store::StatusChange& change = notice.change;
    std::string out = fmt::format("Status: {} (code {})\n", store::status_name(change.status),
                                  store::status_code(change.status));
    out += line("That is: ", change.description);
    out += line("At: ", minute(change.at) + " +08:00");
    out += line("Valid until: ", last_day ? to_text(*last_day) : "");
    if (notice.sequence > 1) {
        out += line("Reason: ", change.reason);
    }
    out += line("Basis: ", change.basis);
    if (change.operation != Operation::none) {
        out += fmt::format("Operation: {}\n", store::operation_code(change.operation));
    }
    return out + line("Department: ", dispatch.document.department_name);
}

std::string chinese(const Dispatch& dispatch) {
    const Notice& notice = *dispatch.notice;
    const store::DocumentRow& document = dispatch.document;
    const std::string holder = clean_line(document.holder_masked);
    const bool supervisor = to_supervisor(dispatch);
    return fmt::format(
        "{greeting}\n"
        "\n"
        "《{title}》（编号：{number}）{what}，{purpose}。\n"
        "\n"
        "{facts}"
        "{history}"
        "\n"
        "查询现在的状态\n"
        "{verify}\n"
        "\n"
        "本邮件仅为{kind}，不是送达，相关决定以依法送达的文书为准。\n"
        "本邮件由系统自动发出，请勿直接回复。如有疑问，请联系{department}。\n",
        fmt::arg("greeting", supervisor       ? "监管部门："
                             : holder.empty() ? "您好："
                                              : holder + "，您好："),
        fmt::arg("title", clean_line(document.title)),
        fmt::arg("number", clean_line(document.number)), fmt::arg("what", words_of(notice).zh),
        fmt::arg("purpose", supervisor ? "抄送贵部门，供日常监管使用" : "特此告知"),
        fmt::arg("facts", facts_zh(dispatch)),
        fmt::arg("history", notice.present ? ""
                                           : fmt::format("此后状态又有变化，现在是：{}。\n",
                                                         store::status_name_zh(notice.now))),
        fmt::arg("verify", clean_line(notice.verify)),
        fmt::arg("kind", supervisor ? "抄送" : "告知"),
        fmt::arg("department", clean_line(document.department_name)));
}

std::string english(const Dispatch& dispatch) {
    const Notice& notice = *dispatch.notice;
    const store::DocumentRow& document = dispatch.document;
    const std::string holder = clean_line(document.holder_masked);
    const bool supervisor = to_supervisor(dispatch);
    return fmt::format(
        "{greeting}\n"
        "\n"
        "《{title}》, number {number}, {what}.{purpose}\n"
        "\n"
        "{facts}"
        "{history}"
        "\n"
        "See its present status\n"
        "{verify}\n"
        "\n"
        "This mail only tells and serves nothing: what counts is the decision served on its\n"
        "addressee by law. It was sent automatically; please do not reply. If you have a\n"
        "question, ask {department}.\n",
        fmt::arg("greeting", supervisor       ? "To the supervising department:"
                             : holder.empty() ? "Hello,"
                                              : "Hello, " + holder + ","),
        fmt::arg("title", clean_line(document.title)),
        fmt::arg("number", clean_line(document.number)), fmt::arg("what", words_of(notice).en),
        fmt::arg("purpose", supervisor ? " This copy is for your supervision." : ""),
        fmt::arg("facts", facts_en(dispatch)),
        fmt::arg("history", notice.present
                                ? ""
                                : fmt::format("It has changed again since; now it is: {}.\n",
                                              store::status_name(notice.now))),
        fmt::arg("verify", clean_line(notice.verify)),
        fmt::arg("department", clean_line(document.department_name)));
}

} // namespace

std::string notice_subject(const Dispatch& dispatch) {
    SONGDA_CHECK(dispatch.notice != nullptr);
    return clean_line(fmt::format("【{}】{} {} {}", to_supervisor(dispatch) ? "抄送" : "告知",
                                  dispatch.document.title, dispatch.document.number,
                                  words_of(*dispatch.notice).zh));
}

std::string notice_body(const Dispatch& dispatch) {
    SONGDA_CHECK(dispatch.notice != nullptr);
    std::string out;
    if (dispatch.document.sample) {
        out += "【样本，不具法律效力】 SAMPLE, WITHOUT LEGAL EFFECT\n\n";
    }
    out += chinese(dispatch);
    out += "\n────────────────\n\n";
    out += english(dispatch);
    return out;
}

} // namespace songda::delivery
