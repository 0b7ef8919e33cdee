// Runs the commands of docs/operating/certificates.md, hsm.md, signer.md, compromise.md and
// seals.md as they stand on the page, in their order: a runbook that does not work is found here
// and not at two in the morning.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

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

/// Follows them in a folder, with two decisions to try things out on.
live::CommandResult follow(const std::string& commands, const std::string& folder) {
    std::ofstream(folder + "/runbook.sh") << commands;
    const std::string program = SONGDA_PROGRAM;
    return live::run_command(
        "cd " + folder +
        " && head -n 2 " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >check.jsonl" +
        " && PATH=" + program.substr(0, program.rfind('/')) + ":$PATH sh -eux runbook.sh");
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
    const auto run = follow(commands, folder);
    EXPECT_EQ(run.status, 0) << run.output;
    EXPECT_NE(run.output.find("Signature is Valid"), std::string::npos) << run.output;
    EXPECT_NE(run.output.find("Private Key Object"), std::string::npos) << run.output;
}

TEST(Runbook, SignerDoesWhatItSays) {
    const std::string commands = commands_of(SONGDA_SOURCE_DIR "/docs/operating/signer.md");
    ASSERT_GT(std::count(commands.begin(), commands.end(), '\n'), 20);
    const live::Service service; // its configuration is what the page changes
    const std::string folder = service.folder();
    const auto run = follow(commands, folder);
    EXPECT_EQ(run.status, 0) << run.output;
    EXPECT_NE(run.output.find("Signature is Valid"), std::string::npos) << run.output;
    EXPECT_EQ(
        live::run_command("grep -c '^seal_key\\|^qr_key\\|^key' " + folder + "/songda.toml").output,
        "0\n");
}

/// systemd's own reading of the units, with programs that are there.
TEST(Runbook, UnitsAreWhatSystemdTakes) {
    if (live::run_command("command -v systemd-analyze").status != 0) {
        GTEST_SKIP() << "systemd-analyze is not installed";
    }
    const fakes::TemporaryFolder folder;
    for (const auto* unit : {"songda", "songda-signer"}) {
        const std::string file = folder.path() / (std::string(unit) + ".service");
        ASSERT_EQ(
            live::run_command("sed 's#^ExecStart=[^ ]*#ExecStart=/bin/true#' " SONGDA_SOURCE_DIR
                              "/config/systemd/" +
                              std::string(unit) + ".service >" + file)
                .status,
            0);
    }
    for (const auto& [unit, exposure] : {std::pair("songda", 30), std::pair("songda-signer", 15)}) {
        const std::string file = folder.path() / (std::string(unit) + ".service");
        const auto read = live::run_command("systemd-analyze verify --man=no " + file);
        EXPECT_EQ(read.output.find(unit), std::string::npos) << read.output;
        EXPECT_EQ(read.status, 0) << read.output;
        const auto judged = live::run_command(
            "systemd-analyze security --offline=true --threshold=" + std::to_string(exposure) +
            ' ' + file);
        EXPECT_EQ(judged.status, 0) << judged.output;
    }
}

/// A department that is its own authority, with a seal of it, has issued something.
constexpr std::string_view before_the_theft = R"(
mkdir -m 700 secrets
(umask 077 && openssl rand -base64 24 >secrets/root && openssl rand -base64 24 >secrets/issuing)
songda pki init --folder authority --name 示例省根证书 --issuing-name 示例省签发证书 --organization 示例省政务服务管理办公室 \
    --address http://pki.example.gov.cn --domain example.gov.cn --policy 1.2.156.99999.1 \
    --passphrase-file secrets/issuing --root-passphrase-file secrets/root
songda pki seal --folder authority --department 11320199014138860W --name 示例市行政审批局 --out seal-old \
    --passphrase-file secrets/issuing
cp seal-old/seal.pem seal.pem
sed -i 's|^seal_key = .*|seal_key = "seal-old/seal.key"|; s|^qr_key = .*|qr_key = "seal-old/qr.key"|' songda.toml
sed -i 's|^seal_certificate = .*|seal_certificate = "seal-old/seal.pem"|' songda.toml
songda issue before.jsonl -c songda.toml --out before
)";

TEST(Runbook, CompromiseDoesWhatItSays) {
    const std::string commands = commands_of(SONGDA_SOURCE_DIR "/docs/operating/compromise.md");
    ASSERT_GT(std::count(commands.begin(), commands.end(), '\n'), 8);
    live::Service service;
    const std::string folder = service.folder();
    const auto run =
        follow("sed -n 3,4p " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >before.jsonl" +
                   std::string(before_the_theft) + commands,
               folder);
    ASSERT_EQ(run.status, 0) << run.output;
    EXPECT_NE(run.output.find("已失密 compromised since 2026-11-01"), std::string::npos)
        << run.output;
    ASSERT_TRUE(service.start()) << service.complaint();
    std::ofstream(folder + "/keys.json")
        << service.client()
               .value()
               .send("GET", "/.well-known/songda-keys.json", {}, "")
               .value()
               .body;
    const auto code_of_first_in = [&](const std::string& issued) {
        return live::run_command("cd " + folder + " && for f in " + issued +
                                 "/*.pdf; do pdftoppm -r 150 -png -singlefile $f page; break; done "
                                 "&& " +
                                 std::string(SONGDA_PROGRAM) +
                                 "-verify --json --keys keys.json --qr "
                                 "\"$(zbarimg -q --raw page.png)\"")
            .output;
    };
    EXPECT_NE(code_of_first_in("before").find("key_compromised"), std::string::npos)
        << code_of_first_in("before");
    EXPECT_NE(code_of_first_in("check").find("key_listed"), std::string::npos)
        << code_of_first_in("check");
}

/// `# as zhang` on the page: from there on under that login, as sudo tells it.
std::string with_logins(const std::string& commands) {
    std::istringstream in(commands);
    std::string script = "sudo() { \"$@\"; }\n";
    constexpr std::string_view mark = "# as ";
    for (std::string line; std::getline(in, line);) {
        script += line.starts_with(mark)
                      ? "export SUDO_UID=1 SUDO_USER=" + line.substr(mark.size()) + '\n'
                      : line + '\n';
    }
    return script;
}

TEST(Runbook, SealsDoesWhatItSays) {
    if (getuid() != 0) {
        GTEST_SKIP() << "only root is believed who it was before";
    }
    const std::string commands = commands_of(SONGDA_SOURCE_DIR "/docs/operating/seals.md");
    ASSERT_GT(std::count(commands.begin(), commands.end(), '\n'), 25);
    const live::Service service; // its configuration is what the page changes
    const std::string folder = service.folder();
    std::filesystem::copy_file(fakes::sample_seal().seal_key, folder + "/seal.key");
    const auto run = follow(with_logins(commands), folder);
    ASSERT_EQ(run.status, 0) << run.output;
    const auto states = live::run_command("cd " + folder +
                                          " && " SONGDA_PROGRAM
                                          " seal list --json -c songda.toml | jq -r '.[] | .seal, "
                                          ".state, .kind, (.steps | map(.by) | join(\" \"))'");
    const std::string zhang = "operator:zhang ";
    const std::string li = "operator:li ";
    const std::string wang = "operator:wang ";
    EXPECT_EQ(states.output, "11320199014138860W-1\nretired\napproval\n" + zhang + zhang + li +
                                 wang + wang + li + wang + wang + li +
                                 "operator:li\n11320199014138860W-2\nretired\napproval\n" + zhang +
                                 zhang + li + "operator:li\n");
}

} // namespace
} // namespace songda
