#include "delivery/channels/letter.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "delivery/channels/header_text.hpp"

namespace songda::delivery {
namespace {

constexpr std::size_t file_name_bytes_max = 200;

/// The document's facts, each on one line whatever the row holds.
struct Facts {
    std::string holder;
    std::string department;
    std::string title;
    std::string number;
    std::string verify;
    std::string link;
};

Facts facts_of(const Dispatch& dispatch, const LetterSetting& setting) {
    const store::DocumentRow& document = dispatch.document;
    return {clean_line(document.holder_masked),
            clean_line(document.department_name),
            clean_line(document.title),
            clean_line(document.number),
            fmt::format("{}/v/{}", setting.public_base, to_text(document.key)),
            clean_line(dispatch.collection.link)};
}

std::string chinese(const Facts& facts, bool attached) {
    return fmt::format(
        "{holder}您好：\n"
        "\n"
        "{department}已对您的申请作出决定，签发了《{title}》，编号：{number}。\n"
        "{file}\n"
        "\n"
        "在线领取\n"
        "{link}\n"
        "打开后请输入 8 "
        "位领取码。为保护您的信息，领取码不在本邮件中：请查看政务服务网发给您的消息，"
        "或向受理您申请的窗口索取。\n"
        "\n"
        "查验真伪\n"
        "{verify}\n"
        "扫描文件上的二维码也可以查验。收到这份文件的任何人都可以这样核对。\n"
        "\n"
        "本邮件由系统自动发出，请勿直接回复。如有疑问，请联系{department}。\n",
        fmt::arg("holder", facts.holder.empty() ? "" : facts.holder + "，"),
        fmt::arg("department", facts.department), fmt::arg("title", facts.title),
        fmt::arg("number", facts.number), fmt::arg("link", facts.link),
        fmt::arg("verify", facts.verify),
        fmt::arg("file", attached ? "文件（PDF，带电子印章）已随本邮件附上，请妥善保存。"
                                  : "文件（PDF，带电子印章）请通过下面的链接领取。"));
}

std::string english(const Facts& facts, bool attached) {
    return fmt::format(
        "Hello{holder},\n"
        "\n"
        "{department} has decided on your application and issued 《{title}》, number {number}.\n"
        "{file}\n"
        "\n"
        "Collect it online\n"
        "{link}\n"
        "You will be asked for an 8-digit code. To protect you it is not in this mail: look at "
        "the\n"
        "message that the government portal sent you, or ask the counter that took your "
        "application.\n"
        "\n"
        "Check that it is genuine\n"
        "{verify}\n"
        "or scan the QR code on the document. Anyone who receives a copy can do the same.\n"
        "\n"
        "This mail was sent automatically; please do not reply to it. If you have a question, ask\n"
        "{department}.\n",
        fmt::arg("holder", facts.holder.empty() ? "" : ", " + facts.holder),
        fmt::arg("department", facts.department), fmt::arg("title", facts.title),
        fmt::arg("number", facts.number), fmt::arg("link", facts.link),
        fmt::arg("verify", facts.verify),
        fmt::arg("file",
                 attached
                     ? "The file, a PDF with an electronic seal, is attached. Please keep it."
                     : "The file, a PDF with an electronic seal, waits under the link below."));
}

} // namespace

std::string letter_subject(const store::DocumentRow& document) {
    return clean_line(fmt::format("【送达】{} {} 已签发", document.title, document.number));
}

std::string letter_body(const Dispatch& dispatch, const LetterSetting& setting) {
    const Facts facts = facts_of(dispatch, setting);
    std::string out;
    if (dispatch.document.sample) {
        out += "【样本，不具法律效力】 SAMPLE, WITHOUT LEGAL EFFECT\n\n";
    }
    out += chinese(facts, setting.attached);
    out += "\n────────────────\n\n";
    out += english(facts, setting.attached);
    return out;
}

std::string letter_file_name(const store::DocumentRow& document) {
    std::string name = clean_line(fmt::format("{}-{}", document.title, document.number));
    for (char& c : name) {
        if (std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos) {
            c = '_';
        }
    }
    if (!name.empty() && name.front() == '.') {
        name.front() = '_';
    }
    if (name.size() > file_name_bytes_max) {
        name.resize(file_name_bytes_max);
        name.resize(find_bad_utf8(name).value_or(name.size()));
    }
    return name + ".pdf";
}

} // namespace songda::delivery
