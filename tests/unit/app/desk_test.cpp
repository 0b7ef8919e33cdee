// The whole way over the desk with the real store, seals, fonts and templates: rows become
// documents that verify, each bad row is told all its faults and harms no other, retries repeat the
// answer.
#include "app/desk.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "tests/fakes/sample_desk.hpp"
#include "verifier/check_pdf.hpp"

namespace songda::app {
namespace {

using Kind = issuer::Answer::Kind;

std::vector<std::string> samples() {
    std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

class DeskTest : public ::testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  (std::string("songda-desk-") + std::to_string(getpid()) +
                   ::testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
        config_ = fakes::sample_config(folder_, {fakes::sample_department(fakes::department)});
        // Certificates made in this second are valid from the next.
        while (!open()) {
            std::this_thread::yield();
        }
        ASSERT_TRUE(desk_);
    }
    void TearDown() override {
        desk_.reset();
        std::filesystem::remove_all(folder_);
    }
    bool open() {
        auto opened = Desk::open(config_);
        if (!opened.ok()) {
            EXPECT_EQ(opened.error().fault, Fault::forbidden) << opened.error().detail;
            return opened.error().fault != Fault::forbidden;
        }
        desk_ = std::move(opened).value();
        return true;
    }
    std::vector<issuer::Answer> issue(const std::vector<std::string>& rows) {
        std::vector<issuer::Row> views;
        for (const std::string& row : rows) {
            views.push_back({row, {}});
        }
        return desk_->issuer().issue(fakes::department, views);
    }
    /// What pdftotext reads on the document.
    std::string text_of(const issuer::Answer& answer) {
        const auto row = desk_->store().find_document(answer.document.id);
        const auto file = desk_->store().read_file(*row.value());
        const std::string path = folder_ / "read.pdf";
        std::ofstream(path, std::ios::binary) << as_text(file.value());
        EXPECT_EQ(std::system(("pdftotext " + path).c_str()), 0);
        std::ifstream in(folder_ / "read.txt");
        return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }
    static std::vector<std::string> rules(const issuer::Answer& answer) {
        std::vector<std::string> found;
        for (const issuer::Finding& finding : answer.findings) {
            found.push_back(finding.pointer + ' ' + finding.rule);
        }
        return found;
    }

    std::filesystem::path folder_;
    Config config_;
    std::unique_ptr<Desk> desk_;
};

TEST_F(DeskTest, SupervisorOfATemplateThatIsNotThereIsRefused) {
    desk_.reset();
    config_.departments[0].supervisors[0].templates = {"food-business-license"};
    const auto opened = Desk::open(config_);
    ASSERT_FALSE(opened.ok());
    EXPECT_NE(opened.error().detail.find("\"food-business-license\" is no template"),
              std::string::npos)
        << opened.error().detail;
}

TEST_F(DeskTest, SupervisorThatAsksForItIsToldOfWhatIsIssuedAndGetsNoInbox) {
    desk_.reset();
    config_.departments[0].supervisors[0].issued = true;
    config_.departments[0].supervisors[0].templates = {"food-business-licence"};
    ASSERT_TRUE(open());
    std::size_t told = 0;
    for (const std::string& line : samples()) {
        const issuer::Row row{line, ""};
        const auto answer = desk_->issuer().issue(fakes::department, {&row, 1}).front();
        if (answer.kind != Kind::issued) {
            continue;
        }
        std::size_t copies = 0;
        for (const auto& leg : desk_->store().legs_of(answer.document.id).value()) {
            copies += leg.purpose == store::LegPurpose::supervision ? 1U : 0U;
        }
        EXPECT_EQ(copies,
                  answer.document.template_version.starts_with("food-business-licence@") ? 2U : 0U);
        told += copies;
        if (told >= 6) {
            break;
        }
    }
    EXPECT_GE(told, 6U);
    EXPECT_TRUE(desk_->store().fsck().value().clean());
}

TEST_F(DeskTest, EverySampleBecomesAGenuineDocument) {
    const auto answers = issue(samples());
    ASSERT_EQ(answers.size(), 260U);
    std::set<std::string> numbers;
    for (const issuer::Answer& answer : answers) {
        ASSERT_EQ(answer.kind, Kind::issued) << answer.error.detail;
        numbers.insert(answer.document.number);
        const auto stored = desk_->store().find_document(answer.document.id);
        const auto file = desk_->store().read_file(*stored.value());
        ASSERT_TRUE(file.ok());
        const auto report =
            verifier::check_own(file.value(), desk_->trust(), desk_->clock().now()).value();
        EXPECT_EQ(report.integrity.answer, verifier::Answer::yes);
        EXPECT_EQ(report.authority.answer, verifier::Answer::yes);
    }
    EXPECT_EQ(numbers.size(), 260U);
    EXPECT_TRUE(desk_->store().fsck().value().clean());
    EXPECT_EQ(desk_->store().open_intents().value().size(), 0U);
}

TEST_F(DeskTest, PdfsigTrustsTheWholeDocument) {
    const std::string trust = "sql:" + (folder_ / "nss").string();
    const std::string authority = "mkdir " + (folder_ / "nss").string() +
                                  " && certutil -N --empty-password -d " + trust +
                                  " && certutil -A -n root -t CT,C,C -i " +
                                  fakes::sample_keys_folder() + "/root.pem -d " + trust;
    ASSERT_EQ(std::system(authority.c_str()), 0);
    // A licence, and a letter of two pages.
    for (const issuer::Answer& answer : issue({samples()[0], samples()[119]})) {
        const auto file =
            desk_->store().read_file(*desk_->store().find_document(answer.document.id).value());
        const std::string path = folder_ / "document.pdf";
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(file.value().data()),
                   std::streamsize(file.value().size()));
        const std::string command = "pdfsig -nssdir " + trust + ' ' + path + " > " + path +
                                    ".txt 2>/dev/null && pdfinfo " + path + " >> " + path + ".txt";
        ASSERT_EQ(std::system(command.c_str()), 0);
        std::ifstream in(path + ".txt");
        const std::string said{std::istreambuf_iterator<char>(in),
                               std::istreambuf_iterator<char>()};
        const bool letter = answer.document.number.find("许准") != std::string::npos;
        for (const auto* words :
             {"Signature is Valid", "Certificate is Trusted", "Total document signed",
              "ETSI.CAdES.detached", letter ? "Pages:           2\n" : "Pages:           1\n"}) {
            EXPECT_NE(said.find(words), std::string::npos) << words << "\n" << said;
        }
    }
}

TEST_F(DeskTest, RetryRepeatsTheAnswerAndOtherContentIsRefused) {
    const std::string row = samples()[0];
    const auto first = issue({row});
    const auto again = issue({row + "\r"});
    ASSERT_EQ(again[0].kind, Kind::replayed);
    EXPECT_EQ(again[0].document.id, first[0].document.id);
    EXPECT_EQ(issue({replaced(row, "2031-11-", "2030-11-")})[0].kind, Kind::key_conflict);
    const auto other_key = issue({replaced(row, "sample-0001", "other-0001")});
    EXPECT_EQ(other_key[0].kind, Kind::case_conflict);
    EXPECT_EQ(other_key[0].document.id, first[0].document.id);
}

TEST_F(DeskTest, BadRowsAreToldEverythingAndHarmNoOther) {
    const std::string good = samples()[1];
    const std::string licence = samples()[0];
    const auto answers = issue({
        "{\"broken\": ",
        replaced(licence, "\"template\": \"food-business-licence\"",
                 "\"template\": \"unheard-of\""),
        replaced(licence, "\"premises\":", "\"premisses\":"),
        replaced(licence, "\"kind\": \"organisation\"", "\"kind\": \"person\""),
        replaced(licence, "\"valid_until\": \"2031-11-15\"", "\"valid_until\": \"2031-02-30\""),
        replaced(licence, "\"signatory\": \"郑雨珺\"", "\"signatory\": 7"),
        good,
        replaced(licence, "郑雨珺", "\\u001b[31m"),
        replaced(licence, "\"delivery\": [", "\"delivery\": {}, \"other\": ["),
        replaced(licence, "\"delivery\": [", "\"delivery\": [\"portal\", \"email\", "),
    });
    EXPECT_EQ(rules(answers[8]), (std::vector<std::string>{"/delivery kind", "/other unknown"}));
    EXPECT_EQ(answers[8].findings[0].value, "object");
    EXPECT_EQ(rules(answers[9]),
              (std::vector<std::string>{"/delivery/2 unique", "/delivery/3 unique"}));
    for (const issuer::Finding& finding : answers[7].findings) {
        EXPECT_EQ((finding.value + finding.message_zh + finding.message_en).find('\x1B'),
                  std::string::npos)
            << "a refused control character does not reach the terminal: " << finding.rule;
    }
    EXPECT_EQ(rules(answers[7]), std::vector<std::string>{"/fields/signatory forbidden_character"})
        << "told once";
    EXPECT_EQ(rules(answers[0]), std::vector<std::string>{" json"});
    EXPECT_NE(answers[0].findings[0].value.find("line 1, column"), std::string::npos);
    EXPECT_EQ(rules(answers[1]), std::vector<std::string>{"/template known"});
    EXPECT_EQ(rules(answers[2]),
              (std::vector<std::string>{"/fields/premises required", "/fields/premisses unknown"}));
    EXPECT_EQ(rules(answers[3]), std::vector<std::string>{"/recipient/code character"});
    EXPECT_EQ(rules(answers[4]), std::vector<std::string>{"/valid_until date"})
        << "an impossible day is not also missing";
    EXPECT_EQ(rules(answers[5]), std::vector<std::string>{"/fields/signatory kind"});
    EXPECT_EQ(answers[6].kind, Kind::issued);
    EXPECT_EQ(desk_->store().statistics().value().documents, 1U);
}

TEST_F(DeskTest, DecisionNamesATemplateOrATypeAndNotBoth) {
    const std::string named = "\"template\": \"food-business-licence\"";
    const auto answers = issue({
        replaced(samples()[0], named, "\"document_type\": \"SPJY\", \"item\": \"000123\""),
        replaced(samples()[2], named, named + ", \"document_type\": \"SPJY\""),
        replaced(samples()[2], named, "\"document_type\": \"XX\""),
        replaced(samples()[2], named + ",", ""),
    });
    EXPECT_EQ(answers[0].kind, Kind::issued);
    EXPECT_TRUE(answers[0].document.template_version.starts_with("food-business-licence@"));
    EXPECT_EQ(rules(answers[1]), std::vector<std::string>{"/document_type either"});
    EXPECT_EQ(rules(answers[2]), std::vector<std::string>{"/document_type known"});
    EXPECT_EQ(rules(answers[3]), std::vector<std::string>{"/template required"});
}

TEST_F(DeskTest, TheProfileOfTheTemplateIsToldLikeOtherFindings) {
    const std::string letter = samples()[1];
    const std::string accepted_late =
        replaced(letter, "\"accepted_on\": \"2026-11-07\"", "\"accepted_on\": \"2026-11-19\"");
    const auto answers = issue({
        accepted_late,
        replaced(accepted_late, "\"decision_text\":", "\"decision_texts\":"),
        letter,
    });
    EXPECT_EQ(rules(answers[0]), std::vector<std::string>{"/fields/accepted_on applied.decided"});
    EXPECT_NE(answers[0].findings[0].message_zh.find("受理日期晚于决定日期"), std::string::npos);
    EXPECT_EQ(rules(answers[1]), (std::vector<std::string>{"/fields/decision_text required",
                                                           "/fields/decision_texts unknown",
                                                           "/fields/accepted_on applied.decided"}))
        << "what is missing is told once, by the template";
    EXPECT_EQ(answers[2].kind, Kind::issued);
    EXPECT_EQ(desk_->store().statistics().value().documents, 1U);
}

TEST_F(DeskTest, EightThreadsWithOneKeyMakeOneDocument) {
    const std::string row = samples()[0];
    std::atomic<int> issued{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] { issued += issue({row})[0].kind == Kind::issued ? 1 : 0; });
    }
    threads.clear();
    EXPECT_EQ(issued, 1);
    EXPECT_EQ(desk_->store().statistics().value().documents, 1U);
}

TEST_F(DeskTest, RaceForOneCaseLeavesNoIntentOpen) {
    std::atomic<int> issued{0};
    std::atomic<int> beaten{0};
    for (int round = 0; round < 5; ++round) {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            const std::string unique = std::to_string(round) + '-' + std::to_string(i);
            const std::string row =
                replaced(replaced(samples()[0], "sample-0001", unique), "32019920261120000001",
                         "case-" + std::to_string(round));
            threads.emplace_back([&, row] {
                const Kind kind = issue({row})[0].kind;
                issued += kind == Kind::issued ? 1 : 0;
                beaten += kind == Kind::case_conflict ? 1 : 0;
            });
        }
    }
    EXPECT_EQ(issued, 5);
    EXPECT_EQ(beaten, 35);
    EXPECT_TRUE(desk_->store().open_intents().value().empty());
}

/// A licence's number shows no year: it must not begin anew with each.
TEST_F(DeskTest, NumberThatShowsNoYearIsCountedThroughAllYears) {
    store::Intent last_year;
    last_year.id = make_document_id(desk_->clock().now(), desk_->random());
    last_year.department = fakes::department;
    last_year.sequence = "food-business-licence";
    last_year.sequence_value = 41;
    ASSERT_TRUE(desk_->store().put_intents({&last_year, 1}).ok());
    const auto answers = issue({samples()[0]});
    ASSERT_EQ(answers[0].kind, Kind::issued);
    EXPECT_NE(answers[0].document.number.find("000042"), std::string::npos)
        << answers[0].document.number;
}

/// A number that was drawn before a move is refused after it; the client's retry gets another.
TEST_F(DeskTest, MovingTheNumbersOnWhileIssuingGivesNoneTwice) {
    const auto rows = samples();
    std::mutex mutex;
    std::set<std::string> numbers;
    std::atomic<std::size_t> refused = 0;
    std::atomic<int> issuing = 4;
    std::vector<std::jthread> threads;
    for (std::size_t part = 0; part < 4; ++part) {
        threads.emplace_back([&, part] {
            for (std::size_t row = part; row < rows.size();) {
                const issuer::Answer answer = issue({rows[row]})[0];
                const std::scoped_lock lock(mutex);
                if (answer.kind == Kind::issued) {
                    numbers.insert(answer.document.number);
                    row += 4;
                } else {
                    ASSERT_EQ(answer.error.fault, Fault::unavailable) << answer.error.detail;
                    ++refused;
                }
            }
            --issuing;
        });
    }
    // Until one came between a number and its intent: on a busy machine the threads may begin late.
    for (int move = 0; move < 60 || (refused == 0 && issuing > 0); ++move) {
        const store::NumberAdvance some{store::NumberAdvance::How::by, 7, {}, 2026};
        ASSERT_TRUE(desk_->store().advance_numbers(some, {}).ok());
    }
    threads.clear();
    EXPECT_EQ(numbers.size(), rows.size());
    EXPECT_GT(refused.load(), 0U) << "no move came between a number and its intent";
    EXPECT_TRUE(desk_->store().open_intents().value().empty());
}

TEST_F(DeskTest, NumbersThatAreUsedUpAreToldAsThat) {
    const store::NumberAdvance to_the_end{store::NumberAdvance::How::past, 999'999, {}, 2026};
    ASSERT_TRUE(desk_->store().advance_numbers(to_the_end, {}).ok());
    const auto answers = issue({samples()[0]});
    EXPECT_EQ(answers[0].kind, Kind::failed);
    EXPECT_EQ(answers[0].error.fault, Fault::exhausted);
    EXPECT_EQ(desk_->store().open_intents().value().size(), 0U);
}

TEST_F(DeskTest, IntentLeftByACrashIsClosedAtTheNextStart) {
    store::Intent intent;
    intent.id = make_document_id(desk_->clock().now(), desk_->random());
    intent.department = fakes::department;
    intent.number = "JY1";
    intent.template_version = "food-business-licence@1";
    intent.at = desk_->clock().now();
    ASSERT_TRUE(desk_->store().put_intents({&intent, 1}).ok());
    desk_.reset();
    ASSERT_TRUE(open());
    EXPECT_EQ(desk_->recovered(), 1U);
    EXPECT_TRUE(desk_->store().open_intents().value().empty());
    EXPECT_TRUE(desk_->store().find_intent(intent.id).value().has_value());
}

TEST_F(DeskTest, ProductionRefusesSampleSeals) {
    desk_.reset();
    config_.production = true;
    const auto opened = Desk::open(config_);
    ASSERT_FALSE(opened.ok());
    EXPECT_NE(opened.error().detail.find("a sample key never signs in production"),
              std::string::npos);
}

TEST_F(DeskTest, PaperOfSampleKeysSaysSo) {
    const std::string text = text_of(issue({samples()[0]})[0]);
    EXPECT_NE(text.find("样本 SAMPLE"), std::string::npos) << text;
    EXPECT_NE(text.find("食品经营许可证"), std::string::npos) << text;
}

TEST_F(DeskTest, PaperOfProductionKeysCarriesNoMark) {
    desk_.reset();
    // The same script with an organisation's name in place of the sample mark.
    const std::string keys = (folder_ / "keys").string();
    const std::string command =
        "sed 's/^mark=.*/mark=示例市/' " SONGDA_SOURCE_DIR "/keys-sample/make.sh >" + keys +
        ".sh && sh " + keys + ".sh " + keys + ' ' + fakes::department.text + " 示例市行政审批局";
    ASSERT_EQ(std::system(command.c_str()), 0);
    app::DepartmentConfig& department = config_.departments.front();
    const std::string own = keys + '/' + fakes::department.text;
    department.seal_key = own + "/seal.key";
    department.seal_certificate = own + "/seal.pem";
    department.qr_key = own + "/qr.key";
    config_.trust_folder = keys + "/trust";
    config_.production = true;
    while (!open()) {
        std::this_thread::yield();
    }
    ASSERT_TRUE(desk_);
    const auto answers = issue({samples()[0]});
    ASSERT_EQ(answers[0].kind, Kind::issued) << answers[0].error.detail;
    const std::string text = text_of(answers[0]);
    EXPECT_EQ(text.find("样本"), std::string::npos) << text;
    EXPECT_NE(text.find("食品经营许可证"), std::string::npos) << text;
}

} // namespace
} // namespace songda::app
