// The real service, a time-stamp authority that is down, comes back and is killed, a mail server
// and a portal: what needs a trusted time is issued at once, waits, survives kill -9, and is served
// with its time once the authority answers. Each document gets one revision, however often we die.
#include <fstream>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"
#include "tests/integration/sinks.hpp"

namespace songda {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void change_file(const fs::path& file, const std::string& before, const std::string& after) {
    std::string text = fakes::read_file(file);
    const std::size_t at = text.find(before);
    ASSERT_NE(at, std::string::npos) << file << ": " << before;
    std::ofstream(file) << text.replace(at, before.size(), after);
}

class LevelLive : public testing::Test {
protected:
    /// Letters of a kind that is served at B-T; the authority is not there yet.
    void SetUp() override {
        ASSERT_TRUE(authority_.start()) << authority_.complaint();
        change_file(authority_.config(), "port = 0", "port = " + std::to_string(authority_.port()));
        live::Service::Options options;
        options.portal_port = sinks_.portal_port();
        options.mail_port = sinks_.mail_port();
        use_templates(options, "B-T");
        std::ofstream(service_->config(), std::ios::app)
            << "[augmentation]\nauthorities = [\"outside\"]\nthreads = 2\n"
            << "[[timestamp.client]]\nname = \"outside\"\nurl = \"http://127.0.0.1:"
            << authority_.port() << "/tsa\"\ntrust_folder = \"" << fakes::sample_keys_folder()
            << "/trust\"\n";
        ASSERT_EQ(authority_.stop(), 0);
        start();
    }
    /// A service whose letters need that level.
    void use_templates(const live::Service::Options& options, const std::string& level) {
        service_ = std::make_unique<live::Service>(options);
        const fs::path templates = service_->folder() / "templates";
        fs::copy(SONGDA_SOURCE_DIR "/templates", templates, fs::copy_options::recursive);
        change_file(templates / "permit-decision/template.toml", "type_code = ",
                    "signature_level = \"" + level + "\"\nlevel_within_hours = 1\ntype_code = ");
        change_file(service_->config(), SONGDA_SOURCE_DIR "/templates", templates);
    }
    void start() {
        ASSERT_TRUE(service_->start()) << service_->complaint();
        client_ = std::make_unique<http::Client>(service_->client().value());
        if (bearer_.empty()) {
            bearer_ = service_->make_key();
        }
    }
    http::Response ask(const std::string& method, const std::string& path,
                       const std::string& body = {}, const std::string& type = {}) {
        http::Headers headers = {{"Authorization", "Bearer " + bearer_}};
        if (!type.empty()) {
            headers.emplace_back("Content-Type", type);
        }
        return client_->send(method, path, headers, body).value();
    }
    /// Letters over both channels, issued.
    std::vector<json> issue(std::size_t count) {
        json sample;
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        for (std::string line; sample.is_null() && std::getline(in, line);) {
            const json row = json::parse(line);
            sample = row["delivery"].size() == 2 && row.value("template", "") == "permit-decision"
                         ? row
                         : json();
        }
        std::string rows;
        for (; count > 0; --count) {
            const std::string number = std::to_string(++issued_);
            sample["case_number"] = "case-" + number;
            sample["idempotency_key"] = "key-" + number;
            rows += sample.dump() + '\n';
        }
        std::vector<json> documents;
        std::istringstream answer(
            ask("POST", "/api/v1/documents:batch", rows, "application/x-ndjson").body);
        for (std::string line; std::getline(answer, line);) {
            documents.push_back(json::parse(line)["document"]);
        }
        return documents;
    }
    json show(const json& document) {
        return json::parse(
            ask("GET", "/api/v1/documents/" + document["id"].get<std::string>()).body);
    }
    std::string file(const json& document) {
        return ask("GET", document["file"].get<std::string>()).body;
    }
    live::CommandResult levels(const std::string& words = "") {
        return live::run_songda("levels " + words + " -c " + service_->config());
    }
    /// Tries again until nothing waits, half a minute at most.
    bool wait_until_reached() {
        for (int tries = 0; tries < 60; ++tries) {
            if (levels().output.find("waiting 0") != std::string::npos) {
                return true;
            }
            (void)levels("retry");
            std::this_thread::sleep_for(std::chrono::milliseconds(500));
        }
        return false;
    }

    live::Sinks sinks_;
    live::Service authority_;
    std::unique_ptr<live::Service> service_;
    std::unique_ptr<http::Client> client_;
    std::string bearer_;
    std::size_t issued_ = 0;
};

TEST_F(LevelLive, IssuedWhileTheAuthorityIsDownAndServedOnceItAnswersThoughWeWereKilledMeanwhile) {
    const std::vector<json> documents = issue(3);
    ASSERT_EQ(documents.size(), 3U);
    for (const json& document : documents) {
        EXPECT_EQ(document["level_wanted"], "B-T");
        const json shown = show(document);
        EXPECT_EQ(shown["level"], "B-B");
        ASSERT_EQ(shown["delivery"].size(), 2U);
        EXPECT_EQ(shown["delivery"][0]["state"], "held");
        EXPECT_EQ(shown["delivery"][0]["reason"], "awaits_B-T");
        EXPECT_EQ(to_hex(sha256(as_bytes(file(document)))), document["sha256"]);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1500)); // it is asked, and not there
    service_->kill();
    start();
    const auto waiting = levels();
    EXPECT_EQ(waiting.status, 0) << waiting.output;
    EXPECT_NE(waiting.output.find("waiting 3 · 逾期 late 0"), std::string::npos) << waiting.output;
    EXPECT_NE(waiting.output.find("B-B → B-T"), std::string::npos) << waiting.output;
    EXPECT_TRUE(sinks_.mails().empty());

    ASSERT_TRUE(authority_.start()) << authority_.complaint();
    ASSERT_TRUE(wait_until_reached()) << levels().output << service_->complaint();
    ASSERT_TRUE(sinks_.wait_for_mails(3));
    ASSERT_TRUE(sinks_.wait_for_events(3));
    std::set<std::string> mailed;
    for (const json& mail : sinks_.mails()) {
        mailed.insert(mail["files"][0]["sha256"]);
    }
    for (const json& document : documents) {
        const json shown = show(document);
        EXPECT_EQ(shown["level"], "B-T");
        ASSERT_EQ(shown["revisions"].size(), 1U) << shown;
        const std::string whole = file(document);
        EXPECT_EQ(to_hex(sha256(as_bytes(whole))), shown["revisions"][0]["sha256"]);
        EXPECT_TRUE(mailed.contains(shown["revisions"][0]["sha256"]));
        const std::string issued = whole.substr(0, document["bytes"].get<std::size_t>());
        EXPECT_EQ(to_hex(sha256(as_bytes(issued))), document["sha256"]);
        for (const std::string& upload : {whole, issued}) {
            const json report =
                json::parse(ask("POST", "/api/v1/verify", upload, "application/pdf").body);
            EXPECT_EQ(report["integrity"]["answer"], "yes") << report;
        }
        const std::string path = service_->folder() / "served.pdf";
        std::ofstream(path) << whole;
        const auto verified =
            live::run_verify(path + " --trust " + fakes::sample_keys_folder() + "/trust");
        EXPECT_NE(verified.output.find("SONGDA SAMPLE TSA"), std::string::npos) << verified.output;
    }
    EXPECT_EQ(service_->stop(), 0);
    EXPECT_EQ(live::run_songda("check-store -c " + service_->config()).status, 0);
}

TEST_F(LevelLive, KilledAgainAndAgainEachDocumentGetsOneRevisionAndNoMailComesTwice) {
    constexpr std::size_t count = 60;
    const std::vector<json> documents = issue(count);
    ASSERT_TRUE(authority_.start()) << authority_.complaint();
    for (int round = 0; round < 5; ++round) {
        (void)levels("retry");
        std::this_thread::sleep_for(std::chrono::milliseconds(150 + round * 217));
        service_->kill();
        start();
    }
    ASSERT_TRUE(wait_until_reached()) << levels().output << service_->complaint();
    for (const json& document : documents) {
        const json shown = show(document);
        EXPECT_EQ(shown["revisions"].size(), 1U) << shown;
        for (const json& leg : shown["delivery"]) { // what was being sent waits for its lease
            EXPECT_NE(leg["state"], "held") << shown;
        }
    }
    std::map<std::string, std::size_t> mails;
    for (const json& mail : sinks_.mails()) {
        ++mails[mail["files"][0]["sha256"]];
    }
    for (const auto& [hash, times] : mails) {
        EXPECT_EQ(times, 1U) << "no mail comes twice";
    }
    EXPECT_EQ(service_->stop(), 0);
    EXPECT_EQ(live::run_songda("check-store -c " + service_->config()).status, 0);
}

/// The authority of the same service needs no connection.
TEST_F(LevelLive, BuiltInAuthorityBringsWhatIsIssuedToItsLevelWithinSeconds) {
    ASSERT_EQ(service_->stop(), 0);
    change_file(service_->config(), "authorities = [\"outside\"]", "authorities = [\"built-in\"]");
    start();
    issue(5);
    ASSERT_TRUE(sinks_.wait_for_mails(5)) << levels().output << service_->complaint();
    EXPECT_NE(levels().output.find("waiting 0"), std::string::npos);
    const auto renewed = levels("renew --before 2099-01-01 --reason 算法更新");
    EXPECT_EQ(renewed.status, 0) << renewed.output;
    const std::string metrics = ask("GET", "/metrics").body;
    EXPECT_NE(metrics.find("songda_augmentations_total{level=\"B-T\"} 5"), std::string::npos);
    EXPECT_NE(metrics.find("songda_timestamp_client_requests_total{authority=\"built-in\"}"),
              std::string::npos);
}

/// A template whose level nobody would ever bring is refused at the start.
TEST_F(LevelLive, WithoutAugmentationNoTemplateMayAskForALevel) {
    ASSERT_EQ(service_->stop(), 0);
    change_file(service_->config(), "[augmentation]\nauthorities = [\"outside\"]\nthreads = 2\n",
                "");
    EXPECT_FALSE(service_->start());
    EXPECT_NE(service_->complaint().find("[augmentation]"), std::string::npos)
        << service_->complaint();
    service_->kill();
}

/// All of the ladder in one house: keys of `songda pki`, its published answers, its own authority.
class LadderedLevelLive : public LevelLive {
protected:
    void SetUp() override {
        const std::string keys = keys_.path() / "keys";
        const auto made = live::run_command(
            SONGDA_SOURCE_DIR "/keys-sample/make.sh --songda " SONGDA_PROGRAM " " + keys + ' ' +
            fakes::department.text + " 示例市行政审批局");
        ASSERT_EQ(made.status, 0) << made.output;
        const std::string published = keys_.path() / "publish";
        const auto told =
            live::run_songda("pki publish --folder " + keys + "/authority --out " + published +
                             " --passphrase-file " + keys + "/authority.pass");
        ASSERT_EQ(told.status, 0) << told.output;
        live::Service::Options options;
        options.keys_folder = keys;
        options.publish_folder = published;
        use_templates(options, "B-LTA");
        std::ofstream(service_->config(), std::ios::app)
            << "[augmentation]\nauthorities = [\"built-in\"]\n";
        start();
    }
    fakes::TemporaryFolder keys_;
};

TEST_F(LadderedLevelLive, LettersAreServedAtBLtaAndRenewedByWord) {
    const std::vector<json> documents = issue(4);
    ASSERT_TRUE(wait_until_reached()) << levels().output << service_->complaint();
    for (const json& document : documents) {
        const json shown = show(document);
        EXPECT_EQ(shown["level"], "B-LTA");
        EXPECT_EQ(shown["delivery"][0]["state"], "queued");
        const std::string whole = file(document);
        const json report =
            json::parse(ask("POST", "/api/v1/verify", whole, "application/pdf").body);
        EXPECT_EQ(report["level"], "B-LTA") << report;
        EXPECT_EQ(report["integrity"]["answer"], "yes") << report;
    }
    const std::string before = file(documents[0]);
    const auto renewed = levels("renew --before 2099-01-01 --reason 算法更新");
    EXPECT_NE(renewed.output.find("已提前 4 份"), std::string::npos) << renewed.output;
    for (int tries = 0; tries < 40 && show(documents[0])["revisions"].size() < 2; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
    const std::string after = file(documents[0]);
    EXPECT_EQ(show(documents[0])["revisions"].size(), 2U);
    EXPECT_TRUE(after.starts_with(before)) << "nothing before it changes";
    for (const std::string& upload : {before, after}) {
        const json report =
            json::parse(ask("POST", "/api/v1/verify", upload, "application/pdf").body);
        EXPECT_EQ(report["integrity"]["answer"], "yes") << report;
    }
    EXPECT_EQ(show(documents[0])["delivery"].size(), 2U) << "a renewal is served to nobody again";
}

} // namespace
} // namespace songda
