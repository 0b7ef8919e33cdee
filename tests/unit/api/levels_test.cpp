// A document of a type that needs more than its signature, at the counters: its department sees how
// far it is and has the file at any time; the applicant is told that it waits, and gets it with
// what was put behind it; whoever uploads it is told that it is genuine in every one of its forms.
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "app/level_keeping.hpp"
#include "base/text_codec.hpp"
#include "delivery/standing.hpp"
#include "tests/fakes/fake_augmenter.hpp"
#include "tests/unit/api/counter.hpp"

namespace songda::api {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

class LevelsTest : public CounterTest {
protected:
    /// Letters are served at B-LTA within an hour.
    void configure(app::Config& config) override {
        fs::copy(config.templates_folder, folder_ / "templates", fs::copy_options::recursive);
        config.templates_folder = folder_ / "templates";
        const fs::path file = folder_ / "templates/permit-decision/template.toml";
        std::ifstream in(file);
        const std::string text((std::istreambuf_iterator<char>(in)), {});
        in.close();
        std::ofstream(file) << "signature_level = \"B-LTA\"\nlevel_within_hours = 1\n" << text;
        config.augmentation.emplace();
    }
    void SetUp() override {
        CounterTest::SetUp();
        bearer_ = make_key(fakes::department, {"issue", "read"}).bearer;
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        for (std::string line; document_.is_null() && std::getline(in, line);) {
            if (json::parse(line).value("template", "") == "permit-decision") {
                document_ = json::parse(ask("POST", "/api/v1/documents", bearer_, line).body);
            }
        }
    }
    [[nodiscard]] std::string own(const std::string& more = "") const {
        return "/api/v1/documents/" + document_["id"].get<std::string>() + more;
    }
    /// As the service does behind the issue.
    void reach_level() {
        SystemRandom random;
        app::LevelKeeping keeping({desk_->store(),
                                   augmenter_,
                                   desk_->clock(),
                                   random,
                                   desk_->metrics(),
                                   &delivery::release_levelled,
                                   {}},
                                  {});
        ASSERT_EQ(keeping.step(), 1U);
    }
    /// The inbox as the applicant sees it, and the way to its first file.
    std::pair<json, std::string> open_inbox() {
        const json told = json::parse(ask("POST", own("/collection-code"), bearer_).body);
        const std::string link = told["link"];
        const http::Response opened =
            ask("POST", "/api/v1/inbox/" + link.substr(link.rfind('/') + 1) + ":open", {},
                json({{"code", told["code"]}}).dump());
        std::string cookie;
        for (const auto& [name, value] : opened.headers) {
            cookie = name == "Set-Cookie" ? value.substr(0, value.find(';')) : cookie;
        }
        return {json::parse(opened.body)["documents"][0], cookie};
    }
    http::Response collect(const std::string& cookie) {
        http::Request request;
        request.method = "GET";
        request.path = "/api/v1/inbox/files/" + document_["id"].get<std::string>();
        request.headers = {{"Cookie", cookie}};
        return ask(request);
    }

    fakes::FakeAugmenter augmenter_;
    std::string bearer_;
    json document_;
};

TEST_F(LevelsTest, DepartmentSeesWhatIsWantedAndHowFarItIs) {
    EXPECT_EQ(document_["level_wanted"], "B-LTA");
    json shown = json::parse(ask("GET", own(), bearer_).body);
    EXPECT_EQ(shown["level"], "B-B");
    EXPECT_EQ(*parse_rfc3339(shown["level_by"].get<std::string>()) -
                  *parse_rfc3339(shown["issued_at"].get<std::string>()),
              3'600'000);
    EXPECT_FALSE(shown.contains("revisions"));
    EXPECT_EQ(shown["delivery"][0]["reason"], "awaits_B-LTA");
    const std::string issued = ask("GET", own("/file"), bearer_).body;
    EXPECT_EQ(to_hex(sha256(as_bytes(issued))), shown["sha256"]);
    reach_level();
    shown = json::parse(ask("GET", own(), bearer_).body);
    EXPECT_EQ(shown["level"], "B-LTA");
    ASSERT_EQ(shown["revisions"].size(), 1U);
    EXPECT_EQ(shown["revisions"][0]["level"], "B-LTA");
    EXPECT_EQ(shown["delivery"][0]["state"], "queued");
    const std::string whole = ask("GET", own("/file"), bearer_).body;
    EXPECT_TRUE(whole.starts_with(issued));
    EXPECT_EQ(to_hex(sha256(as_bytes(whole))), shown["revisions"][0]["sha256"]);
    EXPECT_EQ(whole.size(), shown["revisions"][0]["bytes"].get<std::size_t>());
    EXPECT_EQ(shown["sha256"], document_["sha256"]) << "of what was issued, for ever";
}

TEST_F(LevelsTest, WhatCanNeverReachItsLevelIsShownAsParked) {
    augmenter_.refuse = [] { return std::optional(Error{Fault::forbidden, "revoked"}); };
    reach_level();
    EXPECT_EQ(json::parse(ask("GET", own(), bearer_).body)["level_parked"], true);
}

TEST_F(LevelsTest, ApplicantIsToldThatItWaitsAndGetsItOnceItHasItsLevel) {
    const auto [waiting, cookie] = open_inbox();
    EXPECT_EQ(waiting["awaits"], "B-LTA");
    EXPECT_FALSE(waiting.contains("download"));
    EXPECT_EQ(waiting["status"], "valid");
    const http::Response early = collect(cookie);
    EXPECT_EQ(early.status, 409);
    EXPECT_EQ(json::parse(early.body)["code"], "level-awaited");
    reach_level();
    const json there = open_inbox().first;
    EXPECT_FALSE(there.contains("awaits"));
    EXPECT_TRUE(there.contains("download"));
    EXPECT_EQ(collect(cookie).body, ask("GET", own("/file"), bearer_).body);
    EXPECT_EQ(json::parse(ask("GET", own(), bearer_).body)["delivery"][0]["state"], "queued");
}

TEST_F(LevelsTest, PaperCopiesAndLaterDocumentsReadTheIssuedFile) {
    reach_level();
    http::Request request;
    request.method = "POST";
    request.path = own("/copies");
    request.headers = {{"Authorization", "Bearer " + bearer_}, {"Idempotency-Key", "print-1"}};
    request.body = json({{"place", "3号窗口"}, {"collector", "李四"}}).dump();
    ASSERT_EQ(ask(request).status, 201);
    EXPECT_EQ(ask("GET", own("/copies/1/file"), bearer_).status, 200);
}

} // namespace
} // namespace songda::api
