// The composer: golden bytes, what Python's e-mail package reads out of them, and properties that
// hold for any text: nothing becomes a header that is not ours, no bare CR or LF leaves.
#include "delivery/channels/mime.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "base/utf8.hpp"
#include "delivery/channels/header_text.hpp"
#include "delivery/channels/letter.hpp"
#include "tests/fakes/golden_file.hpp"
#include "tests/unit/channels/read_mail.hpp"
#include "tests/unit/channels/sample_dispatch.hpp"

namespace songda::delivery {
namespace {

constexpr LetterSetting setting = {"https://songda.example.gov.cn", true};

struct Written {
    std::string subject;
    std::string body;
    std::string file_name;
};

Written write(const samples::SampleDispatch& sample) {
    return {letter_subject(sample.document), letter_body(sample.dispatch(), setting),
            letter_file_name(sample.document)};
}

std::string compose_sample(const samples::SampleDispatch& sample, const Written& written) {
    Mail mail;
    mail.leg = sample.leg.id;
    mail.date = sample.leg.created;
    mail.from_address = "songda@example.gov.cn";
    mail.from_name = "示例市电子证照送达";
    mail.to = sample.leg.address.reveal();
    mail.subject = written.subject;
    mail.body = written.body;
    mail.file_name = written.file_name;
    mail.file = sample.file;
    return compose(mail);
}

std::string compose_sample(const samples::SampleDispatch& sample) {
    return compose_sample(sample, write(sample));
}

/// Header lines and everything else: ASCII, CRLF only, short lines.
bool is_clean_wire_text(const std::string& mail) {
    std::size_t column = 0;
    for (std::size_t i = 0; i < mail.size(); ++i) {
        const char c = mail[i];
        if (c == '\n' || (c == '\r' && (i + 1 == mail.size() || mail[i + 1] != '\n'))) {
            return false;
        }
        if (c == '\r') {
            ++i;
            column = 0;
        } else if (static_cast<unsigned char>(c) > 126 || c < 32 || ++column > 78) {
            return false;
        }
    }
    return column == 0; // ends with a line end
}

std::vector<std::string> header_names(const std::string& mail) {
    std::vector<std::string> names;
    std::size_t at = 0;
    while (mail.compare(at, 2, "\r\n") != 0) {
        if (mail[at] != ' ') {
            names.push_back(mail.substr(at, mail.find(':', at) - at));
        }
        at = mail.find("\r\n", at) + 2;
    }
    return names;
}

const std::vector<std::string> our_headers = {"From",           "To",          "Subject",
                                              "Date",           "Message-ID",  "MIME-Version",
                                              "Auto-Submitted", "Content-Type"};

/// Any bytes, and among them what a smuggler would use.
rc::Gen<std::string> nasty_text() {
    const auto piece =
        rc::gen::oneOf(rc::gen::element<std::string>(
                           "\r\nBcc: a@example.org\r\n", "\n.\n", "\r\n.\r\n", "\r", "\n",
                           std::string(1, '\0'), "\xE2\x80\xA8", "\xE2\x80\xAE",
                           "?=", "=?UTF-8?Q?x?=", "\"", ";", "\xFF\xFE", "𠮷", "䶮", "喆", " "),
                       rc::gen::arbitrary<std::string>());
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                        [](const std::vector<std::string>& pieces) {
                            std::string text;
                            for (const auto& part : pieces) {
                                text += part;
                            }
                            return text;
                        });
}

rc::Gen<std::string> document_text() {
    const auto character = rc::gen::element<std::string>(
        "𠮷", "䶮", "喆", "证", "（", "）", "a", "Z", "9", " ", "=", "?", "_", "é", "·", "'");
    return rc::gen::map(rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(character)),
                        [](const std::vector<std::string>& characters) {
                            std::string text;
                            for (const auto& one : characters) {
                                text += one;
                            }
                            return text;
                        });
}

nlohmann::json parties(std::string_view name, std::string_view address) {
    return nlohmann::json::array({nlohmann::json::array({name, address})});
}

/// As text travels (RFC 2046 §4.1.1).
std::string with_line_ends(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += c == '\n' ? "\r\n" : std::string(1, c);
    }
    return out;
}

/// An independent reader of RFC 2047 B words.
std::string read_encoded_words(std::string_view words) {
    std::string text;
    while (!words.empty()) {
        if (!words.starts_with("=?UTF-8?B?")) {
            return "not an encoded word";
        }
        const std::size_t end = words.find("?=");
        if (end + 2 > 75) {
            return "too long";
        }
        const auto bytes = from_base64(words.substr(10, end - 10));
        if (!bytes || find_bad_utf8(as_text(*bytes))) {
            return "split inside a character";
        }
        text += as_text(*bytes);
        words.remove_prefix(end + 2);
        if (words.starts_with("\r\n ")) {
            words.remove_prefix(3);
        }
    }
    return text;
}

TEST(Mime, GoldenBytes) {
    EXPECT_EQ(compose_sample(samples::SampleDispatch()), fakes::golden_file("mail/letter.eml"));
}

TEST(Mime, TheSameLegGivesTheSameBytes) {
    samples::SampleDispatch first;
    samples::SampleDispatch second;
    second.now = second.now + 86'400'000;
    EXPECT_EQ(compose_sample(first), compose_sample(second));
    second.leg.id.bytes[15] ^= 1U;
    EXPECT_NE(compose_sample(first), compose_sample(second));
}

TEST(Mime, PythonReadsBackWhatWasSent) {
    const samples::SampleDispatch sample;
    const Written written = write(sample);
    const auto read = fakes::read_mail(compose_sample(sample, written));
    EXPECT_EQ(read["headers"], our_headers);
    EXPECT_EQ(read["subject"], "【送达】食品经营许可证 JY13201990000019 已签发");
    EXPECT_EQ(read["from"], parties("示例市电子证照送达", "songda@example.gov.cn"));
    EXPECT_EQ(read["to"], parties("", samples::mailbox));
    EXPECT_EQ(read["date"], "2026-11-24T09:02:03+08:00");
    EXPECT_EQ(read["message_id"], "<0193a1b2c3d47e5f8a9b0c1d2e3f4a5b@example.gov.cn>");
    EXPECT_EQ(read["auto"], "auto-generated");
    EXPECT_EQ(read["type"], "multipart/mixed");
    EXPECT_EQ(read["body_type"], "text/plain");
    EXPECT_EQ(read["charset"], "utf-8");
    EXPECT_EQ(read["body"], with_line_ends(written.body));
    ASSERT_EQ(read["files"].size(), 1U);
    const auto& file = read["files"][0];
    EXPECT_EQ(file["name"], "食品经营许可证-JY13201990000019.pdf");
    EXPECT_EQ(file["type_name"], "食品经营许可证-JY13201990000019.pdf");
    EXPECT_EQ(file["type"], "application/pdf");
    EXPECT_EQ(file["disposition"], "attachment");
    EXPECT_EQ(file["sha256"], to_hex(sha256(sample.file)));
    EXPECT_TRUE(read["defects"].empty()) << read["defects"];
}

TEST(Mime, RareCharactersAndLongNamesComeBack) {
    samples::SampleDispatch sample;
    sample.document.title =
        "𠮷䶮喆珺建设工程规划许可证（含附图附件）变更登记核准决定书副本之一壹贰叁肆伍";
    ASSERT_GE(count_code_points(sample.document.title), 35U);
    sample.document.number = "苏（2026）示例市不动产权第0000019号";
    const auto read = fakes::read_mail(compose_sample(sample));
    EXPECT_EQ(read["subject"],
              "【送达】" + sample.document.title + " " + sample.document.number + " 已签发");
    EXPECT_EQ(read["files"][0]["name"],
              sample.document.title + "-" + sample.document.number + ".pdf");
    EXPECT_TRUE(is_clean_wire_text(compose_sample(sample)));
}

TEST(Mime, WithoutAFileItIsOnePart) {
    const samples::SampleDispatch sample;
    Mail mail;
    mail.leg = sample.leg.id;
    mail.from_address = "songda@example.gov.cn";
    mail.to = samples::mailbox;
    mail.subject = "无附件";
    mail.body = "一行\n两行\n";
    const auto read = fakes::read_mail(compose(mail));
    EXPECT_EQ(read["type"], "text/plain");
    EXPECT_EQ(read["body"], "一行\r\n两行\r\n");
    EXPECT_EQ(read["from"], parties("", "songda@example.gov.cn"));
    EXPECT_TRUE(read["files"].empty());
    EXPECT_TRUE(read["defects"].empty());
}

TEST(Mime, DatesAreOfChina) {
    EXPECT_EQ(mail_date({0}), "Thu, 1 Jan 1970 08:00:00 +0800");
    EXPECT_EQ(mail_date(*parse_rfc3339("2026-11-23T15:59:59.999Z")),
              "Mon, 23 Nov 2026 23:59:59 +0800");
    EXPECT_EQ(mail_date(*parse_rfc3339("2026-11-23T16:00:00Z")), "Tue, 24 Nov 2026 00:00:00 +0800");
    EXPECT_EQ(mail_date(*parse_rfc3339("2028-02-29T04:05:06Z")), "Tue, 29 Feb 2028 12:05:06 +0800");
}

RC_GTEST_PROP(Mime, NoTextBecomesAHeaderOrABareLineEnd, ()) {
    samples::SampleDispatch sample;
    sample.document.title = *nasty_text();
    sample.document.number = *nasty_text();
    sample.document.department_name = *nasty_text();
    sample.document.holder_masked = *nasty_text();
    sample.collection.link = *nasty_text();
    const std::string mail = compose_sample(sample);
    RC_ASSERT(is_clean_wire_text(mail));
    RC_ASSERT(header_names(mail) == our_headers);
    RC_ASSERT(mail.find("\r\n.") == std::string::npos);
    // What the reader sees as one line stays one line.
    const std::string body = write(sample).body;
    const std::string plain = write(samples::SampleDispatch()).body;
    RC_ASSERT(std::count(body.begin(), body.end(), '\n') ==
              std::count(plain.begin(), plain.end(), '\n'));
}

RC_GTEST_PROP(Mime, EncodedWordsReadBackForAnyTextAndPlace, ()) {
    const std::string text = *document_text();
    const auto taken = *rc::gen::inRange<std::size_t>(0, 60);
    const std::string words = encoded_words(text, taken);
    RC_ASSERT(read_encoded_words(words) == text);
    RC_ASSERT(
        is_clean_wire_text(std::string(std::min<std::size_t>(taken, 38), 'x') + words + "\r\n"));
}

RC_GTEST_PROP(Mime, CleanLineIsOneValidLineAndKeepsWhatIsAllowed, ()) {
    const std::string any = clean_line(*nasty_text());
    RC_ASSERT(!find_bad_utf8(any));
    for (const char32_t c : to_code_points(any)) {
        RC_ASSERT(!is_forbidden_in_documents(c));
    }
    const std::string allowed = *document_text();
    RC_ASSERT(clean_line(allowed) == allowed);
}

TEST(Letter, NeverHoldsTheCodeAndMarksSamples) {
    samples::SampleDispatch sample;
    const std::string body = write(sample).body;
    EXPECT_EQ(body.find(sample.collection.code.reveal()), std::string::npos);
    EXPECT_TRUE(body.starts_with("【样本，不具法律效力】"));
    EXPECT_NE(body.find(sample.collection.link), std::string::npos);
    EXPECT_NE(body.find("https://songda.example.gov.cn/v/7R2M9K4T8WXE3HBC\n"), std::string::npos);
    EXPECT_NE(body.find("𠮷*，您好"), std::string::npos);
    sample.document.sample = false;
    EXPECT_EQ(write(sample).body.find("样本"), std::string::npos);
}

TEST(Letter, FileNamesFitEveryFileSystem) {
    samples::SampleDispatch sample;
    sample.document.title = "../许可证\\:*?\"<>|";
    sample.document.number = std::string("1/2") + std::string(1, '\0') + "\r\n";
    EXPECT_EQ(letter_file_name(sample.document), "_._许可证________-1_2   .pdf");
    sample.document.title.clear();
    for (int i = 0; i < 100; ++i) {
        sample.document.title += "𠮷";
    }
    const std::string name = letter_file_name(sample.document);
    EXPECT_EQ(name.size(), 204U);
    EXPECT_FALSE(find_bad_utf8(name));
}

} // namespace
} // namespace songda::delivery
