// `songda audit verify` and `audit list` on what the real service wrote: all is whole; a line that
// is changed, taken away, put in or cut off is found, as are a document without a use, a use
// without a document, another digest and another file, each with its name and what to do.
#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/chain_file.hpp"
#include "signer/seals/seal_book.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::run_command;
using live::run_songda;
using nlohmann::json;

class AuditCommandTest : public ::testing::Test {
protected:
    AuditCommandTest() {
        EXPECT_EQ(run_command("sed -n 1,4p " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >" +
                              at("first.jsonl") +
                              "; sed -n 5,12p " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >" +
                              at("rows.jsonl"))
                      .status,
                  0);
    }
    [[nodiscard]] std::string at(const std::string& name) const { return service_.folder() / name; }
    [[nodiscard]] std::string seals() const { return at("seals"); }
    [[nodiscard]] std::string book() const { return seals() + "/uses-000001"; }
    void begin_book() const {
        std::ofstream(service_.config(), std::ios::app)
            << "[seals]\nfolder = \"seals\"\nfour_eyes = false\n";
        live::register_seal(service_.config());
    }
    void issue(const std::string& rows = "rows.jsonl") const {
        const auto issued = run_songda("issue " + at(rows) + " -c " + service_.config());
        ASSERT_EQ(issued.status, 0) << issued.output;
    }
    [[nodiscard]] json verify(const std::string& more = "") const {
        const auto told =
            run_songda("audit verify --json " + more + " -c " + service_.config() + " 2>&1");
        const json report = json::parse(told.output, nullptr, false);
        EXPECT_FALSE(report.is_discarded()) << told.output;
        EXPECT_EQ(told.status, report["clean"] == true ? 0 : 1);
        return report;
    }
    using Codes = std::set<std::string>;
    [[nodiscard]] Codes codes(const std::string& more = "") const {
        Codes found;
        const json report = verify(more);
        for (const json& finding : report["findings"]) {
            EXPECT_FALSE(finding["next"].get<std::string>().empty());
            found.insert(finding["code"]);
        }
        return found;
    }
    [[nodiscard]] std::vector<std::string> lines() const {
        std::ifstream in(book());
        std::vector<std::string> all;
        for (std::string line; std::getline(in, line);) {
            all.push_back(line);
        }
        return all;
    }
    void put(const std::vector<std::string>& all) const {
        std::ofstream out(book(), std::ios::trunc);
        for (const std::string& line : all) {
            out << line << '\n';
        }
    }
    /// As somebody would who can write to the folder and knows the format.
    void write_anew(const std::vector<signer::UseLine>& all) const {
        std::filesystem::remove(book());
        auto file = ChainFile::open(
                        book(), chain_start(), [](std::string_view) { return Result<void>(); }, 1)
                        .value();
        for (const signer::UseLine& line : all) {
            ASSERT_TRUE(file.append(signer::write_use_line(line)).ok());
        }
    }
    [[nodiscard]] std::vector<signer::UseLine> read() const {
        std::vector<signer::UseLine> all;
        for (const std::string& line : lines()) {
            all.push_back(signer::read_use_line(std::string_view(line).substr(65)).value());
        }
        return all;
    }

    live::Service service_; // its folder and configuration; it does not run
};

TEST_F(AuditCommandTest, WhatWasIssuedBesideAndBeforeTheBookIsWhole) {
    issue("first.jsonl");
    begin_book();
    issue();
    ASSERT_TRUE(service_.start()) << service_.complaint();
    const auto told = run_songda("audit verify --files -c " + service_.config());
    EXPECT_EQ(service_.stop(), 0);
    EXPECT_EQ(told.status, 0) << told.output;
    for (const char* const words : {"文书 documents 12", "其中 4 份签发于登记簿启用之前",
                                    "已签 signed 16", "无问题 no finding"}) {
        EXPECT_NE(told.output.find(words), std::string::npos) << words << '\n' << told.output;
    }
    const json report = verify();
    EXPECT_EQ(report["documents_before_book"], 4);
    EXPECT_EQ(report["open"], 0);
    EXPECT_GE(report["noted_heads"], 1);
}

TEST_F(AuditCommandTest, WithoutABookItIsToldWhatToConfigure) {
    const auto told = run_songda("audit verify -c " + service_.config());
    EXPECT_EQ(told.status, 2);
    EXPECT_NE(told.output.find("[seals] folder"), std::string::npos) << told.output;
    begin_book();
    EXPECT_EQ(codes(), Codes{"book_missing"});
}

TEST_F(AuditCommandTest, ListsUsesByDocumentAndSince) {
    begin_book();
    issue();
    const auto all = run_songda("audit list -c " + service_.config());
    EXPECT_EQ(all.status, 0) << all.output;
    EXPECT_EQ(std::count(all.output.begin(), all.output.end(), '\n'), 16) << all.output;
    std::string document;
    for (const signer::UseLine& line : read()) {
        document = line.before.empty() ? document : to_text(line.before.back().use.document);
    }
    const auto some =
        run_songda("audit list --json --document " + document + " -c " + service_.config());
    std::istringstream rows(some.output);
    std::vector<std::string> purposes;
    for (std::string line; std::getline(rows, line);) {
        const json use = json::parse(line);
        purposes.push_back(use["before"][0]["purpose"]);
        EXPECT_EQ(use["before"][0]["document"], document);
        EXPECT_EQ(use["after"][0]["outcome"], "signed");
        EXPECT_EQ(use["before"][0]["department"], fakes::department.text);
    }
    EXPECT_EQ(purposes, (std::vector<std::string>{"qr", "document"}));
    EXPECT_EQ(run_songda("audit list --since 2999-01-01 -c " + service_.config()).output, "");
    EXPECT_EQ(run_songda("audit list --seal nobody -c " + service_.config()).output, "");
    EXPECT_EQ(run_songda("audit list --since tomorrow -c " + service_.config()).status, 2);
}

TEST_F(AuditCommandTest, ChangedTakenAwayAndCutLinesAreFound) {
    begin_book();
    issue();
    const auto whole = lines();
    ASSERT_GE(whole.size(), 5U);
    auto changed = whole;
    changed[2][changed[2].size() / 2] ^= 1;
    put(changed);
    EXPECT_EQ(codes(), Codes{"book_broken"});
    auto taken = whole;
    taken.erase(taken.begin() + 2);
    put(taken);
    EXPECT_EQ(codes(), Codes{"book_broken"});
    auto cut = whole;
    cut.resize(cut.size() - 2);
    put(cut);
    EXPECT_EQ(codes(), (Codes{"book_cut", "document_without_use"}));
    put(whole);
    EXPECT_TRUE(codes().empty());
}

/// Whoever writes the whole chain anew is found by the head that was noted, and by the store.
TEST_F(AuditCommandTest, ABookWrittenAnewIsFound) {
    begin_book();
    issue();
    auto all = read();
    const auto found = std::find_if(all.begin(), all.end(), [](const signer::UseLine& line) {
        return !line.before.empty() && line.before[0].purpose == signer::SealPurpose::document;
    });
    ASSERT_NE(found, all.end());
    found->before[0].content[0] ^= 1;
    write_anew(all);
    EXPECT_EQ(codes(), (Codes{"use_differs", "head_differs"}));
    found->before[0].content[0] ^= 1;
    found->before[0].use.document.bytes[0] ^= 1;
    write_anew(all);
    EXPECT_EQ(codes(), (Codes{"use_without_intent", "head_differs", "document_without_use"}));
}

TEST_F(AuditCommandTest, ASealUsedPastTheStoreOrTwiceIsFound) {
    begin_book();
    issue();
    SystemClock clock;
    {
        signer::SealBook::Options options;
        options.folder = seals();
        const auto book = signer::SealBook::open(std::move(options), clock).value();
        auto rows = read().back().before;
        for (const signer::UseLine& line : read()) {
            rows = line.before.empty() ? rows : line.before;
        }
        rows.resize(1);
        rows.push_back(rows[0]);
        rows[1].use.document.bytes.fill(7);
        ASSERT_TRUE(book->write_before(rows, {{0, signer::UseOutcome::made, "ab"},
                                              {1, signer::UseOutcome::made, "ab"}})
                        .ok());
    }
    EXPECT_EQ(codes(), (Codes{"use_without_intent", "signed_twice"}));
}

/// One suspends; the next row is refused before a number is drawn, in words that say what to do.
TEST_F(AuditCommandTest, ASuspendedSealIsRefusedAndTheRefusalIsInTheBook) {
    begin_book();
    issue();
    const std::string config = " -c " + service_.config();
    const std::string id = fakes::department.text + "-1";
    ASSERT_EQ(run_songda("seal suspend " + id + " --reason 疑似冒用" + config).status, 0);
    const auto refused = run_songda("issue " + at("first.jsonl") + config);
    EXPECT_NE(refused.status, 0);
    EXPECT_NE(refused.output.find("songda seal resume " + id), std::string::npos) << refused.output;
    const auto told = run_songda("audit list --seal " + id + config);
    EXPECT_NE(told.output.find("拒绝 refused seal_suspended"), std::string::npos) << told.output;
    const json report = verify();
    EXPECT_EQ(report["clean"], true) << report.dump();
    EXPECT_EQ(report["signed"], 16);
    EXPECT_GE(report["refused"], 1);
    EXPECT_EQ(report["documents"], 8);
}

/// Somebody who holds the key and the book, but not the register.
TEST_F(AuditCommandTest, AUseThatTheRegisterDidNotAllowIsFound) {
    begin_book();
    issue();
    ASSERT_EQ(run_songda("seal suspend " + fakes::department.text + "-1 --reason x -c " +
                         service_.config())
                  .status,
              0);
    const fakes::FixedClock later(SystemClock().now() + 3'600'000);
    {
        signer::SealBook::Options options;
        options.folder = seals();
        const auto book = signer::SealBook::open(std::move(options), later).value();
        std::vector<signer::UseRow> rows;
        for (const signer::UseLine& line : read()) {
            rows = line.before.empty() ? rows : line.before;
        }
        rows.resize(1);
        ASSERT_TRUE(book->write_before(rows, {{0, signer::UseOutcome::made, "ab"}}).ok());
    }
    EXPECT_EQ(codes(), (Codes{"use_not_allowed", "signed_twice"}));
    ASSERT_EQ(run_command("sed -i 2s/operator/0perator/ " + seals() + "/register").status, 0);
    EXPECT_EQ(codes(), (Codes{"register_broken", "signed_twice"}));
}

TEST_F(AuditCommandTest, AFileOtherThanWhatWasSignedIsFound) {
    begin_book();
    issue();
    EXPECT_TRUE(codes("--files").empty());
    EXPECT_EQ(
        run_command("f=$(find " + service_.store_folder() +
                    " -name '*.seg' | head -n 1); printf X | dd of=$f bs=1 seek=9000 conv=notrunc")
            .status,
        0);
    EXPECT_TRUE(codes().empty()) << "files are not read unless asked for";
    EXPECT_EQ(codes("--files"), Codes{"file_differs"});
}

} // namespace
} // namespace songda
