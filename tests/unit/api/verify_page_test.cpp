// The verification page for people without JavaScript: the upload form and the look-up form answer
// with the page, the answer in it.
#include "tests/unit/api/counter.hpp"

#include <fstream>

#include <nlohmann/json.hpp>

namespace songda::api {
namespace {

using nlohmann::json;

class VerifyPageTest : public CounterTest {
protected:
    void SetUp() override {
        CounterTest::SetUp();
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::getline(in, row_);
        const issuer::Row row{row_, {}};
        document_ = desk_->issuer().issue(fakes::department, {&row, 1}).front().document;
        const auto stored = desk_->store().find_document(document_.id);
        ASSERT_TRUE(stored.ok() && stored.value());
        const Bytes file = desk_->store().read_file(*stored.value()).value();
        file_ = as_text(file);
    }
    http::Response upload(const std::string& file, const std::string& field = "file") {
        http::Request request;
        request.method = "POST";
        request.path = "/verify";
        request.headers = {{"Content-Type", "multipart/form-data; boundary=XyZ"}};
        request.body = "--XyZ\r\nContent-Disposition: form-data; name=\"" + field +
                       "\"; filename=\"许可证.pdf\"\r\nContent-Type: application/pdf\r\n\r\n" +
                       file + "\r\n--XyZ--\r\n";
        return ask(std::move(request));
    }
    http::Response look_up(const std::string& query) {
        http::Request request;
        request.method = "GET";
        request.path = "/verify";
        request.query = query;
        return ask(std::move(request));
    }
    static bool shows(const http::Response& response, const std::string& words) {
        return response.body.find(words) != std::string::npos;
    }
    static std::string header(const http::Response& response, const std::string& name) {
        for (const auto& [key, value] : response.headers) {
            if (key == name) {
                return value;
            }
        }
        return "";
    }

    std::string row_;
    store::DocumentRow document_;
    std::string file_;
};

TEST_F(VerifyPageTest, UploadedOriginalIsGenuine) {
    const http::Response page = upload(file_);
    EXPECT_EQ(page.status, 200);
    const TimeMs now = clock_.now();
    EXPECT_TRUE(shows(page, "data-fact=\"checked_at\">" + to_chinese(china_date(now)) + ' ' +
                                to_china_time(now).substr(11, 5) + "</dd>"))
        << "times as people write them";
    EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(header(page, "Cache-Control"), "no-store");
    EXPECT_FALSE(header(page, "Content-Security-Policy").empty());
    EXPECT_TRUE(shows(page, "<section class=\"answer yes\" id=\"answer\">")) << page.body;
    EXPECT_TRUE(shows(page, "与签发的文件逐字节一致"));
    EXPECT_TRUE(shows(page, document_.number));
    EXPECT_FALSE(shows(page, "SONGDA:ANSWER"));
    EXPECT_TRUE(page.body.ends_with("</html>\n")) << "the whole page";
}

TEST_F(VerifyPageTest, DayOnThePaperAndTimeOfIssueStandUnderTheirOwnNames) {
    const auto paper = json::parse(row_)["decided_on"].get<std::string>();
    ASSERT_EQ(document_.decided_on, parse_date(paper));
    ASSERT_NE(*document_.decided_on, china_date(document_.issued_at)) << "else nothing is shown";
    const std::string day = to_chinese(*document_.decided_on);
    const std::string time = to_chinese(china_date(document_.issued_at)) + ' ' +
                             to_china_time(document_.issued_at).substr(11, 5);
    const http::Response page = ask("GET", "/v/" + to_text(document_.key));
    EXPECT_TRUE(shows(page, "落款日期 <span lang=\"en\">Dated</span></dt><dd "
                            "data-fact=\"decided_on\">" +
                                day + "</dd>"))
        << page.body;
    EXPECT_TRUE(shows(page, "签发时间 <span lang=\"en\">Issued at</span></dt><dd "
                            "data-fact=\"issued_at\">" +
                                time + "</dd>"));
    const http::Response answer = ask("GET", "/api/v1/verify/" + to_text(document_.key));
    EXPECT_EQ(json::parse(answer.body)["document"]["decided_on"], paper);
    const std::string path = folder_ / "paper.pdf";
    std::ofstream(path, std::ios::binary) << file_;
    EXPECT_EQ(std::system(("pdftotext " + path + " - | grep -qF " + day).c_str()), 0)
        << "the paper shows the same day";
}

TEST_F(VerifyPageTest, UploadedCopyIsNot) {
    std::string altered = file_;
    altered[1000] = static_cast<char>(altered[1000] ^ 1);
    for (const std::string& file : {altered, file_ + "\n", std::string("not a PDF")}) {
        const http::Response page = upload(file);
        EXPECT_EQ(page.status, 200);
        EXPECT_TRUE(shows(page, "<section class=\"answer no\" id=\"answer\">"));
        EXPECT_FALSE(shows(page, document_.number));
    }
}

TEST_F(VerifyPageTest, FormWithoutAFileOrOfAnotherShapeIsToldSo) {
    const http::Response none = upload("");
    EXPECT_EQ(none.status, 400);
    EXPECT_TRUE(shows(none, "没有收到文件"));
    EXPECT_EQ(upload(file_, "other").status, 400);
    http::Request plain;
    plain.method = "POST";
    plain.path = "/verify";
    plain.body = file_;
    EXPECT_EQ(ask(plain).status, 400);
    EXPECT_EQ(upload(std::string(parts_->limits.upload_bytes_max + 1, 'x')).status, 413);
}

TEST_F(VerifyPageTest, TypedKeyLeadsToItsAnswer) {
    const std::string key = to_text(document_.key);
    const std::string spaced = key.substr(0, 4) + '-' + key.substr(4, 4) + "+" + key.substr(8);
    std::string lower;
    for (const char letter : spaced) {
        lower += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
    for (const std::string& typed : {key, spaced, lower}) {
        const http::Response found = look_up("key=" + typed);
        EXPECT_EQ(found.status, 303) << typed;
        EXPECT_EQ(header(found, "Location"), "/v/" + key);
    }
    for (const auto* typed :
         {"key=", "key=3VJ6", "key=..%2F..%2Fetc", "key=%0d%0aSet-Cookie:x", "key=%zz"}) {
        const http::Response lost = look_up(typed);
        EXPECT_EQ(lost.status, 404) << typed;
        EXPECT_TRUE(shows(lost, "没有找到这份文书"));
    }
}

TEST_F(VerifyPageTest, ShellHasNoAnswerAndIsKeptByItsTag) {
    const http::Response shell = look_up("");
    EXPECT_EQ(shell.status, 200);
    EXPECT_FALSE(shows(shell, "id=\"answer\""));
    EXPECT_EQ(header(shell, "Cache-Control"), "no-cache");
    http::Request again;
    again.method = "GET";
    again.path = "/verify";
    again.headers = {{"If-None-Match", header(shell, "ETag")}};
    const http::Response same = ask(again);
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.body, "");
}

} // namespace
} // namespace songda::api
