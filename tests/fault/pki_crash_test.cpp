// kill -9 at every single change of a file that a `songda pki` command makes, before it, in the
// middle of it and after it, and a disk that is full from there on. Whatever is left, the same
// command run again ends well, and then: every certificate in the folder is one that the journal
// says was issued, a key has one certificate, numbers and times of lists only rise, and everything
// in the publish folder is whole.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "signer/pki/publish.hpp"
#include "tests/fakes/pki_folder.hpp"

namespace songda::signer {
namespace {

using fakes::shell;

struct Outcome {
    int status;
    std::string output;
};

class PkiCrash : public ::testing::Test {
protected:
    PkiCrash() { std::ofstream(file("passphrase")) << "一段足够长的口令 in words\n"; }

    [[nodiscard]] std::string file(const std::string& name) const { return folder_.path() / name; }
    [[nodiscard]] std::string signing() const {
        return " --folder " + file("ca") + " --passphrase-file " + file("passphrase") + ' ';
    }
    [[nodiscard]] std::string init() const {
        return "init --name 江苏省示例根 --issuing-name 江苏省示例签发 --sample --address "
               "http://localhost --domain example.gov.cn" +
               signing();
    }
    [[nodiscard]] std::string seal() const {
        return "seal -d 11320199014138860W --name 示例市印章 --out " + file("seal") + signing();
    }
    [[nodiscard]] std::string publish() const {
        return "publish --out " + file("publish") + signing();
    }
    static Outcome run(const std::string& command, const std::string& before = "") {
        const std::string text =
            shell(before + SONGDA_PROGRAM " pki " + command + "; echo \"=$?\"");
        const std::size_t at = text.rfind('=');
        return {std::stoi(text.substr(at + 1)), text.substr(0, at)};
    }
    static Outcome run_dying(const std::string& command, int at, const std::string& how) {
        return run(command, "SONGDA_DIE_AT=" + std::to_string(at) + " SONGDA_DIE_HOW=" + how +
                                " LD_PRELOAD=" SONGDA_DIE_LIBRARY " ");
    }
    /// What `prepare` leaves, brought back before each death.
    void keep_start() {
        (void)shell(
            "rm -rf " + file("start") + " && mkdir " + file("start") + " && cd " +
            folder_.path().string() +
            " && for each in ca seal publish; do [ ! -e $each ] || cp -a $each start/; done");
    }
    void back_to_start() {
        (void)shell("cd " + folder_.path().string() +
                    " && rm -rf ca seal publish && cp -a start/. .");
    }
    /// Dies at every point of `command` in turn; `look` is asked after the command that follows.
    template <class Look>
    int die_everywhere(const std::string& command, const std::string& how, Look look) {
        keep_start();
        int at = 0;
        for (bool died = true; died;) {
            back_to_start();
            const Outcome ended = run_dying(command, at = next_point(at), how);
            died = ended.status != 0;
            const Outcome again = died ? run(command) : ended;
            EXPECT_EQ(again.status, 0)
                << how << " at " << at << ": " << ended.output << "then " << again.output;
            look(how + " at " + std::to_string(at) + ": " + ended.output + "then " + again.output);
            if (::testing::Test::HasFailure() || at > 500) {
                break;
            }
        }
        return at;
    }
    [[nodiscard]] Authority open() {
        return Authority::open(file("ca"), clock_, random_, "test").value();
    }
    /// Files under certificates/ and what the journal says of them are the same set.
    void check_folder(const std::string& story) {
        const Authority authority = open();
        std::set<std::string> issued;
        std::set<std::string> keys;
        for (const BookEntry& entry : authority.book().entries) {
            EXPECT_NE(entry.standing, Standing::intended) << story;
            if (entry.standing == Standing::issued) {
                issued.insert(entry.serial + ".pem");
                EXPECT_TRUE(authority.certificate(entry).ok()) << story;
                EXPECT_TRUE(keys.insert(entry.public_key).second) << story;
            }
        }
        std::set<std::string> files;
        for (const auto& each : std::filesystem::directory_iterator(file("ca/certificates"))) {
            if (each.path().extension() == ".pem") {
                files.insert(each.path().filename());
            }
        }
        EXPECT_EQ(files, issued) << story;
    }
    void check_published(const std::string& story, std::uint64_t above) {
        const Authority authority = open();
        const auto issuer = authority.certificate(*authority.book().newest(Profile::issuing));
        const auto bytes = read_whole(file("publish/crl/issuing.crl"), 1U << 20U);
        ASSERT_TRUE(bytes.ok()) << story;
        const auto facts = read_crl(bytes.value(), issuer.value().get());
        ASSERT_TRUE(facts) << story;
        EXPECT_GT(facts->number, above) << story;
        EXPECT_LE(facts->number, authority.book().last.crl_number) << story;
        for (const auto& each : std::filesystem::directory_iterator(file("publish/ocsp"))) {
            if (each.path().extension() == ".ocsp") {
                EXPECT_TRUE(ocsp::response_times(read_whole(each.path(), 65536).value())) << story;
            }
        }
    }
    /// All of them with SONGDA_EVERY_DEATH, else enough to see a change that breaks one.
    static bool every_death() { return std::getenv("SONGDA_EVERY_DEATH") != nullptr; }
    static std::vector<std::string> ways() {
        return every_death() ? std::vector<std::string>{"before", "torn", "after", "full"}
                             : std::vector<std::string>{"torn", "full"};
    }
    static int next_point(int at) { return at + (every_death() || at == 0 ? 1 : 3); }

    fakes::TemporaryFolder folder_;
    SystemClock clock_;
    SystemRandom random_;
};

TEST_F(PkiCrash, InitGoesOnWhereItEnded) {
    for (const std::string& how : ways()) {
        const int points = die_everywhere(init(), how, [this](const std::string& story) {
            check_folder(story);
            EXPECT_TRUE(open().complete()) << story;
        });
        EXPECT_GT(points, 20);
        (void)shell("rm -rf " + file("ca"));
    }
}

TEST_F(PkiCrash, ASealIsIssuedOnceForItsKey) {
    ASSERT_EQ(run(init()).status, 0);
    for (const std::string& how : ways()) {
        const int points = die_everywhere(seal(), how, [this](const std::string& story) {
            check_folder(story);
            const Authority authority = open();
            int seals = 0;
            for (const BookEntry& entry : authority.book().entries) {
                seals += entry.profile == Profile::seal && entry.standing == Standing::issued;
            }
            EXPECT_EQ(seals, 1) << story;
            EXPECT_EQ(shell("[ \"$(openssl x509 -noout -pubkey -in " + file("seal/seal.pem") +
                            ")\" = \"$(openssl pkey -pubout -in " + file("seal/seal.key") +
                            ")\" ] || echo differ"),
                      "")
                << story;
        });
        EXPECT_GT(points, 15);
        back_to_start();
    }
}

TEST_F(PkiCrash, PublishingLeavesWholeFilesAndRisingNumbers) {
    ASSERT_EQ(run(init()).status, 0);
    ASSERT_EQ(run(seal()).status, 0);
    ASSERT_EQ(run(publish()).status, 0);
    const std::uint64_t before = open().book().last.crl_number;
    for (const std::string& how : ways()) {
        keep_start();
        int at = 0;
        for (bool died = true; died && at < 500;) {
            back_to_start();
            died = run_dying(publish(), at = next_point(at), how).status != 0;
            // What was left by the death is served as it is: it must be whole already.
            check_published(how + " at " + std::to_string(at), before - 1);
            ASSERT_EQ(run(publish()).status, 0);
            check_published(how + " at " + std::to_string(at) + ", again", before);
            ASSERT_FALSE(::testing::Test::HasFailure());
        }
        EXPECT_GT(at, 20);
        back_to_start();
    }
}

TEST_F(PkiCrash, ARevocationIsRecordedOrNot) {
    ASSERT_EQ(run(init()).status, 0);
    ASSERT_EQ(run(seal()).status, 0);
    const std::string serial = open().book().newest(Profile::seal)->serial;
    keep_start();
    for (const std::string& how : ways()) {
        for (int at = 1; at <= 3; ++at) {
            back_to_start();
            const std::string revoke =
                "revoke " + serial + " --reason keyCompromise --folder " + file("ca");
            const bool died = run_dying(revoke, at, how).status != 0;
            const bool recorded = open().book().find(serial)->revocation.has_value();
            EXPECT_TRUE(died || recorded);
            EXPECT_EQ(run(revoke).status, recorded ? 2 : 0);
            EXPECT_TRUE(open().book().find(serial)->revocation);
        }
    }
}

} // namespace
} // namespace songda::signer
