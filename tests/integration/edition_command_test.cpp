// songda items and songda guide on a real store: a list and a guide are drafted, reviewed and
// published with the number of their document; a guide that breaks a rule or differs from the list
// in force goes no further; what to withdraw must be named when several could be.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::CommandResult;
using live::run_songda;

class EditionCommands : public ::testing::Test {
protected:
    static constexpr const char* code = "1132019900000100023320100002000";
    static constexpr const char* samples = SONGDA_SOURCE_DIR "/samples/";

    void SetUp() override {
        ASSERT_TRUE(service_.start()) << service_.complaint();
        ASSERT_EQ(service_.stop(), 0); // the store is there
    }
    CommandResult run(const std::string& words) {
        return run_songda(words + " -c " + service_.config());
    }
    static bool says(const CommandResult& result, const std::string& words) {
        return result.output.find(words) != std::string::npos;
    }
    /// The sample guide with other words in it.
    std::string changed_guide(const std::string& from, const std::string& to) {
        std::ostringstream text;
        text << std::ifstream(std::string(samples) + "guides/food-business-licence.toml").rdbuf();
        std::string guide = text.str();
        guide.replace(guide.find(from), from.size(), to);
        const std::string path = service_.folder() / "guide.toml";
        std::ofstream(path) << guide;
        return path;
    }
    void publish_items() {
        ASSERT_EQ(run(std::string("items add ") + samples + "items/example-city.csv --name 320199")
                      .status,
                  0);
        ASSERT_EQ(run("items submit 320199").status, 0);
        ASSERT_EQ(run("items publish 320199 --document 示审发〔2026〕1号").status, 0);
    }

    live::Service service_;
};

TEST_F(EditionCommands, ListAndGuideArePublishedStepByStep) {
    publish_items();
    EXPECT_TRUE(says(run("items list"), "示审发〔2026〕1号"));
    const std::string guide = std::string(samples) + "guides/food-business-licence.toml";
    EXPECT_TRUE(says(run("guide add " + guide), "songda guide submit"));
    EXPECT_EQ(run(std::string("guide publish ") + code + " --document x").status, 2)
        << "nobody has reviewed it";
    EXPECT_EQ(run(std::string("guide submit ") + code).status, 0);
    EXPECT_EQ(run(std::string("guide return ") + code + " --reason 材料名称有误").status, 0);
    EXPECT_EQ(run(std::string("guide submit ") + code).status, 0);
    const CommandResult published =
        run(std::string("guide publish ") + code + " --document 示审发〔2026〕2号");
    EXPECT_EQ(published.status, 0) << published.output;
    EXPECT_TRUE(says(run("guide list"), "示审发〔2026〕2号"));
    EXPECT_TRUE(says(run(std::string("guide show ") + code), "本审批事项不收费"));
}

TEST_F(EditionCommands, GuideThatBreaksARuleOrDiffersFromTheListGoesNoFurther) {
    const std::string vague = changed_guide("本审批事项不收费", "不收费");
    EXPECT_EQ(run_songda("guide check " + vague).status, 1);
    ASSERT_EQ(run("guide add " + vague).status, 0);
    EXPECT_TRUE(says(run(std::string("guide submit ") + code), "[G10.free]"));
    ASSERT_EQ(
        run("guide add " + changed_guide("name = \"食品经营许可\"", "name = \"食品许可\"")).status,
        0);
    EXPECT_EQ(run(std::string("guide submit ") + code).status, 0) << "no list is in force yet";
    publish_items();
    EXPECT_TRUE(
        says(run(std::string("guide publish ") + code + " --document x"), "[G01.power_list]"));
}

TEST_F(EditionCommands, WhatToWithdrawIsNamedWhenSeveralCouldBe) {
    const std::string guide = std::string(samples) + "guides/food-business-licence.toml";
    ASSERT_EQ(run("guide add " + guide).status, 0);
    ASSERT_EQ(run("guide add " + guide).status, 0);
    const std::string withdraw = std::string("guide withdraw ") + code + " --reason 有误";
    EXPECT_EQ(run(withdraw).status, 2);
    EXPECT_EQ(run(withdraw + " --edition 1").status, 0);
    EXPECT_EQ(run(withdraw).status, 0) << "only one is left";
}

TEST_F(EditionCommands, ListNeedsTheCodeOfItsArea) {
    const std::string add = std::string("items add ") + samples + "items/example-city.csv";
    EXPECT_TRUE(says(run(add), "--name"));
    EXPECT_TRUE(says(run(add + " --name 示例市"), "no area has the code"));
    EXPECT_EQ(run(add + " --name 320198").status, 2) << "nor is this one in the register";
}

TEST_F(EditionCommands, ListIsHeldAgainstRegisterPowersAndUpperLevel) {
    const std::string city = std::string(samples) + "items/example-city.csv";
    const std::string province = std::string(samples) + "items/province.csv";
    ASSERT_EQ(run("items add " + province + " --name 320000").status, 0);
    ASSERT_EQ(run("items submit 320000").status, 0);
    ASSERT_EQ(run("items publish 320000 --document 苏审改办〔2026〕1号").status, 0);
    const CommandResult covered = run("items add " + city + " --name 320199");
    EXPECT_TRUE(says(covered, "20 of 20 items of 320000 covered, 0 names differ, 2 local"))
        << covered.output;
    EXPECT_TRUE(says(run("items add " + city + " --name 320100"), "审批部门 was not compared"))
        << "the register has no department of 南京市";
    EXPECT_TRUE(says(run("items add " + province + " --name 320199"), "[department_unknown]"))
        << "示例省 departments are none of the city's";

    ASSERT_EQ(run("power add " + province + " --name 320000").status, 0);
    ASSERT_EQ(run("power submit 320000").status, 0);
    ASSERT_EQ(run("power publish 320000 --document 苏审改办〔2026〕2号").status, 0);
    EXPECT_TRUE(says(run("items submit 320199 --edition 1"), "[power_code]"))
        << "the city's two own items are in no list of powers yet (S44)";
    ASSERT_EQ(run("power add " + city + " --name 320199").status, 0);
    ASSERT_EQ(run("power submit 320199").status, 0);
    ASSERT_EQ(run("power publish 320199 --document 示审改办〔2026〕1号").status, 0);
    EXPECT_EQ(run("items submit 320199 --edition 1").status, 0);
}

} // namespace
} // namespace songda
