// Profiles and sets of rules are read whole: every fault of every file is told at once, with line
// and key; those that ship name a law, an article and the words of each rule.
#include "catalogue/profile.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/fakes/temporary_folder.hpp"

namespace songda::catalogue {
namespace {

const Profiles& shipped() {
    static const auto read = Profiles::read(SONGDA_SOURCE_DIR "/catalogue/profiles");
    EXPECT_TRUE(read.ok()) << read.error().detail;
    return read.value();
}

std::string with_rule(const std::string& rule) {
    return "code = \"BZ\"\ntitle = \"补正\"\nname = \"n\"\n[[basis]]\nlaw = \"法\"\narticle = "
           "\"第一条\"\n[[rule]]\nid = \"BZ.a\"\nquote = \"q\"\nsource = \"s\"\nzh = \"z\"\nen = "
           "\"e\"\n" +
           rule;
}

void expect_told(const std::string& text, std::initializer_list<const char*> parts) {
    const auto read = parse_profile(text, "BZ.toml", {});
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().fault, Fault::invalid_input);
    for (const char* const part : parts) {
        EXPECT_NE(read.error().detail.find(part), std::string::npos) << part << " in\n"
                                                                     << read.error().detail;
    }
}

TEST(Profile, EveryTypeOfDocumentHasItsProfile) {
    for (const std::string_view code : {"BZ", "SL", "BYSL", "RQ", "TBCX", "ZY", "BZY", "YX", "BG",
                                        "CH", "CX", "ZX", "ZZ", "JZ", "HZ"}) {
        EXPECT_NE(shipped().find(code), nullptr) << code;
    }
    EXPECT_EQ(shipped().all().size(), 15U);
    EXPECT_EQ(shipped().find("补正"), nullptr);
    EXPECT_EQ(shipped().find("BZ")->title, "补正材料通知书");
}

TEST(Profile, FilesAreNamedByTheCodeInThem) {
    for (const auto& [code, profile] : shipped().all()) {
        EXPECT_TRUE(
            std::filesystem::exists(SONGDA_SOURCE_DIR "/catalogue/profiles/" + code + ".toml"))
            << code;
        for (const ProfileBasis& basis : profile.basis) {
            EXPECT_NE(basis.article, "") << code;
        }
    }
}

TEST(Profile, IncludedRulesStandWhereTheyAreNamedAndTakeTheCondition) {
    ProfileRule court;
    court.id = "remedies.court";
    const RuleSets sets = {{"remedies", {court}}};
    const auto read = parse_profile(
        with_rule("kind = \"present\"\nmembers = [\"a\"]\n[[include]]\nset = \"remedies\"\nwhen = "
                  "\"outcome\"\nis = [\"不准予\"]\n"),
        "BZ.toml", sets);
    ASSERT_TRUE(read.ok()) << read.error().detail;
    const auto& rules = read.value().rules;
    ASSERT_EQ(rules.size(), 2U);
    EXPECT_EQ(rules[0].id, "remedies.court");
    ASSERT_EQ(rules[0].conditions.size(), 1U);
    EXPECT_EQ(rules[0].conditions[0].member, "outcome");
    EXPECT_EQ(rules[0].conditions[0].is, std::vector<std::string>{"不准予"});
    EXPECT_EQ(rules[1].id, "BZ.a");
}

TEST(Profile, AllThatIsWrongIsToldWithLineAndKey) {
    expect_told("code = \"bz\"\ntitle = 1\nnick = \"a\"\n[[include]]\nset = \"none\"\n[[rule]]\n"
                "id = \"a\"\nkind = \"perhaps\"\nmembers = []\n",
                {"BZ.toml:1: code", "BZ.toml:2: title", "BZ.toml:3: nick", "name", "basis", "set",
                 "BZ.toml:8: ", "kind", "BZ.toml:9: ", "members", "quote", "source", "zh", "en"});
    expect_told("code =", {"BZ.toml:1"});
}

TEST(Profile, AKindOfRuleHasItsOwnKeysAndNoOther) {
    expect_told(with_rule("kind = \"rows\"\nmembers = [\"items\"]\n"), {"columns"});
    expect_told(with_rule("kind = \"rows\"\nmembers = [\"items\"]\ncolumns = [\"\"]\n"),
                {"columns"});
    expect_told(with_rule("kind = \"choice\"\nmembers = [\"a\"]\n"), {"words"});
    expect_told(with_rule("kind = \"refuses\"\nmembers = [\"a\"]\nwords = []\n"), {"words"});
    expect_told(with_rule("kind = \"form\"\nmembers = [\"a\"]\n"), {"form"});
    expect_told(with_rule("kind = \"form\"\nform = \"year\"\nmembers = [\"a\"]\n"), {"form"});
    expect_told(with_rule("kind = \"not_after\"\nmembers = [\"a\"]\n"), {"than"});
    expect_told(with_rule("kind = \"present\"\nmembers = [\"a\"]\nthan = \"b\"\n"), {"than"});
    expect_told(with_rule("kind = \"present\"\nmembers = [\"a\"]\noptional = true\n"),
                {"optional"});
    expect_told(with_rule("kind = \"any\"\nmembers = [\"a\"]\nwords = [\"b\"]\n"), {"words"});
    expect_told(with_rule("kind = \"present\"\nmembers = [\"a\"]\nis = [\"b\"]\n"), {"is"});
}

TEST(Profile, AnIdStandsOnce) {
    const std::string rule = "kind = \"present\"\nmembers = [\"a\"]\n";
    expect_told(with_rule(rule +
                          "[[rule]]\nid = \"BZ.a\"\nquote = \"q\"\nsource = \"s\"\nzh = "
                          "\"z\"\nen = \"e\"\n" +
                          rule),
                {"BZ.toml:16: ", "BZ.a stands there twice"});
}

class ProfileFolder : public testing::Test {
protected:
    ProfileFolder() { std::filesystem::create_directories(folder_ + "/sets"); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ + '/' + name) << text;
    }

    fakes::TemporaryFolder own_;
    std::string folder_ = own_.path();
};

TEST_F(ProfileFolder, FaultsOfAllFilesAreToldAtOnce) {
    write("sets/a.toml", "[[rule]]\nid = \"\"\n");
    write("A.toml", "code = \"lower\"\n");
    write("B.toml", with_rule("kind = \"present\"\nmembers = [\"a\"]\n"));
    write("C.toml", with_rule("kind = \"present\"\nmembers = [\"a\"]\n"));
    const auto read = Profiles::read(folder_);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().fault, Fault::invalid_input);
    for (const char* const part : {"a.toml:2", "A.toml:1", "C.toml:1", "BZ is another profile's"}) {
        EXPECT_NE(read.error().detail.find(part), std::string::npos) << read.error().detail;
    }
    EXPECT_EQ(read.error().detail.find("B.toml:"), std::string::npos) << read.error().detail;
}

TEST_F(ProfileFolder, NoProfileIsNotFound) {
    write("README.md", "no profile");
    EXPECT_EQ(Profiles::read(folder_).error().fault, Fault::not_found);
    EXPECT_EQ(Profiles::read(folder_ + "/none").error().fault, Fault::not_found);
}

TEST(Profile, AnyTextIsReadWithoutHarm) {
    rc::check([](const std::string& text) {
        static_cast<void>(parse_profile(text, "any", {}));
        static_cast<void>(parse_rule_set("[[rule]]\n" + text, "any"));
    });
}

} // namespace
} // namespace songda::catalogue
