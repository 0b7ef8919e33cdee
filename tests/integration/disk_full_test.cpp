// The service on a disk without room: it starts, verifies, and tells an issuer in plain words that
// nothing was issued and how to send it again; with room again the same key issues once.
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

http::Response ask(const live::Service& service, const std::string& credential,
                   const std::string& method, const std::string& path,
                   const std::string& body = {}) {
    auto client = service.client();
    SONGDA_CHECK(client.ok());
    const auto answer = client.value().send(
        method, path, {{"Authorization", credential}, {"Content-Type", "application/json"}}, body);
    SONGDA_CHECK(answer.ok());
    return answer.value();
}

TEST(DiskFull, IssuerIsToldWhatToDoAndTheServiceRecovers) {
    live::Service service;
    ASSERT_TRUE(service.start()) << service.complaint();
    const std::string credential = "Bearer " + service.make_key();
    std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
    std::string first;
    std::string second;
    std::getline(in, first);
    std::getline(in, second);
    const http::Response issued = ask(service, credential, "POST", "/api/v1/documents", first);
    ASSERT_EQ(issued.status, 201);
    const std::string key = nlohmann::json::parse(issued.body)["key"];
    EXPECT_EQ(service.stop(), 0);
    const auto set_reserve = [&](const std::string& from, const std::string& to) {
        ASSERT_EQ(live::run_command("sed -i 's/^reserve_mib = " + from + "$/reserve_mib = " + to +
                                    "/' " + service.config())
                      .status,
                  0);
        ASSERT_TRUE(service.start()) << service.complaint();
    };
    set_reserve("1", "1000000"); // more than any disk here has
    EXPECT_EQ(ask(service, credential, "GET", "/readyz").body, "read-only: no space\n");
    const http::Response full = ask(service, credential, "POST", "/api/v1/documents", second);
    EXPECT_EQ(full.status, 503);
    const auto problem = nlohmann::json::parse(full.body);
    EXPECT_EQ(problem["code"], "storage-full");
    for (const auto& [member, words] :
         std::vector<std::pair<const char*, const char*>>{{"title_en", "disk is full"},
                                                          {"title_en", "nothing issued"},
                                                          {"title_en", "same Idempotency-Key"},
                                                          {"title", "磁盘空间不足"},
                                                          {"title", "同一幂等键"}}) {
        EXPECT_NE(problem[member].get<std::string>().find(words), std::string::npos) << full.body;
    }
    EXPECT_EQ(ask(service, credential, "GET", "/api/v1/verify/" + key).status, 200);
    EXPECT_EQ(ask(service, credential, "POST", "/api/v1/documents", first).status, 201)
        << "a replay writes nothing";
    EXPECT_EQ(service.stop(), 0);
    set_reserve("1000000", "1");
    EXPECT_EQ(ask(service, credential, "POST", "/api/v1/documents", second).status, 201);
}

} // namespace
} // namespace songda
