// The client against servers that say what they like: an answer is as large as it may be and no
// larger, however its length is told.
#include "http/client.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/http_script.hpp"

namespace songda::http {
namespace {

constexpr std::size_t body_bytes_max = 65536;

Result<Response> ask(const std::string& answer) {
    fakes::ScriptedHttp server(answer);
    ClientOptions options;
    options.port = server.port();
    options.body_bytes_max = body_bytes_max;
    auto client = Client::connect(options);
    return client.value().send("POST", "/", {}, "question");
}

std::string head(const std::string& length) {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + length + "\r\n";
}

TEST(Client, ALongerAnswerThanAllowedIsRefused) {
    const std::string fits(body_bytes_max, 'x');
    const std::string longer = fits + 'x';
    const auto told = [](const std::string& body) {
        return head("Content-Length: " + std::to_string(body.size()) + "\r\n") + body;
    };
    const auto chunked = [](const std::string& body) {
        return head("Transfer-Encoding: chunked\r\n") + "8000\r\n" + body.substr(0, 0x8000) +
               "\r\n8000\r\n" + body.substr(0x8000, 0x8000) + "\r\n" +
               (body.size() > body_bytes_max ? "1\r\nx\r\n" : "") + "0\r\n\r\n";
    };
    const auto until_the_end = [](const std::string& body) { return head("") + body; };
    for (const auto& answer : {told(fits), chunked(fits), until_the_end(fits)}) {
        const auto taken = ask(answer);
        ASSERT_TRUE(taken.ok()) << taken.error().detail;
        EXPECT_EQ(taken.value().body, fits);
    }
    for (const auto& answer : {told(longer), told(std::string(1U << 20U, 'x')), chunked(longer),
                               until_the_end(longer)}) {
        const auto refused = ask(answer);
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().detail, "no answer: body limit exceeded");
    }
}

TEST(Client, AnAnswerWithoutABodyIsOne) {
    const auto taken = ask("HTTP/1.1 204 No Content\r\n\r\n");
    ASSERT_TRUE(taken.ok()) << taken.error().detail;
    EXPECT_EQ(taken.value().status, 204);
    EXPECT_TRUE(taken.value().body.empty());
}

} // namespace
} // namespace songda::http
