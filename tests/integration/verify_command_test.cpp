// songda-verify as anybody runs it: what it is made of, that it has no network, what its statuses
// say, that it goes on after a bad file; and the attack suite through it and through the upload
// desk of a running service.
#include <cerrno>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/wait.h>

#include "app/verify/no_network.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::CommandResult;
using live::run_command;
using live::run_songda;
using live::run_verify;

const std::string golden = SONGDA_SOURCE_DIR "/tests/golden/seal/";
const std::string good = golden + "signed.pdf";
const std::string trust = " --trust " + golden + "trust ";

bool says(const CommandResult& result, const std::string& words) {
    return result.output.find(words) != std::string::npos;
}

TEST(VerifyCommand, LinksNothingThatSignsStoresOrSpeaks) {
    const CommandResult libraries = run_command("ldd " SONGDA_VERIFY_PROGRAM);
    ASSERT_EQ(libraries.status, 0) << libraries.output;
    for (const char* const library : {"libcurl", "liblmdb", "libqpdf", "libpodofo", "libssl",
                                      "libboost", "libharfbuzz", "libprometheus", "libspdlog"}) {
        EXPECT_FALSE(says(libraries, library)) << libraries.output;
    }
    const CommandResult rooms = run_command("nm -C " SONGDA_VERIFY_PROGRAM
                                            " | grep -cE 'songda::(signer|store|http|issuer)::'");
    EXPECT_EQ(rooms.output, "0\n");
    // And the parser of strangers' PDFs is in the inspector alone.
    EXPECT_FALSE(says(run_command("ldd " SONGDA_PROGRAM), "libqpdf"));
    EXPECT_TRUE(says(run_command("ldd " SONGDA_INSPECTOR_PROGRAM), "libqpdf"));
}

TEST(VerifyCommand, NetworkIsRenouncedByItAndItsChildren) {
    const pid_t child = fork();
    if (child == 0) {
        const bool granted = app::renounce_network();
        const bool refused = socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EACCES &&
                             socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EACCES;
        if (!granted || !refused) {
            _exit(1);
        }
        execl("/usr/bin/python3", "python3", "-c",
              "import socket, sys\ntry:\n    socket.socket()\nexcept PermissionError:\n    "
              "sys.exit(7)",
              nullptr);
        _exit(2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(VerifyCommand, StatusTellsWhatCameOut) {
    const CommandResult passed = run_verify(good + trust + "--at 2026-12-01");
    EXPECT_EQ(passed.status, 0) << passed.output;
    EXPECT_TRUE(says(passed, "通过 TOTAL-PASSED"));
    EXPECT_TRUE(says(passed, "scan the code"));
    const CommandResult nobody = run_verify(good);
    EXPECT_EQ(nobody.status, 3) << nobody.output;
    EXPECT_TRUE(says(nobody, "INDETERMINATE / NO_CERTIFICATE_CHAIN_FOUND"));
    EXPECT_TRUE(says(nobody, "with --trust"));
    const CommandResult late = run_verify(good + trust + "--at 2099-01-01T00:00:00Z");
    EXPECT_EQ(late.status, 3);
    EXPECT_TRUE(says(late, "OUT_OF_BOUNDS_NO_POE"));
    EXPECT_EQ(run_verify(golden + "high-s.pdf" + trust).status, 1);
    EXPECT_EQ(run_verify(golden + "keys.json").status, 1);
}

TEST(VerifyCommand, SampleSealIsNotBelievedBesideRealRoots) {
    const std::string folder = ::testing::TempDir() + "songda-real-" + std::to_string(getpid());
    std::filesystem::create_directories(folder);
    ASSERT_EQ(run_command("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                          "-subj /CN=Real -keyout /dev/null -out " +
                          folder + "/real.pem 2>/dev/null")
                  .status,
              0);
    const std::string asked = good + " --at 2026-12-01 --trust " + folder;
    EXPECT_TRUE(says(run_verify(asked), "NO_CERTIFICATE_CHAIN_FOUND"));
    std::filesystem::copy(golden + "trust", folder);
    const CommandResult mixed = run_verify(asked);
    EXPECT_EQ(mixed.status, 1) << mixed.output;
    EXPECT_TRUE(says(mixed, "样本证书，不受信任")) << mixed.output;
    EXPECT_TRUE(says(mixed, "Do not rely on it")) << mixed.output;
    std::filesystem::remove_all(folder);
}

TEST(VerifyCommand, WrongWordsAreTold) {
    const std::string empty = ::testing::TempDir() + "songda-empty-" + std::to_string(getpid());
    std::filesystem::create_directories(empty);
    for (const auto& [words, told] : std::vector<std::pair<std::string, std::string>>{
             {good + " --trust " + empty, "no root certificate (PEM file)"},
             {good + " --trust /no/such/folder", "cannot be read"},
             {good + " --at yesterday", "--at takes a day"},
             {"", "give either files or --qr TEXT"},
             {good + " --qr x", "give either files or --qr TEXT"},
             {"--qr x", "give the published key list"},
             {"--frob", "--frob"},
             {"/no/such/file.pdf", "cannot be read"}}) {
        const CommandResult refused = run_verify(words);
        EXPECT_EQ(refused.status, 2) << words << refused.output;
        EXPECT_TRUE(says(refused, told)) << refused.output;
    }
    std::filesystem::remove_all(empty);
}

TEST(VerifyCommand, ManyFilesAreAllAnsweredAfterABadOne) {
    const CommandResult lines = run_verify("--json --at 2026-12-01 /no/such.pdf " + good + trust +
                                           golden + "high-s.pdf 2>/dev/null");
    EXPECT_EQ(lines.status, 2);
    EXPECT_EQ(std::count(lines.output.begin(), lines.output.end(), '\n'), 3) << lines.output;
    EXPECT_TRUE(says(lines, R"({"file":"/no/such.pdf","failure":"not_found"})"));
    EXPECT_TRUE(says(lines, R"("conclusion":{"indication":"TOTAL-PASSED"})"));
    const CommandResult people =
        run_verify("--at 2026-12-01 " + good + ' ' + good + trust + golden + "high-s.pdf");
    EXPECT_EQ(people.status, 1);
    EXPECT_TRUE(says(people, "共 3 个文件 files: 通过 passed 2 · 不可信 refused 1 ·"))
        << people.output;
}

TEST(VerifyCommand, CodesAreReadAsBefore) {
    const std::string code =
        "--qr \"$(cat " + golden + "qr.txt)\" --keys " + golden + "keys.json --at 2026-12-01";
    const CommandResult passed = run_verify(code);
    EXPECT_EQ(passed.status, 0) << passed.output;
    EXPECT_TRUE(says(passed, "The key is on the published key list")) << passed.output;
}

TEST(Attacks, EveryForgedFileIsRefusedHereAndAtTheUploadDesk) {
    live::Service service;
    ASSERT_TRUE(service.start()) << service.complaint();
    const std::string folder = service.folder();
    std::ofstream(folder + "/api-key") << service.make_key() << '\n';
    const std::string url = "http://127.0.0.1:" + std::to_string(service.port());
    // A licence and a letter of two pages.
    const CommandResult issued = run_command(
        "sed -n '1p;120p' " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >" + folder +
        "/rows.jsonl && " SONGDA_PROGRAM " issue " + folder + "/rows.jsonl --out " + folder +
        "/issued -c " + service.config() + " --url " + url + " --key " + folder + "/api-key");
    ASSERT_EQ(issued.status, 0) << issued.output;
    const CommandResult suite = run_command(
        "python3 " SONGDA_SOURCE_DIR "/tests/attacks/run.py " SONGDA_VERIFY_PROGRAM " " + folder +
        "/attacks --own $(find " + folder + "/issued -name '*.pdf' | sort) " +
        fakes::sample_keys_folder() + "/trust --service " + url + ' ' +
        std::to_string(service.process()));
    EXPECT_EQ(suite.status, 0) << suite.output;
    EXPECT_TRUE(says(suite, " 0 answers wrong")) << suite.output;
    std::printf("%s", suite.output.c_str());
    EXPECT_EQ(service.stop(), 0);
}

} // namespace
} // namespace songda
