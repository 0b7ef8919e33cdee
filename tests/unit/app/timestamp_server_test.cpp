// The way to an authority over HTTP and HTTPS: a real foreign one (`openssl ts -reply` behind a
// tiny server) answers; what is slow, huge, of another type or not there is told as what it is.
#include "app/timestamp_server.hpp"

#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "http/server.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/foreign_authority.hpp"
#include "tests/fakes/http_script.hpp"
#include "tests/fakes/sample_keys.hpp"

namespace songda::app {
namespace {

const Digest digest = sha256(as_bytes("准予行政许可决定书"));

std::string answer(const std::string& body, const std::string& type = "application/timestamp-reply",
                   const std::string& status = "200 OK") {
    return "HTTP/1.1 " + status + "\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class TimestampServerTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() { foreign_ = new fakes::ForeignAuthority(); }
    static void TearDownTestSuite() { delete foreign_; }

    [[nodiscard]] TimestampClientConfig config(std::uint16_t port,
                                               const std::string& name = "foreign") const {
        return {name, "http://127.0.0.1:" + std::to_string(port) + "/tsr?x=1",
                "",   foreign_->trust_folder(),
                "",   "",
                "",   2,
                60};
    }
    [[nodiscard]] std::unique_ptr<HttpTimestampServer>
    open(const TimestampClientConfig& given) const {
        auto opened = HttpTimestampServer::open(given, clock_);
        EXPECT_TRUE(opened.ok()) << opened.error().detail;
        return std::move(opened).value();
    }
    /// What one authority that says `text` is told as.
    [[nodiscard]] std::string failure(const std::string& text) const {
        fakes::ScriptedHttp scripted(text);
        return failure_of(config(scripted.port()));
    }
    [[nodiscard]] std::string failure_of(const TimestampClientConfig& given) const {
        const auto server = open(given);
        fakes::SeededRandom random(3);
        signer::TimestampClient client({server.get()}, {}, clock_, random);
        const auto outcome = client.stamp(digest);
        return outcome.timestamp ? "taken" : outcome.missed.front().error.detail;
    }
    /// `openssl ts -reply` behind the house's own server.
    [[nodiscard]] std::unique_ptr<http::Server> serve_foreign(const http::TlsOptions& tls,
                                                              std::string* credential) const {
        http::ServerOptions options;
        options.tls = tls;
        http::Route route{
            "POST", "/tsr", 4096, http::Place::worker, [credential](const http::Request& request) {
                *credential = request.header("Authorization");
                http::Response response;
                response.content_type = "application/timestamp-reply";
                response.body = std::string(as_text(foreign_->reply(as_bytes(request.body))));
                return response;
            }};
        return http::Server::start(
                   options, {route},
                   [](int status, std::string_view) {
                       return http::Response{status, "", {}, "", {}};
                   },
                   registry_)
            .value();
    }

    static fakes::ForeignAuthority* foreign_;
    SystemClock clock_;
    mutable metrics::Registry registry_;
};

fakes::ForeignAuthority* TimestampServerTest::foreign_ = nullptr;

TEST_F(TimestampServerTest, AForeignAuthorityIsAskedAndBelieved) {
    std::string credential;
    const auto foreign = serve_foreign({}, &credential);
    const auto server = open(config(foreign->port()));
    fakes::SeededRandom random(3);
    signer::TimestampClient client({server.get()}, {}, clock_, random);
    const auto outcome = client.stamp(digest);
    ASSERT_TRUE(outcome.timestamp) << outcome.missed.front().error.detail;
    EXPECT_EQ(outcome.timestamp->proof.authority, "Foreign tsa");
    EXPECT_EQ(outcome.timestamp->proof.policy, fakes::ForeignAuthority::policy);
    EXPECT_EQ(credential, "");
    foreign->stop();
}

TEST_F(TimestampServerTest, OverHttpsWithAPasswordAndOnlyUnderItsAuthority) {
    const std::string keys = fakes::sample_keys_folder();
    std::string credential;
    const auto foreign =
        serve_foreign({keys + "/tls/server.pem", keys + "/tls/server.key", "", 0}, &credential);
    const std::string password = foreign_->path("password");
    std::ofstream(password) << "geheim\n";
    TimestampClientConfig given = config(0);
    given.url = "https://localhost:" + std::to_string(foreign->port()) + "/tsr";
    given.ca_file = keys + "/root.pem";
    given.user = "songda";
    given.password_file = password;
    EXPECT_EQ(failure_of(given), "taken");
    EXPECT_EQ(credential, "Basic " + to_base64(as_bytes("songda:geheim")));
    given.ca_file = foreign_->trust_folder() + "/root.pem";
    EXPECT_NE(failure_of(given).find("does not verify"), std::string::npos) << failure_of(given);
    foreign->stop();
}

TEST_F(TimestampServerTest, WhatIsNoAnswerIsToldAsWhatItIs) {
    EXPECT_EQ(failure(answer("x")), "the answer is no TimeStampResp");
    EXPECT_EQ(failure(answer("<html>", "text/html")),
              "its answer is no application/timestamp-reply");
    EXPECT_EQ(failure(answer("", "text/plain", "503 Service Unavailable")),
              "it answered with HTTP status 503");
    EXPECT_EQ(failure(answer("", "text/plain", "401 Unauthorized")),
              "it answered with HTTP status 401");
    EXPECT_NE(failure("220 mail.example.org ESMTP\r\n").find("no answer"), std::string::npos);
    EXPECT_NE(failure(answer(std::string(1U << 20U, 'x'))).find("no answer: body limit exceeded"),
              std::string::npos)
        << failure(answer(std::string(1U << 20U, 'x')));
    EXPECT_EQ(failure(answer(std::string("\x30\x09\x30\x07\x02\x01\x02\x03\x02\x05\x20", 11))),
              "it refused: badRequest");
}

TEST_F(TimestampServerTest, ASlowAuthorityIsNotWaitedForForEver) {
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_NE(failure("").find("no answer"), std::string::npos);
    const auto taken = std::chrono::steady_clock::now() - begun;
    EXPECT_GE(taken, std::chrono::seconds(1));
    EXPECT_LT(taken, std::chrono::seconds(5)) << "two seconds a step were configured";
}

TEST_F(TimestampServerTest, WhatCannotWorkIsToldWhenItIsOpened) {
    const auto refusal = [&](const TimestampClientConfig& given) {
        const auto opened = HttpTimestampServer::open(given, clock_);
        return opened.ok() ? "taken" : opened.error().detail;
    };
    TimestampClientConfig given = config(1);
    given.trust_folder = "/nowhere";
    EXPECT_EQ(refusal(given), "/nowhere: cannot be read");
    given = config(1);
    given.user = "u";
    given.password_file = "/nowhere";
    EXPECT_EQ(refusal(given), "/nowhere: cannot be read");
    for (const auto* url : {"http://", "http:///x", "http://a b/", "http://u@h/", "http://h:0/",
                            "http://h:99999/", "http://h:8x/", "ftp://h/", "http://h/#x",
                            "http://h?x", "http://[::1]/x", "https://h:/"}) {
        given.url = url;
        EXPECT_NE(refusal(given).find("must be https://HOST"), std::string::npos) << url;
    }
    const auto parsed = parse_timestamp_url("https://tsa.example.org/a?b=c").value();
    EXPECT_EQ(parsed.target, "/a?b=c");
    EXPECT_EQ(parsed.connection.port, 443);
    EXPECT_EQ(parsed.connection.host, "tsa.example.org");
    EXPECT_TRUE(parsed.connection.tls);
    EXPECT_EQ(parse_timestamp_url("http://tsa.example.org").value().target, "/");
}

TEST_F(TimestampServerTest, WhoIsAskedIsCountedWithWhatGaveNothing) {
    metrics::Registry metrics;
    fakes::SeededRandom random(3);
    const auto ask = [&](const std::string& text) {
        fakes::ScriptedHttp scripted(text);
        MeteredTimestampServer metered(open(config(scripted.port(), "authority-1")), metrics);
        signer::TimestampClient client({&metered}, {}, clock_, random);
        return client.stamp(digest).timestamp.has_value();
    };
    EXPECT_FALSE(ask(answer("", "application/timestamp-reply", "503 Service Unavailable")));
    EXPECT_FALSE(ask(answer("no token")));
    const std::string text = metrics.text();
    for (const auto* line :
         {"songda_timestamp_client_requests_total{authority=\"authority-1\"} 2",
          "songda_timestamp_client_failures_total{authority=\"authority-1\"} 2"}) {
        EXPECT_NE(text.find(line), std::string::npos) << text;
    }
}

} // namespace
} // namespace songda::app
