// `songda issue` beside the running service: it goes through it when it has a key, and says what to
// type when it has none; the files are the issued ones, a second run replays, refused rows are told
// and what may not be read is not downloaded.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::CommandResult;
using live::run_command;
using live::run_songda;
using live::run_verify;

class IssueCommand : public ::testing::Test {
protected:
    void SetUp() override {
        rows_ = service_.folder() / "rows.jsonl";
        const CommandResult cut =
            run_command("head -n 30 " SONGDA_SOURCE_DIR "/samples/decisions.jsonl >" + rows_);
        ASSERT_EQ(cut.status, 0) << cut.output;
    }
    void start() {
        ASSERT_TRUE(service_.start()) << service_.complaint();
        key_file_ = service_.folder() / "api-key";
        std::ofstream(key_file_) << service_.make_key() << '\n';
    }
    [[nodiscard]] std::string out() const { return service_.folder() / "pdf"; }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(service_.port());
    }
    CommandResult issue(const std::string& rest) {
        return run_songda("issue " + rows_ + " --out " + out() + " -c " + service_.config() + ' ' +
                          rest);
    }
    [[nodiscard]] std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(out())) {
            EXPECT_EQ(entry.path().extension(), ".pdf") << entry.path();
            ++count;
        }
        return count;
    }
    static bool says(const CommandResult& result, const std::string& words) {
        return result.output.find(words) != std::string::npos;
    }

    live::Service service_;
    std::string rows_;
    std::string key_file_;
};

TEST_F(IssueCommand, GoesThroughTheServiceAndDownloadsWhatWasIssued) {
    start();
    const CommandResult done = issue("--url " + url() + " --key " + key_file_);
    EXPECT_EQ(done.status, 0) << done.output;
    EXPECT_TRUE(says(done, "issued 30 ")) << done.output;
    EXPECT_EQ(files(), 30U);
    const CommandResult genuine =
        run_verify("--trust " + fakes::sample_keys_folder() + "/trust " + out() + "/*.pdf");
    EXPECT_EQ(genuine.status, 0) << genuine.output;
    const CommandResult again = issue("--url " + url() + " --key " + key_file_);
    EXPECT_EQ(again.status, 0) << again.output;
    EXPECT_TRUE(says(again, "issued 0 ") && says(again, "replayed 30 ")) << again.output;
    EXPECT_EQ(files(), 30U);
    EXPECT_EQ(service_.stop(), 0);
    // The same rows by itself: the same documents, byte for byte.
    const std::string listing = run_command("sha256sum " + out() + "/*.pdf").output;
    const CommandResult alone = issue("");
    EXPECT_TRUE(says(alone, "replayed 30 ")) << alone.output;
    EXPECT_EQ(run_command("sha256sum " + out() + "/*.pdf").output, listing);
}

TEST_F(IssueCommand, WithoutAFolderTheFilesStayInTheStore) {
    const CommandResult alone = run_songda("issue " + rows_ + " -c " + service_.config());
    EXPECT_EQ(alone.status, 0) << alone.output;
    EXPECT_TRUE(says(alone, "issued 30 ")) << alone.output;
    start();
    const CommandResult there = run_songda("issue " + rows_ + " -c " + service_.config() +
                                           " --url " + url() + " --key " + key_file_);
    EXPECT_EQ(there.status, 0) << there.output;
    EXPECT_TRUE(says(there, "issued 0 ") && says(there, "replayed 30 ")) << there.output;
    EXPECT_FALSE(std::filesystem::exists(out()));
}

TEST_F(IssueCommand, HeldStoreIsNoObstacleWithAKey) {
    start();
    // As an operator has it: the port of the running service stands in the configuration.
    const std::string config = service_.folder() / "with-port.toml";
    const CommandResult made =
        run_command("sed 's/^port = 0/port = " + std::to_string(service_.port()) + "/' " +
                    service_.config() + " >" + config);
    ASSERT_EQ(made.status, 0);
    const CommandResult done =
        run_songda("issue " + rows_ + " --out " + out() + " -c " + config + " --key " + key_file_);
    EXPECT_EQ(done.status, 0) << done.output;
    EXPECT_TRUE(says(done, "through the service at 127.0.0.1:")) << done.output;
    EXPECT_EQ(files(), 30U);
}

TEST_F(IssueCommand, HeldStoreWithoutAKeyIsToldTheNextStep) {
    start();
    const CommandResult held = issue("");
    EXPECT_EQ(held.status, 2) << held.output;
    EXPECT_TRUE(says(held, "store is in use by process")) << held.output;
    EXPECT_TRUE(says(held, "songda key add -c " + service_.config() + " -d " +
                               fakes::department.text + " >api-key"))
        << held.output;
    EXPECT_TRUE(
        says(held, "songda issue " + rows_ + " --out " + out() + " --url http://127.0.0.1:"))
        << held.output;
    EXPECT_TRUE(says(held, "--key api-key")) << held.output;
    EXPECT_EQ(files(), 0U);
    const CommandResult kept = run_songda("issue " + rows_ + " -c " + service_.config());
    EXPECT_TRUE(says(kept, "songda issue " + rows_ + " --url http://127.0.0.1:"))
        << "no folder was asked for: " << kept.output;
}

TEST_F(IssueCommand, RefusedRowsAreToldAndTheOthersIssued) {
    start();
    std::ofstream(rows_, std::ios::app) << "{\"broken\": \n";
    const CommandResult done = issue("--url " + url() + " --key " + key_file_);
    EXPECT_EQ(done.status, 1) << done.output;
    EXPECT_TRUE(says(done, "row 31:  [json]")) << done.output;
    EXPECT_TRUE(says(done, "issued 30 ") && says(done, "refused 1 ")) << done.output;
    EXPECT_EQ(files(), 30U);
}

TEST_F(IssueCommand, WrongWordsAreNamedAndDoNothing) {
    for (const auto& [words, told] : std::vector<std::pair<std::string, std::string>>{
             {"key add -c " + service_.config() + " -d " + fakes::department.text + " --scope all",
              "--scope: all not in {issue,read,approve,status}"},
             {"frob", "no such command: frob"},
             {"", "a command is needed"}}) {
        const CommandResult refused = run_songda(words);
        EXPECT_EQ(refused.status, 2) << words << refused.output;
        EXPECT_TRUE(says(refused, told)) << refused.output;
    }
}

class IssueOverTls : public IssueCommand {
protected:
    IssueOverTls() {
        live::Service::Options options;
        options.tls = true;
        tls_ = std::make_unique<live::Service>(options);
    }
    void SetUp() override {
        IssueCommand::SetUp();
        ASSERT_TRUE(tls_->start()) << tls_->complaint();
        key_file_ = tls_->folder() / "api-key";
        std::ofstream(key_file_) << tls_->make_key() << '\n';
    }
    [[nodiscard]] std::string url(const std::string& host = "localhost") const {
        return " --url https://" + host + ':' + std::to_string(tls_->port()) + ' ';
    }
    [[nodiscard]] static std::string root() {
        return " --ca " + fakes::sample_keys_folder() + "/root.pem";
    }
    [[nodiscard]] static std::string certificate() {
        const std::string own =
            fakes::sample_keys_folder() + '/' + fakes::department.text + "/client";
        return " --client-certificate " + own + ".pem --client-key " + own + ".key";
    }

    std::unique_ptr<live::Service> tls_;
};

TEST_F(IssueOverTls, WithAKeyOrTheDepartmentsCertificate) {
    const CommandResult done = issue(url() + "--key " + key_file_ + root());
    EXPECT_EQ(done.status, 0) << done.output;
    EXPECT_TRUE(says(done, "issued 30 ")) << done.output;
    EXPECT_EQ(files(), 30U);
    const CommandResult again = issue(url("127.0.0.1") + certificate() + root());
    EXPECT_EQ(again.status, 0) << again.output;
    EXPECT_TRUE(says(again, "replayed 30 ")) << again.output;
}

TEST_F(IssueOverTls, ServerThatDoesNotVerifyIsSentNothing) {
    const CommandResult unknown = issue(url() + "--key " + key_file_);
    EXPECT_EQ(unknown.status, 2);
    EXPECT_TRUE(says(unknown, "does not verify: "))
        << "the system does not know the sample root: " << unknown.output;
    const CommandResult other_name =
        issue(url("localhost.localdomain") + "--key " + key_file_ + root());
    EXPECT_EQ(other_name.status, 2) << other_name.output;
    EXPECT_FALSE(says(other_name, "issued 30")) << other_name.output;
    const CommandResult loopback = issue(url("127.0.0.2") + "--key " + key_file_ + root());
    EXPECT_EQ(loopback.status, 2) << loopback.output;
    EXPECT_EQ(files(), 0U);
}

TEST_F(IssueOverTls, WrongFilesAndWordsAreNamed) {
    for (const auto& [words, told] : std::vector<std::pair<std::string, std::string>>{
             {url() + "--key " + key_file_ + " --ca /nowhere.pem", "/nowhere.pem: cannot be read"},
             {url() + root() + " --client-certificate /nowhere.pem --client-key /nowhere.key",
              "/nowhere.pem: cannot be read"},
             {url() + root() + " --client-certificate /nowhere.pem", "--client-key"},
             {url() + root(), "--key FILE or --client-certificate FILE"},
             {"--url http://127.0.0.1:1 --key " + key_file_ + root(), "for an https service"}}) {
        const CommandResult refused = issue(words);
        EXPECT_EQ(refused.status, 2) << words;
        EXPECT_TRUE(says(refused, told)) << words << refused.output;
    }
}

TEST_F(IssueOverTls, HeldStoreIsToldTheHttpsAddress) {
    const CommandResult held =
        run_songda("issue " + rows_ + " --out " + out() + " -c " + tls_->config());
    EXPECT_EQ(held.status, 2);
    EXPECT_TRUE(says(held, "--url https://") && says(held, "--ca ROOT.pem")) << held.output;
}

TEST_F(IssueCommand, MissingFileOfTheConfigurationIsToldWithLineAndKey) {
    const CommandResult cut =
        run_command("sed -i 's#^qr_key = .*#qr_key = \"/nowhere/qr.key\"#' " + service_.config());
    ASSERT_EQ(cut.status, 0);
    for (const CommandResult& told : {issue(""), run_songda("serve -c " + service_.config())}) {
        EXPECT_EQ(told.status, 2);
        EXPECT_TRUE(says(told, "songda.toml:") &&
                    says(told, ": department[0].qr_key: /nowhere/qr.key: cannot be read"))
            << told.output;
    }
}

TEST_F(IssueCommand, WrongKeysAndAddressesAreNamed) {
    start();
    const std::string wrong = service_.folder() / "wrong-key";
    std::ofstream(wrong) << "ABCDEFGHJKMNPQRS.0000\n";
    const CommandResult refused = issue("--url " + url() + " --key " + wrong);
    EXPECT_EQ(refused.status, 2);
    EXPECT_TRUE(says(refused, "answered 401")) << refused.output;
    const std::string issuer = service_.folder() / "issue-only-key";
    std::ofstream(issuer) << service_.make_key("--scope issue");
    const CommandResult unread = issue("--url " + url() + " --key " + issuer);
    EXPECT_EQ(unread.status, 2);
    EXPECT_TRUE(says(unread, "it needs the scope read")) << unread.output;
    EXPECT_EQ(files(), 0U);
    for (const auto* address :
         {"ftp://localhost", "http://songda.example.org", "https://", "https://localhost:0",
          "http://", "http://:80", "http://127.0.0.1:0", "http://127.0.0.1:99999",
          "http://127.0.0.1:80x", "http://a@127.0.0.1:80"}) {
        const CommandResult bad = issue(std::string("--key ") + key_file_ + " --url " + address);
        EXPECT_EQ(bad.status, 2) << address << bad.output;
        EXPECT_TRUE(says(bad, "--url: ")) << address << bad.output;
    }
    const CommandResult nobody = issue("--key " + key_file_ + " --url http://127.0.0.1:1");
    EXPECT_EQ(nobody.status, 2);
    EXPECT_TRUE(says(nobody, "cannot connect")) << nobody.output;
    EXPECT_EQ(issue("--url " + url()).status, 2);
}

} // namespace
} // namespace songda
