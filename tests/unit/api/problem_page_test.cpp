// Who prefers HTML gets a page instead of a problem document: the same status and headers, words of
// web/problem.html, the page's strict headers, and nothing that tells absent from forbidden.
#include "api/problem_page.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "api/accept.hpp"
#include "api/pages.hpp"
#include "api/problem.hpp"
#include "tests/unit/api/counter.hpp"

namespace songda::api {
namespace {

constexpr auto browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
                         "image/webp,*/*;q=0.8"; // as chromium opens a page

const ProblemPages& pages() {
    static const ProblemPages loaded = ProblemPages::load(SONGDA_SOURCE_DIR "/web").value();
    return loaded;
}

http::Request request_of(const std::string& accept, const std::string& path = "/") {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.headers = {{"Accept", accept}};
    return request;
}

std::string header(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
        if (key == name) {
            return value;
        }
    }
    return "";
}

class ProblemPageTest : public CounterTest {
protected:
    http::Response open(const std::string& path, const std::string& accept = browser) {
        http::Request request = request_of(accept, path);
        http::Response response = ask(request);
        pages().present(request, response);
        return response;
    }
};

TEST(PrefersHtml, BrowsersDoAndProgramsDoNot) {
    for (const auto* accept : {browser, "text/html", "TEXT/HTML; charset=utf-8",
                               "application/xhtml+xml", "text/html, application/json;q=0.9",
                               "text/*;q=0.5, application/json;q=0.4", " text/html ;q=0.1"}) {
        EXPECT_TRUE(prefers_html(accept)) << accept;
    }
    for (const auto* accept :
         {"", "*/*", "application/json", "application/problem+json", "text/html;q=0",
          "text/html;q=0.5, application/problem+json", "application/json, text/html", "text/plain",
          "text/html;q=x", "text/htmlx", ",;,;q=", "application/*, text/html;q=0.9"}) {
        EXPECT_FALSE(prefers_html(accept)) << accept;
    }
}

TEST(ProblemPages, EveryStatusHasItsWordsAndStrictHeaders) {
    for (const int status : {400, 401, 403, 404, 405, 408, 413, 429, 500, 503}) {
        http::Response response = refusal_response(status, "why-is-for-programs");
        const std::string json = response.body;
        pages().present(request_of("*/*"), response);
        EXPECT_EQ(response.body, json);
        EXPECT_EQ(response.content_type, "application/problem+json");
        EXPECT_EQ(header(response, "Vary"), "Accept");

        response = refusal_response(status, "why-is-for-programs");
        response.status = status; // 401 has no words of its own among the refusals
        pages().present(request_of(browser), response);
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
        EXPECT_EQ(header(response, "Vary"), "Accept");
        EXPECT_EQ(header(response, "Cache-Control"), "no-store");
        for (const auto& [name, value] : page_headers()) {
            EXPECT_EQ(header(response, name), value) << name;
        }
        EXPECT_EQ(response.body.find("why-is"), std::string::npos);
        EXPECT_EQ(response.body.find("SONGDA:"), std::string::npos) << "no mark is left";
        EXPECT_EQ(response.body.find("{seconds}"), std::string::npos);
        EXPECT_TRUE(response.body.starts_with("<!doctype html>"));
        EXPECT_TRUE(response.body.ends_with("</html>\n"));
        const std::size_t heading = response.body.find("<h1>");
        ASSERT_NE(heading, std::string::npos) << status;
        EXPECT_EQ(heading, response.body.rfind("<h1>")) << "the words of one status only";
        EXPECT_NE(response.body.find("class=\"next\""), std::string::npos) << "the next step";
    }
    http::Response unheard = refusal_response(404, "");
    unheard.status = 418;
    pages().present(request_of(browser), unheard);
    EXPECT_NE(unheard.body.find("没有看懂这个请求"), std::string::npos);
}

TEST(ProblemPages, OtherAnswersStayAsTheyAre) {
    http::Response response;
    response.content_type = "application/json";
    response.body = "{}";
    pages().present(request_of(browser), response);
    EXPECT_EQ(response.body, "{}");
    EXPECT_TRUE(response.headers.empty());
}

TEST(ProblemPages, WaitIsToldFromRetryAfter) {
    http::Response response = refusal_response(429, "");
    response.headers.emplace_back("Retry-After", "17");
    pages().present(request_of(browser), response);
    EXPECT_EQ(header(response, "Retry-After"), "17");
    EXPECT_NE(response.body.find("请在 <b>17</b> 秒后刷新本页"), std::string::npos);
    EXPECT_EQ(response.body.find("过一分钟"), std::string::npos);
    http::Response other = refusal_response(429, "");
    other.headers.emplace_back("Retry-After", "<b>");
    pages().present(request_of(browser), other);
    EXPECT_NE(other.body.find("过一分钟"), std::string::npos);
}

TEST(ProblemPages, BrokenPageIsRefusedAtStart) {
    std::ifstream in(SONGDA_SOURCE_DIR "/web/problem.html");
    std::ostringstream text;
    text << in.rdbuf();
    const std::string whole = text.str();
    ASSERT_TRUE(ProblemPages::cut(whole).ok());
    for (const std::string mark : {"SONGDA:END", "SONGDA:STATUS 400", "SONGDA:STATUS 500"}) {
        std::string broken = whole;
        broken.replace(broken.find(mark), mark.size(), "x");
        EXPECT_FALSE(ProblemPages::cut(broken).ok()) << mark;
    }
    EXPECT_FALSE(ProblemPages::cut("").ok());
    EXPECT_FALSE(ProblemPages::load("/nonexistent").ok());
}

TEST_F(ProblemPageTest, AnyDocumentThatIsNotTheCallersLooksTheSame) {
    const NewApiKey key = make_key(fakes::other_department, {"read"});
    std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
    std::string line;
    std::getline(in, line);
    const issuer::Row row{line, {}};
    const auto document = desk_->issuer().issue(fakes::department, {&row, 1}).front().document;
    std::vector<std::string> answers;
    for (const std::string& id : {to_text(document.id), std::string(32, '0'), std::string("x")}) {
        http::Request request = request_of(browser, "/api/v1/documents/" + id);
        request.headers.emplace_back("Authorization", "Bearer " + key.bearer);
        http::Response response = ask(request);
        pages().present(request, response);
        EXPECT_EQ(response.status, 404);
        std::string whole = response.body;
        for (const auto& [name, value] : response.headers) {
            whole += name + ": " + value + '\n';
        }
        answers.push_back(std::move(whole));
    }
    EXPECT_EQ(answers[0], answers[1]);
    EXPECT_EQ(answers[0], answers[2]);
}

TEST_F(ProblemPageTest, ScannedTooOftenTheReaderIsToldWhenToComeBack) {
    http::Response page;
    for (int i = 0; i < 200 && page.status != 429; ++i) {
        page = open("/v/3VJ6Z0Q8K5TMX2RN");
    }
    ASSERT_EQ(page.status, 429);
    EXPECT_NE(page.body.find("请在 <b>" + header(page, "Retry-After") + "</b> 秒后刷新本页"),
              std::string::npos);
    const http::Response program = open("/v/3VJ6Z0Q8K5TMX2RN", "*/*");
    EXPECT_EQ(program.content_type, "application/problem+json");
}

TEST_F(ProblemPageTest, EndedSessionNamesTheWayBack) {
    const http::Response page = open("/api/v1/inbox/files/" + std::string(32, '0'));
    EXPECT_EQ(page.status, 403);
    EXPECT_NE(page.body.find("请重新打开通知里的链接，再输入领取码"), std::string::npos);
}

} // namespace
} // namespace songda::api
