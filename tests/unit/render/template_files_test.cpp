// A template read from its folder and from the bytes that are published is the same template, down
// to the prefix of its documents; the published form is one for each content, and every truncation
// and every other form is refused.
#include "issuer/templates/template_files.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/unit/render/rendered.hpp"

namespace songda::issuer {
namespace {

namespace fs = std::filesystem;

const std::string templates = SONGDA_SOURCE_DIR "/templates/";

TemplateFiles published_again(const TemplateFiles& files) {
    return TemplateFiles::read_published(as_bytes(files.published()), "edition").value();
}

class EveryTemplate : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryTemplate, IsTheSameFromItsFolderAndFromItsPublishedBytes) {
    const auto folder = TemplateFiles::read_folder(templates + GetParam());
    ASSERT_TRUE(folder.ok()) << folder.error().detail;
    const TemplateFiles bytes = published_again(folder.value());
    EXPECT_EQ(bytes.all(), folder.value().all());
    const auto from_folder = read_template(folder.value());
    const auto from_bytes = read_template(bytes);
    ASSERT_TRUE(from_folder.ok() && from_bytes.ok());
    DepartmentFace department = face;
    for (const char* const fact : {"review_organ", "review_address", "court", "contact"}) {
        department.facts.emplace_back(fact, "示例市人民政府");
    }
    const auto prefix = [&](const Template& spec) {
        const auto compiled = compile_template(spec, department, fonts(), {1514});
        EXPECT_TRUE(compiled.ok()) << compiled.error().detail;
        return sha256(compiled.value()->prefix());
    };
    EXPECT_EQ(prefix(from_folder.value()), prefix(from_bytes.value()));
}

INSTANTIATE_TEST_SUITE_P(TemplateFiles, EveryTemplate,
                         ::testing::Values("food-business-licence", "permit-decision",
                                           "supplement-notice", "service-receipt",
                                           "licence-annotated-copy"),
                         [](const auto& asked) {
                             std::string name = asked.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

TEST(TemplateFiles, CarryTheBasesThatAreNamedAndNoOther) {
    const auto files = TemplateFiles::read_folder(templates + "permit-decision").value();
    EXPECT_NE(files.find("bases/letter.toml"), nullptr);
    EXPECT_NE(files.find("bases/wording.toml"), nullptr);
    EXPECT_EQ(files.find("bases/document.toml"), nullptr);
}

class TemplateFolder : public ::testing::Test {
protected:
    void SetUp() override {
        fs::copy(templates + "food-business-licence", root_ / "a");
        fs::create_directory(root_ / "bases");
    }
    Result<TemplateFiles> read() { return TemplateFiles::read_folder(root_ / "a"); }
    void write(const std::string& name, const std::string& text) {
        std::ofstream(root_ / "a" / name, std::ios::binary) << text;
    }
    fakes::TemporaryFolder folder_;
    const fs::path root_ = folder_.path();
};

TEST_F(TemplateFolder, HiddenFilesAndBackupsAreNoPartOfIt) {
    const std::string before = read().value().published();
    write(".DS_Store", "x");
    write("template.toml~", "x");
    EXPECT_EQ(read().value().published(), before);
    write("notes.txt", "x");
    EXPECT_NE(read().value().published(), before);
}

TEST_F(TemplateFolder, WhatIsTooLargeTooManyOrNoFileIsRefused) {
    write("large.png", std::string(template_bytes_max + 1, 'x'));
    EXPECT_NE(read().error().detail.find("MiB"), std::string::npos);
    fs::remove(root_ / "a/large.png");
    fs::create_directory(root_ / "a/inner");
    EXPECT_FALSE(read().ok());
    fs::remove(root_ / "a/inner");
    for (std::size_t i = 0; i < template_files_max; ++i) {
        write(std::to_string(i), "");
    }
    EXPECT_NE(read().error().detail.find("64"), std::string::npos);
}

TEST_F(TemplateFolder, MissingFilesAreNamed) {
    const auto missing = TemplateFiles::read_folder(root_ / "nowhere");
    EXPECT_EQ(missing.error().fault, Fault::not_found);
    EXPECT_NE(missing.error().detail.find("nowhere/template.toml"), std::string::npos);
    fs::remove(root_ / "a/border.pdf");
    const auto unpainted = read_template(read().value());
    EXPECT_EQ(unpainted.error().fault, Fault::invalid_input);
    EXPECT_NE(unpainted.error().detail.find("a/border.pdf"), std::string::npos);
}

TEST(PublishedTemplate, HasOneFormAndEveryOtherIsRefused) {
    const std::string toml = to_base64(as_bytes("id = \"a\"\n"));
    const auto reads = [](const std::string& text) {
        return TemplateFiles::read_published(as_bytes(text), "edition").ok();
    };
    const std::string good =
        R"({"songda_template":1,"files":{"bases/b.toml":"","template.toml":")" + toml + "\"}}";
    ASSERT_TRUE(reads(good));
    for (std::size_t end = 0; end < good.size(); ++end) {
        EXPECT_FALSE(reads(good.substr(0, end))) << end;
    }
    const std::string file = "\"template.toml\":\"" + toml + '"';
    for (const std::string& other : std::initializer_list<std::string>{
             good + ' ',                                                  // not a byte more
             R"({"songda_template":2,"files":{)" + file + "}}",           // a later form
             R"({"files":{)" + file + R"(},"songda_template":1})",        // another order
             R"({"songda_template":1,"files":{)" + file + R"(},"x":1})",  // more members
             R"({"songda_template":1,"files":{"a/b":"",)" + file + "}}",  // a folder
             R"({"songda_template":1,"files":{"../b":"",)" + file + "}}", // elsewhere
             R"({"songda_template":1,"files":{"bases/../b":"",)" + file + "}}",
             R"({"songda_template":1,"files":{"bases/.b":"",)" + file + "}}",
             R"({"songda_template":1,"files":{"a\u001b":"",)" + file + "}}",
             R"({"songda_template":1,"files":{"a":7,)" + file + "}}",
             R"({"songda_template":1,"files":{"a":"A",)" + file + "}}",
             R"({"songda_template":1,"files":{"a":""}})", // no template.toml
         }) {
        EXPECT_FALSE(reads(other)) << other;
    }
}

TEST(PublishedTemplate, ScopeAndTypeAreChecked) {
    const auto files = TemplateFiles::read_folder(templates + "food-business-licence").value();
    const auto refusal = [&](const std::string& scope) {
        std::string toml(as_text(*files.find("template.toml")));
        toml += "\n[scope]\n" + scope;
        std::string text = files.published();
        const std::string before = to_base64(*files.find("template.toml"));
        text.replace(text.find(before), before.size(), to_base64(as_bytes(toml)));
        const auto read =
            read_template(TemplateFiles::read_published(as_bytes(text), "edition").value());
        return read.ok() ? read.value().scope.area + ' ' + read.value().scope.item
                         : read.error().detail;
    };
    EXPECT_EQ(refusal("area = \"320100\"\nitem = \"000123\""), "320100 000123");
    EXPECT_NE(refusal("area = \"3201\"").find("scope.area"), std::string::npos);
    EXPECT_NE(refusal("item = \"a@b\"").find("scope.item"), std::string::npos);
}

} // namespace
} // namespace songda::issuer
