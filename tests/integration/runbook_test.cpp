// Runs the commands of docs/operating/certificates.md and hsm.md as they stand on the page, in
// their order: a runbook that does not work is found here and not at two in the morning.
#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/soft_token.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

/// The page's fenced `sh` blocks, without their indentation, one behind the other.
std::string commands_of(const std::string& page) {
    std::ifstream in(page);
    std::string commands;
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
        const std::string text = line.substr(begin);
        if (text.starts_with("```")) {
            inside = !inside && text == "```sh";
        } else if (inside) {
            commands += text + '\n';
        }
    }
    return commands;
}

TEST(Runbook, CertificatesDoesWhatItSays) {
    const std::string commands = commands_of(SONGDA_SOURCE_DIR "/docs/operating/certificates.md");
    ASSERT_GT(std::count(commands.begin(), commands.end(), '\n'), 20);
    const fakes::TemporaryFolder folder;
    const std::string script = folder.path() / "runbook.sh";
    std::ofstream(script) << commands;
    const std::string program = SONGDA_PROGRAM;
    const auto run = live::run_command("cd " + folder.path().string() +
                                       " && PATH=" + program.substr(0, program.rfind('/')) +
                                       ":$PATH sh -eux runbook.sh");
    EXPECT_EQ(run.status, 0) << run.output;
    EXPECT_NE(run.output.find("issuing.pem: OK"), std::string::npos) << run.output;
    EXPECT_NE(run.output.find("seal.pem: OK"), std::string::npos);
    EXPECT_NE(run.output.find("Key Compromise"), std::string::npos) << run.output;
    EXPECT_EQ(live::run_command("ls " + (folder.path() / "seal-outside").string()).output,
              "seal.csr\nseal.key\n");
}

TEST(Runbook, HsmDoesWhatItSays) {
    const std::string commands = commands_of(SONGDA_SOURCE_DIR "/docs/operating/hsm.md");
    ASSERT_GT(std::count(commands.begin(), commands.end(), '\n'), 8);
    const live::Service service; // its configuration is what the page changes
    const fakes::SoftToken soft("another");
    const std::string folder = service.folder();
    const auto seal = fakes::sample_seal();
    std::filesystem::copy_file(seal.seal_key, folder + "/seal.key");
    std::filesystem::copy_file(seal.qr_key, folder + "/qr.key");
    std::ofstream(folder + "/runbook.sh") << commands;
    const std::string program = SONGDA_PROGRAM;
    const auto run = live::run_command(
        "cd " + folder +
        " && head -n 2 " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >check.jsonl" +
        " && PATH=" + program.substr(0, program.rfind('/')) + ":$PATH sh -eux runbook.sh");
    EXPECT_EQ(run.status, 0) << run.output;
    EXPECT_NE(run.output.find("Signature is Valid"), std::string::npos) << run.output;
    EXPECT_NE(run.output.find("Private Key Object"), std::string::npos) << run.output;
}

} // namespace
} // namespace songda
