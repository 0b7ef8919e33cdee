// songda template beside a running service: what is published issues the next document without a
// restart, what is withdrawn gives its place back, what is scheduled waits; documents of an edition
// that was withdrawn stay genuine; an edition that the service cannot use is told and harms
// nothing; who wrote one does not publish it.
#include <fstream>
#include <sstream>
#include <thread>

#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/check.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::CommandResult;
using live::run_command;
using live::run_songda;

constexpr const char* today = "SPJY@320100 --document 示审发〔2026〕9号";

class TemplateCommands : public ::testing::Test {
protected:
    explicit TemplateCommands(bool four_eyes = false) : service_(options(four_eyes)) {}
    static live::Service::Options options(bool four_eyes) {
        live::Service::Options made;
        made.four_eyes = four_eyes;
        return made;
    }
    void SetUp() override {
        ASSERT_TRUE(service_.start()) << service_.complaint();
        credential_ = "Bearer " + service_.make_key();
        std::ifstream own(SONGDA_SOURCE_DIR "/templates/food-business-licence/template.toml");
        for (std::string line; std::getline(own, line);) {
            if (line.starts_with("version = ")) {
                own_version_ = std::stoi(line.substr(10));
            }
        }
        ASSERT_TRUE(own_version_ > 0 && own_version_ < 7) << "the versions below are greater";
        floor_ += std::to_string(own_version_);
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        for (std::string line; std::getline(in, line);) {
            if (line.find("\"template\": \"food-business-licence\"") != std::string::npos) {
                rows_.push_back(line);
            }
        }
    }
    CommandResult run(const std::string& words) {
        return run_songda("template " + words + " -c " + service_.config());
    }
    static bool says(const std::string& text, const std::string& words) {
        return text.find(words) != std::string::npos;
    }
    /// A copy of the sample licence for the city, with other words in it.
    std::string folder(int version, const std::string& id = "food-business-licence",
                       const std::string& text = "编号 {number}") {
        const std::string made = service_.folder() / (id + '-' + std::to_string(version));
        SONGDA_CHECK(
            run_command("cp -r " SONGDA_SOURCE_DIR "/templates/food-business-licence " + made)
                .status == 0);
        std::ostringstream before;
        before << std::ifstream(made + "/template.toml").rdbuf();
        std::string toml = before.str();
        const auto put = [&toml](const std::string& key, const std::string& value) {
            const std::size_t at = toml.find("\n" + key + " = ") + 1;
            toml.replace(at, toml.find('\n', at) - at, key + " = " + value);
        };
        put("version", std::to_string(version));
        put("id", '"' + id + '"');
        if (id != "food-business-licence") {
            put("number", "\"X{sequence:6}\"");
        }
        toml += "\n[[text]]\ntext = \"" + text +
                "\"\nstyle = \"song\"\nsize_pt = 6\nx_mm = 20\ny_mm = 200\nwidth_mm = 60\n"
                "[scope]\narea = \"320100\"\n";
        std::ofstream(made + "/template.toml") << toml;
        return made;
    }
    void publish(const std::string& path, const std::string& words = today) {
        for (const std::string& step :
             {"add " + path, std::string("submit SPJY@320100"), "publish " + words}) {
            const CommandResult done = run(step);
            ASSERT_EQ(done.status, 0) << done.output;
        }
    }
    http::Response ask(const std::string& method, const std::string& path,
                       const std::string& body = {}) {
        auto client = service_.client();
        SONGDA_CHECK(client.ok());
        const auto answer = client.value().send(
            method, path, {{"Authorization", credential_}, {"Content-Type", "application/json"}},
            body);
        SONGDA_CHECK(answer.ok());
        return answer.value();
    }
    /// `id@version` of the next document, or the rule that refused it.
    std::string issued(const std::string& wanted = "") {
        std::string row = rows_.at(next_++);
        const std::string named = "\"template\": \"food-business-licence\"";
        row.replace(row.find(named), named.size(), wanted.empty() ? named : wanted);
        const auto answer = nlohmann::json::parse(ask("POST", "/api/v1/documents", row).body);
        if (!answer.contains("template")) {
            return answer.contains("findings") ? answer["findings"][0].dump() : answer.dump();
        }
        key_ = answer["key"];
        id_ = answer["id"];
        return answer["template"];
    }
    /// The service looks every second.
    bool becomes(const std::string& full_name, const std::string& wanted = "") {
        for (int tries = 0; tries < 60; ++tries) {
            if (issued(wanted) == full_name) {
                return true;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(250));
        }
        return false;
    }
    [[nodiscard]] std::string verified(const std::string& key) {
        return ask("GET", "/api/v1/verify/" + key).body;
    }

    live::Service service_;
    std::string credential_;
    std::vector<std::string> rows_;
    std::size_t next_ = 0;
    std::string key_;
    std::string id_;
    int number_ = 1; ///< of the last edition
    int own_version_ = 0;
    std::string floor_ = "food-business-licence@"; ///< of the configuration's folder
};

TEST_F(TemplateCommands, PublishedOneIssuesWithoutARestartAndWithdrawnOneGivesBack) {
    ASSERT_EQ(issued(), floor_);
    publish(folder(8));
    ASSERT_TRUE(becomes("food-business-licence@8"));
    EXPECT_EQ(issued("\"document_type\": \"SPJY\""), "food-business-licence@8");
    const std::string of_eight = key_;
    const std::string id_of_eight = id_;
    publish(folder(9), std::string(today) + " --from 2099-01-01");
    const std::string list = run("list").output;
    EXPECT_TRUE(says(list, "food-business-licence@8  施行中 in force")) << list;
    EXPECT_TRUE(says(list, "food-business-licence@9  待施行 scheduled")) << list;
    EXPECT_TRUE(says(list, "示例市行政审批局")) << list;
    publish(folder(10));
    ASSERT_TRUE(becomes("food-business-licence@10"));
    EXPECT_TRUE(says(run("list SPJY@320100").output, "已被替代 superseded"));
    ASSERT_EQ(run("withdraw SPJY@320100 --edition 3 --reason 有误").status, 0);
    ASSERT_TRUE(becomes("food-business-licence@8"));
    ASSERT_EQ(run("withdraw SPJY@320100 --edition 1 --reason 有误").status, 0);
    ASSERT_TRUE(becomes(floor_)) << "the configuration's is the floor";
    EXPECT_TRUE(says(verified(of_eight), "\"integrity\":{\"answer\":\"yes\""))
        << verified(of_eight);

    ASSERT_EQ(service_.stop(), 0); // and after a restart
    ASSERT_TRUE(service_.start());
    const std::string file = service_.folder() / "eight.pdf";
    std::ofstream(file, std::ios::binary)
        << ask("GET", "/api/v1/documents/" + id_of_eight + "/file").body;
    const CommandResult uploaded = run_command("curl -s -F file=@" + file + " http://127.0.0.1:" +
                                               std::to_string(service_.port()) + "/verify");
    EXPECT_TRUE(says(uploaded.output, "class=\"answer yes\"")) << uploaded.output;
    EXPECT_TRUE(says(verified(of_eight), "\"integrity\":{\"answer\":\"yes\""));
    const CommandResult checked = run_songda("check-store -c " + service_.config());
    EXPECT_EQ(checked.status, 0) << checked.output;
}

TEST_F(TemplateCommands, AnotherIdTakesThePlaceAndIsNamed) {
    publish(folder(1, "city-food-licence"));
    ASSERT_TRUE(becomes("city-food-licence@1", "\"document_type\": \"SPJY\""));
    const std::string refused = issued();
    EXPECT_TRUE(says(refused, "superseded") && says(refused, "city-food-licence")) << refused;
    EXPECT_EQ(issued("\"template\": \"city-food-licence\""), "city-food-licence@1");
}

TEST_F(TemplateCommands, VersionsAndNumbersAreNobodyElses) {
    publish(folder(8));
    const auto refused = [&](const std::string& path) {
        EXPECT_EQ(run("add " + path).status, 0);
        const CommandResult submitted = run("submit SPJY@320100");
        EXPECT_EQ(submitted.status, 1) << submitted.output;
        EXPECT_EQ(
            run("withdraw SPJY@320100 --edition " + std::to_string(++number_) + " --reason 重做")
                .status,
            0);
        return submitted.output;
    };
    EXPECT_TRUE(says(refused(folder(7)), "must be greater than 8"));
    std::filesystem::remove_all(service_.folder() / "food-business-licence-8");
    EXPECT_TRUE(says(refused(folder(8, "food-business-licence", "号 {number}")),
                     "food-business-licence@8 is there with other content"));
    EXPECT_TRUE(says(refused(folder(own_version_)), floor_ + " is there with other content"));
    const std::string other = folder(1, "other");
    ASSERT_EQ(run_command("sed -i 's/^number = .*/number = "
                          "\"JY1{department.region}{sequence:6}{check}\"/' " +
                          other + "/template.toml")
                  .status,
              0);
    EXPECT_TRUE(says(refused(other), "its numbers would be given twice"));
    const std::string nowhere = folder(11);
    ASSERT_EQ(run_command("sed -i 's/^area = .*/area = \"329900\"/' " + nowhere + "/template.toml")
                  .status,
              0);
    EXPECT_TRUE(says(run("add " + nowhere).output, "名录中没有这个区划"));
}

TEST_F(TemplateCommands, WhatTheServiceCannotUseIsToldAndHarmsNothing) {
    // Published beside another configuration, in which nobody takes the type: so nobody's facts
    // were looked at.
    const std::string other = service_.folder() / "other.toml";
    ASSERT_EQ(run_command("sed 's/^templates = /published_types = []\\n&/' " + service_.config() +
                          " >" + other)
                  .status,
              0);
    const std::string path = folder(8, "food-business-licence", "{department.contact}");
    EXPECT_TRUE(says(run("add " + path).output, "department.contact"));
    for (const std::string step : {"submit SPJY@320100", "publish SPJY@320100 --document x"}) {
        const CommandResult done = run_songda("template " + step + " -c " + other);
        ASSERT_EQ(done.status, 0) << done.output;
    }
    std::string ready;
    for (int tries = 0; tries < 60 && !says(ready, "cannot be used"); ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(250));
        ready = ask("GET", "/readyz").body;
    }
    EXPECT_TRUE(says(ready, "ready; 1 published templates cannot be used")) << ready;
    EXPECT_TRUE(says(ask("GET", "/metrics").body, "songda_templates_failing 1"));
    EXPECT_TRUE(says(service_.complaint(), "template_unusable")) << service_.complaint();
    EXPECT_EQ(issued(), floor_);
    ASSERT_EQ(run("withdraw SPJY@320100 --reason 有误").status, 0);
    for (int tries = 0; tries < 60 && says(ready, "cannot be used"); ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(250));
        ready = ask("GET", "/readyz").body;
    }
    EXPECT_EQ(ready, "ready\n");
}

TEST_F(TemplateCommands, WhatIsShownComesBackAsAFolder) {
    const std::string path = folder(8);
    publish(path);
    EXPECT_TRUE(says(run("show SPJY@320100").output, "border.pdf"));
    const std::string out = service_.folder() / "out";
    ASSERT_EQ(run("show SPJY@320100 --out " + out).status, 0);
    EXPECT_EQ(run_command("diff -r " + path + ' ' + out + "/food-business-licence").output, "");
    EXPECT_EQ(run("show SPJY@320100 --out " + out).status, 2) << "nothing is written over";
}

class FourEyes : public TemplateCommands {
protected:
    FourEyes() : TemplateCommands(true) {}
};

TEST_F(FourEyes, WhoWroteAnEditionDoesNotPublishIt) {
    if (getuid() != 0) {
        GTEST_SKIP() << "only root can be somebody else";
    }
    const std::string path = folder(8);
    const auto as = [&](const std::string& who, const std::string& words) {
        return run_command("SUDO_USER=" + who + " SUDO_UID=1 " SONGDA_PROGRAM " template " + words +
                           " -c " + service_.config());
    };
    ASSERT_EQ(as("zhang", "add " + path).status, 0);
    ASSERT_EQ(as("zhang", "submit SPJY@320100").status, 0);
    const CommandResult own = as("zhang", "publish SPJY@320100 --document x");
    EXPECT_EQ(own.status, 2);
    EXPECT_TRUE(says(own.output, "operator:zhang") && says(own.output, "起草人不能公布"))
        << own.output;
    EXPECT_EQ(as("li", "publish SPJY@320100 --document x").status, 0);
    EXPECT_TRUE(becomes("food-business-licence@8"));
}

} // namespace
} // namespace songda
