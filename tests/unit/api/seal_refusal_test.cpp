// A seal that the register forbids, at the counters: the department is told which seal, which rule
// and what to do, row by row; no number is drawn; the refusal is in the book. A seal that is
// suspended after it was asked about is refused with the same words.
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "signer/file_signer.hpp"
#include "signer/process/seal_service.hpp"
#include "signer/seals/registered_cupboard.hpp"
#include "tests/fakes/fake_seals.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/unit/api/counter.hpp"

namespace songda::api {
namespace {

using nlohmann::json;

class SealRefusalTest : public CounterTest {
protected:
    /// The keys are in a signer process, whose part a service in this process plays.
    void configure(app::Config& config) override {
        std::vector<signer::SealKeys> keys;
        for (const app::DepartmentConfig& department : config.departments) {
            keys.push_back({{department.code},
                            signer::open_key_file(department.seal_key, "").value(),
                            department.seal_certificate,
                            signer::open_key_file(department.qr_key, "").value()});
        }
        signer::SealBook::Options options;
        options.folder = seals_.path();
        cupboard_ = signer::make_registered_cupboard(
            {signer::open_seal_cupboard(std::move(keys), std::nullopt, false, wall_).value(),
             std::make_unique<fakes::SharedRules>(rules_),
             signer::SealBook::open(std::move(options), wall_).value()},
            wall_);
        std::filesystem::permissions(seals_.path(), std::filesystem::perms(0750));
        const std::string socket = seals_.path() / "socket";
        service_ = signer::SealService::start(*cupboard_, signer::listen_for_seals(socket).value(),
                                              {{getuid()}, 2})
                       .value();
        config.signer = app::SignerConfig{socket, 5000};
    }
    void SetUp() override {
        CounterTest::SetUp();
        bearer_ = make_key(fakes::department, {"issue", "read"}).bearer;
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        for (std::string line; rows_.size() < 12 && std::getline(in, line);) {
            rows_.push_back(line);
        }
    }
    [[nodiscard]] static bool is_food(const std::string& row) {
        return json::parse(row).value("template", "") == "food-business-licence";
    }
    http::Response send(const std::string& row) {
        return ask("POST", "/api/v1/documents", bearer_, row);
    }
    static void expect_refusal(const json& problem) {
        EXPECT_EQ(problem["status"], 403);
        EXPECT_EQ(problem["code"], "seal-refused");
        EXPECT_EQ(problem["seal"], "seal-1");
        EXPECT_EQ(problem["rule"], "seal_suspended");
        EXPECT_EQ(problem["message"], fakes::FakeRules::refusal().zh);
        EXPECT_EQ(problem["message_en"], fakes::FakeRules::refusal().en);
        EXPECT_EQ(problem["title"], "印章不得用于此文书");
    }
    /// How many uses of each kind the book has.
    [[nodiscard]] std::map<std::string, int> uses() const {
        std::map<std::string, int> found;
        std::map<std::uint64_t, signer::UseRow> open;
        signer::UseReader reader(seals_.path());
        EXPECT_TRUE(reader
                        .read_on([&](const signer::UseLine& line, const signer::BookTally&) {
                            for (const auto& row : line.before) {
                                open[row.number] = row;
                            }
                            for (const auto& end : line.after) {
                                const auto& row = open[end.number];
                                ++found[std::string(signer::outcome_name(end.outcome)) +
                                        (row.asked ? " asked" : "")];
                            }
                            return Result<void>();
                        })
                        .ok());
        return found;
    }
    [[nodiscard]] bool has_numbers() const {
        return !desk_->store().numbers().value().sequences.empty();
    }

    SystemClock wall_;
    fakes::TemporaryFolder seals_;
    std::shared_ptr<fakes::FakeRules> rules_ = std::make_shared<fakes::FakeRules>();
    std::unique_ptr<signer::SealCupboard> cupboard_;
    std::unique_ptr<signer::SealService> service_;
    std::string bearer_;
    std::vector<std::string> rows_;
};

TEST_F(SealRefusalTest, NoNumberIsDrawnAndTheRefusalIsToldAndWrittenDown) {
    rules_->suspend("SPJY");
    const auto food = std::find_if(rows_.begin(), rows_.end(), is_food);
    const auto refused = send(*food);
    ASSERT_EQ(refused.status, 403) << refused.body;
    expect_refusal(json::parse(refused.body));
    EXPECT_FALSE(has_numbers());
    EXPECT_TRUE(desk_->store().open_intents().value().empty());
    EXPECT_EQ(uses(), (std::map<std::string, int>{{"refused asked", 1}}));
    rules_->resume("SPJY");
    EXPECT_EQ(send(*food).status, 201) << "the same key, once it may be used";
    EXPECT_EQ(uses()["signed"], 2) << "code and document";
}

TEST_F(SealRefusalTest, RowsOfABatchAreRefusedAlone) {
    rules_->suspend("SPJY");
    std::string body;
    for (const std::string& row : rows_) {
        body += row + '\n';
    }
    http::Request request;
    request.method = "POST";
    request.path = "/api/v1/documents:batch";
    request.body = body;
    request.headers = {{"Authorization", "Bearer " + bearer_},
                       {"Content-Type", "application/x-ndjson"}};
    std::istringstream lines(ask(std::move(request)).body);
    std::size_t row = 0;
    int refused = 0;
    for (std::string line; std::getline(lines, line); ++row) {
        const json told = json::parse(line);
        if (is_food(rows_[row])) {
            ++refused;
            EXPECT_EQ(told["status"], 403);
            expect_refusal(told["problem"]);
        } else {
            EXPECT_EQ(told["status"], 201) << line;
        }
    }
    EXPECT_EQ(row, rows_.size());
    EXPECT_GT(refused, 0);
    EXPECT_EQ(uses()["refused asked"], 1) << "one question for the whole batch";
}

/// The service remembers for a second what was allowed: then the signer itself refuses, and whoever
/// asked hears the same.
TEST_F(SealRefusalTest, ASealSuspendedAMomentAgoIsRefusedByTheSigner) {
    std::vector<std::string> food;
    std::copy_if(rows_.begin(), rows_.end(), std::back_inserter(food), is_food);
    ASSERT_GE(food.size(), 2U);
    ASSERT_EQ(send(food[0]).status, 201);
    rules_->suspend("SPJY");
    const auto refused = send(food[1]);
    ASSERT_EQ(refused.status, 403) << refused.body;
    expect_refusal(json::parse(refused.body));
    EXPECT_EQ(uses()["signed"], 2);
    EXPECT_GE(uses()["refused"] + uses()["refused asked"], 1);
    EXPECT_TRUE(desk_->store().open_intents().value().empty());
}

} // namespace
} // namespace songda::api
