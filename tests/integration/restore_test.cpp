// A service restored from a backup, as docs/operating.md tells it: it says so, issues nothing and
// goes on verifying until the operator has moved the numbers on; then no number is given twice, of
// a sequence that had not begun at the backup neither.
#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::CommandResult;
using live::run_command;
using live::run_songda;

class Restore : public ::testing::Test {
protected:
    void SetUp() override {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        for (std::string line; std::getline(in, line);) {
            const bool licence = line.find("food-business-licence") != std::string::npos;
            (licence ? licences_ : letters_).push_back(line);
        }
        ASSERT_GE(licences_.size(), 30U);
        ASSERT_GE(letters_.size(), 20U);
    }
    void start() {
        ASSERT_TRUE(service_.start()) << service_.complaint();
        if (credential_.empty()) {
            credential_ = "Bearer " + service_.make_key();
        }
    }
    http::Response ask(const std::string& method, const std::string& path,
                       const std::string& body = {}) {
        auto client = service_.client();
        SONGDA_CHECK(client.ok());
        const auto answer = client.value().send(
            method, path, {{"Authorization", credential_}, {"Content-Type", "application/json"}},
            body);
        SONGDA_CHECK(answer.ok());
        return answer.value();
    }
    /// Numbers of the rows [from, from + count); every one must be issued and new.
    void issue(const std::vector<std::string>& rows, std::size_t from, std::size_t count) {
        for (std::size_t row = from; row < from + count; ++row) {
            const http::Response answer = ask("POST", "/api/v1/documents", rows[row]);
            ASSERT_EQ(answer.status, 201) << answer.body;
            const auto document = nlohmann::json::parse(answer.body);
            EXPECT_TRUE(numbers_.insert(document["number"]).second)
                << "given twice: " << document["number"];
            last_key_ = document["key"];
        }
    }
    CommandResult songda(const std::string& words) {
        return run_songda(words + " -c " + service_.config());
    }
    static bool says(const std::string& text, const std::string& words) {
        return text.find(words) != std::string::npos;
    }

    live::Service service_;
    std::vector<std::string> licences_;
    std::vector<std::string> letters_;
    std::string credential_;
    std::string last_key_;
    std::set<std::string> numbers_;
};

TEST_F(Restore, NoNumberIsGivenTwice) {
    start();
    issue(licences_, 0, 10);
    const std::string key = last_key_;
    const std::string copy = service_.folder() / "copy";
    ASSERT_EQ(songda("backup " + copy).status, 0);
    issue(licences_, 10, 10);
    issue(letters_, 0, 5); // begins its sequence
    service_.kill();
    ASSERT_EQ(run_command("rm -r " + service_.store_folder() + " && cp -a " + copy + ' ' +
                          service_.store_folder())
                  .status,
              0);
    ASSERT_EQ(songda("check-store").status, 0);

    start();
    const http::Response ready = ask("GET", "/readyz");
    EXPECT_EQ(ready.status, 503);
    EXPECT_TRUE(says(ready.body, "restored from a backup")) << ready.body;
    const http::Response refused = ask("POST", "/api/v1/documents", licences_[20]);
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(says(refused.body, "numbers-held") && says(refused.body, "由备份恢复") &&
                says(refused.body, "nothing was issued"))
        << refused.body;
    EXPECT_EQ(ask("POST", "/api/v1/documents", licences_[0]).status, 201) << "a replay";
    const auto verified = nlohmann::json::parse(ask("GET", "/api/v1/verify/" + key).body);
    EXPECT_EQ(verified["status"]["answer"], "yes");

    const CommandResult shown = songda("numbers");
    EXPECT_TRUE(says(shown.output, "nothing is issued until") &&
                says(shown.output, "food-business-licence  已用至 last 10  最大 of 999999"))
        << shown.output;
    const CommandResult wide = songda("numbers advance --by 999990");
    EXPECT_EQ(wide.status, 2);
    EXPECT_TRUE(says(wide.output, "more than the number's digits")) << wide.output;
    // Beside the running service.
    const CommandResult moved = songda("numbers advance --by 100");
    EXPECT_EQ(moved.status, 0) << moved.output;
    EXPECT_TRUE(says(moved.output, "food-business-licence  已用至 last 110")) << moved.output;
    EXPECT_EQ(ask("GET", "/readyz").status, 200);
    issue(licences_, 20, 10);
    issue(letters_, 5, 5);
    EXPECT_EQ(numbers_.size(), 40U);
    EXPECT_EQ(service_.stop(), 0);
    start();
    EXPECT_EQ(ask("GET", "/readyz").status, 200);
    issue(letters_, 10, 2);
}

TEST_F(Restore, CommandLineIssuesNothingEitherAndSaysWhy) {
    start();
    issue(licences_, 0, 2);
    ASSERT_EQ(songda("backup " + (service_.folder() / "copy").string()).status, 0);
    service_.kill();
    std::filesystem::remove_all(service_.store_folder());
    std::filesystem::rename(service_.folder() / "copy", service_.store_folder());
    const std::string rows = service_.folder() / "rows.jsonl";
    std::ofstream(rows) << licences_[5] << '\n';
    const std::string issue_rows =
        "issue " + rows + " --out " + (service_.folder() / "pdf").string();
    const CommandResult refused = songda(issue_rows);
    EXPECT_EQ(refused.status, 1);
    EXPECT_TRUE(says(refused.output, "restored from a backup") && says(refused.output, "备份"))
        << refused.output;
    EXPECT_EQ(songda("numbers advance").status, 2);
    EXPECT_EQ(songda("numbers advance --by 5 --past 9").status, 2);
    EXPECT_EQ(songda("numbers advance --by -5").status, 2);
    const CommandResult one = songda("numbers advance --past 7 --sequence food-business-licence");
    EXPECT_TRUE(says(one.output, "still nothing is issued")) << one.output;
    EXPECT_EQ(songda(issue_rows).status, 1);
    EXPECT_EQ(songda("numbers confirm --reason 搬迁").status, 0);
    EXPECT_EQ(songda("numbers confirm --reason 搬迁").status, 2);
    EXPECT_EQ(songda(issue_rows).status, 0);
    EXPECT_TRUE(says(songda("numbers").output, "已用至 last 8"));
}

} // namespace
} // namespace songda
