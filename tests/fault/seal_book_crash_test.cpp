// kill -9 at every change of a file that issuing makes, before it, in the middle and after it, and
// a disk that is full from there on, with the keys in the process that issues. Whatever is left,
// the same rows issued again end well, and then book, store and audit agree: every document has its
// one signed use, every use its intent and its end.
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::run_command;
using live::run_songda;
using nlohmann::json;

bool every_death() {
    return std::getenv("SONGDA_EVERY_DEATH") != nullptr;
}

class SealBookCrash : public ::testing::TestWithParam<std::string> {
protected:
    SealBookCrash() {
        std::ofstream(service_.config(), std::ios::app)
            << "[seals]\nfolder = \"seals\"\nfour_eyes = false\n";
        live::register_seal(service_.config());
    }
    /// Two rows that no other death has.
    void write_rows(int death) const {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::ofstream out(rows());
        for (int i = 0; i < 2; ++i) {
            std::string line;
            std::getline(in, line);
            json row = json::parse(line);
            row["case_number"] = "case-" + std::to_string(death) + '-' + std::to_string(i);
            row["idempotency_key"] = "key-" + std::to_string(death) + '-' + std::to_string(i);
            out << row.dump() << '\n';
        }
    }
    [[nodiscard]] std::string rows() const { return service_.folder() / "rows.jsonl"; }
    [[nodiscard]] std::string issue() const {
        return " issue " + rows() + " -c " + service_.config();
    }

    live::Service service_; // its folder and configuration; it does not run
};

TEST_P(SealBookCrash, BookStoreAndAuditAgreeAfterwards) {
    if (!every_death() && (GetParam() == "before" || GetParam() == "after")) {
        GTEST_SKIP() << "in the slow run";
    }
    int at = 1;
    int deaths = 0;
    for (bool died = true; died && at < 500; at += every_death() ? 1 : 7) {
        write_rows(at);
        const auto ended =
            run_command("SONGDA_DIE_AT=" + std::to_string(at) + " SONGDA_DIE_HOW=" + GetParam() +
                        " LD_PRELOAD=" SONGDA_DIE_LIBRARY " " SONGDA_PROGRAM + issue());
        died = ended.status != 0;
        deaths += died ? 1 : 0;
        const auto again = run_songda(issue());
        ASSERT_EQ(again.status, 0) << at << ": " << ended.output << "then " << again.output;
        const auto audit = run_songda("audit verify --files -c " + service_.config());
        ASSERT_EQ(audit.status, 0)
            << at << ": " << ended.output << "then " << again.output << "then " << audit.output;
    }
    EXPECT_GT(at, 20);
    EXPECT_GT(deaths, every_death() ? 20 : 3);
}

INSTANTIATE_TEST_SUITE_P(All, SealBookCrash, ::testing::Values("before", "torn", "after", "full"),
                         [](const auto& how) { return how.param; });

} // namespace
} // namespace songda
