// kill -9 at every single change of a file that a `songda seal` command makes, before it, in the
// middle of it and after it, and a disk that is full from there on. The register is then as before
// the command or as after it, and the command run again ends as it should.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "signer/seals/seal_register.hpp"
#include "tests/fakes/pki_folder.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::signer {
namespace {

using fakes::shell;

class SealCrash : public ::testing::Test {
protected:
    SealCrash() {
        const auto files = fakes::sample_seal();
        std::ofstream(file("songda-signer.toml"))
            << "production = false\n[seals]\nfolder = \"seals\"\nfour_eyes = false\n"
            << "[[seal]]\ndepartment = \"" << files.department.text << "\"\nkey = \""
            << files.seal_key << "\"\ncertificate = \"" << files.seal_certificate
            << "\"\nqr_key = \"" << files.qr_key << "\"\n";
    }
    [[nodiscard]] std::string file(const std::string& name) const { return folder_.path() / name; }
    [[nodiscard]] int run(const std::string& command, const std::string& before = "") const {
        const std::string text =
            shell(before + SONGDA_PROGRAM " seal " + command + " -c " + file("songda-signer.toml") +
                  " --reason x 2>&1; echo \"=$?\"");
        return std::stoi(text.substr(text.rfind('=') + 1));
    }
    [[nodiscard]] int run_dying(const std::string& command, int at, const std::string& how) const {
        return run(command, "SONGDA_DIE_AT=" + std::to_string(at) + " SONGDA_DIE_HOW=" + how +
                                " LD_PRELOAD=" SONGDA_DIE_LIBRARY " ");
    }
    /// How many lines stand, and what the last one is called.
    [[nodiscard]] std::pair<std::size_t, std::string> standing() const {
        const auto read = load_register(file("seals"));
        if (!read.ok()) {
            EXPECT_EQ(read.error().fault, Fault::not_found) << read.error().detail;
            return {0, ""};
        }
        const auto& seals = read.value().seals.seals;
        return {read.value().end.lines, seals.empty() ? "" : seals.back().steps.back().event};
    }
    void keep_start() const {
        (void)shell(
            "cd " + folder_.path().string() +
            " && rm -rf start && mkdir start && if [ -e seals ]; then cp -a seals start/; fi");
    }
    void back_to_start() const {
        (void)shell("cd " + folder_.path().string() +
                    " && rm -rf seals && if [ -e start/seals ]; then cp -a start/seals .; fi");
    }
    /// Dies at every point in turn; the command adds `event`.
    void die_everywhere(const std::string& command, const std::string& event) {
        keep_start();
        const auto before = standing();
        const auto after = std::pair(before.first + 1, event);
        for (const std::string& how : ways()) {
            int at = 0;
            for (bool died = true; died; ++at) {
                back_to_start();
                died = run_dying(command, at + 1, how) != 0;
                const auto left = standing();
                const std::string story = command + ' ' + how + " at " + std::to_string(at + 1);
                EXPECT_TRUE(left == after || (died && left == before)) << story;
                if (left == before) {
                    EXPECT_EQ(run(command), 0) << story;
                    EXPECT_EQ(standing(), after) << story;
                }
                ASSERT_LT(at, 30) << story;
            }
            // Its write, its sync and then its end; a full disk fails writes alone.
            EXPECT_GE(at, how == "full" ? 2 : 3) << command << ' ' << how;
        }
    }

    /// All of them with SONGDA_EVERY_DEATH, else enough to see a change that breaks one.
    static std::vector<std::string> ways() {
        return std::getenv("SONGDA_EVERY_DEATH") != nullptr
                   ? std::vector<std::string>{"before", "torn", "after", "full"}
                   : std::vector<std::string>{"torn", "after"};
    }

    fakes::TemporaryFolder folder_;
};

TEST_F(SealCrash, EveryStepIsInTheRegisterOrNot) {
    const std::string id = fakes::department.text + "-1";
    die_everywhere("make --all-types", "made");
    die_everywhere("activate " + id, "activation_proposed");
    die_everywhere("activate " + id, "activated");
    die_everywhere("suspend " + id, "suspended");
    die_everywhere("resume " + id, "resumption_proposed");
    die_everywhere("allow " + id + " --type SPJY", "narrowed");
    die_everywhere("retire " + id, "retired");
}

} // namespace
} // namespace songda::signer
