// Where it is asked how certificates stand: a folder that holds what was published, and strangers'
// servers, which may answer anything, be slow, huge, or sit inside our own network.
#include "app/status_sources.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/http_script.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::app {
namespace {

std::string answer(const std::string& body, const std::string& type = "application/ocsp-response",
                   const std::string& status = "200 OK") {
    return "HTTP/1.1 " + status + "\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class StatusSources : public ::testing::Test {
protected:
    [[nodiscard]] static verifier::StatusQuestion question(std::uint16_t port) {
        const std::string place = "http://127.0.0.1:" + std::to_string(port);
        return {{1, 2, 3}, {place + "/ocsp"}, {place + "/a.crl"}};
    }
    [[nodiscard]] std::string failure(const std::string& said) {
        fakes::ScriptedHttp server(said);
        HttpStatusSource source({1, true}, clock_);
        const auto found = source.find_answer(question(server.port()));
        return found.ok() ? "taken" : found.error().detail;
    }

    fakes::ManualClock clock_;
};

TEST_F(StatusSources, TheRespondersAnswerComesBackAsItIs) {
    fakes::ScriptedHttp server(answer("answer"));
    HttpStatusSource source({1, true}, clock_);
    const auto found = source.find_answer(question(server.port()));
    ASSERT_TRUE(found.ok()) << found.error().detail;
    EXPECT_EQ(as_text(found.value()), "answer");
    const std::string asked = server.requests().at(0);
    EXPECT_TRUE(asked.starts_with("POST /ocsp HTTP/1.1\r\n")) << asked;
    EXPECT_NE(asked.find("Content-Type: application/ocsp-request\r\n"), std::string::npos);
    EXPECT_TRUE(asked.ends_with("\r\n\r\n\x01\x02\x03")) << asked;
}

TEST_F(StatusSources, ListsAreFetched) {
    fakes::ScriptedHttp server(answer("list", "text/plain"));
    HttpStatusSource source({1, true}, clock_);
    const auto found = source.find_list(question(server.port()));
    ASSERT_TRUE(found.ok()) << found.error().detail;
    EXPECT_EQ(as_text(found.value()), "list");
    EXPECT_TRUE(server.requests().at(0).starts_with("GET /a.crl HTTP/1.1\r\n"));
}

TEST_F(StatusSources, AnAnswerIsKeptForAWhileAndARefusalTooButNotAsLong) {
    fakes::ScriptedHttp server(answer("answer"));
    HttpStatusSource source({1, true}, clock_);
    for (const std::int64_t passed : {0, 599'000, 2'000}) {
        clock_.advance(passed);
        EXPECT_TRUE(source.find_answer(question(server.port())).ok());
    }
    EXPECT_EQ(server.requests().size(), 2U);
    fakes::ScriptedHttp refusing(answer("", "text/plain", "503 Busy"));
    for (const std::int64_t passed : {0, 59'000, 2'000}) {
        clock_.advance(passed);
        EXPECT_FALSE(source.find_answer(question(refusing.port())).ok());
    }
    EXPECT_EQ(refusing.requests().size(), 2U);
}

TEST_F(StatusSources, WhatIsNoAnswerIsToldAsWhatItIs) {
    const auto contains = [](const std::string& told, const char* words) {
        return told.find(words) != std::string::npos;
    };
    EXPECT_PRED2(contains, failure(answer("x", "text/html")), "no application/ocsp-response");
    EXPECT_PRED2(contains,
                 failure("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: "
                         "0\r\n\r\n"),
                 "HTTP status 302");
    EXPECT_PRED2(contains, failure(answer(std::string(70'000, 'x'))), "body limit");
    EXPECT_PRED2(contains, failure(""), "no answer") << "in a second";
    HttpStatusSource source({1, true}, clock_);
    EXPECT_PRED2(contains, source.find_answer(question(1)).error().detail, "cannot connect");
    EXPECT_EQ(source.find_answer({{}, {}, {}}).error().fault, Fault::not_found);
    EXPECT_EQ(source.find_list({{}, {}, {}}).error().fault, Fault::not_found);
}

TEST_F(StatusSources, OurOwnNetworkIsNotConnectedToUnlessTheConfigurationSaysSo) {
    fakes::ScriptedHttp server(answer("answer"));
    HttpStatusSource source({1, false}, clock_);
    for (const std::string host : {"127.0.0.1", "localhost", "0x7f.1", "2130706433"}) {
        verifier::StatusQuestion asked;
        asked.responders = {"http://" + host + ":" + std::to_string(server.port()) + "/ocsp"};
        const auto found = source.find_answer(asked);
        ASSERT_FALSE(found.ok()) << host;
        EXPECT_NE(found.error().detail.find(host), std::string::npos) << found.error().detail;
    }
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(StatusSources, TheNextAddressIsAskedWhereOneFails) {
    fakes::ScriptedHttp server(answer("answer"));
    HttpStatusSource source({1, true}, clock_);
    verifier::StatusQuestion asked = question(server.port());
    asked.responders.insert(asked.responders.begin(), "http://127.0.0.1:1/ocsp");
    EXPECT_TRUE(source.find_answer(asked).ok());
}

TEST_F(StatusSources, NoAddressLeadsOutOfTheFolder) {
    fakes::TemporaryFolder folder;
    std::filesystem::create_directories(folder.path() / "publish/crl");
    std::ofstream(folder.path() / "publish/crl/issuing.crl") << "list";
    std::ofstream(folder.path() / "secret.crl") << "secret";
    FolderStatusSource source((folder.path() / "publish").string());
    const auto find = [&source](const std::string& address) {
        return source.find_list({{}, {}, {address}});
    };
    EXPECT_TRUE(find("http://pki.example/pki/crl/issuing.crl").ok());
    EXPECT_TRUE(find("issuing.crl").ok());
    for (const char* const other : {"http://pki.example/../secret.crl", "..%2f..%2fsecret.crl", "",
                                    "http://pki.example/", "other.crl", "issuing.CRL", ".crl"}) {
        EXPECT_FALSE(find(other).ok()) << other;
    }
    EXPECT_FALSE(source.find_answer({{1, 2}, {}, {}}).ok());
}

} // namespace
} // namespace songda::app
