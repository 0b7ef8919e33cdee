// What a template says of the level that its documents are served with, and what it may not say.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "issuer/templates/template.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::issuer {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

class ServiceLevelTest : public ::testing::Test {
protected:
    /// A letter whose template begins with these lines.
    Result<Template> read(const std::string& lines) {
        namespace fs = std::filesystem;
        const fs::path folder = folder_.path() / std::to_string(++count_);
        fs::copy(SONGDA_SOURCE_DIR "/templates", folder, fs::copy_options::recursive);
        const fs::path file = folder / "permit-decision/template.toml";
        std::ifstream in(file);
        const std::string text((std::istreambuf_iterator<char>(in)), {});
        in.close();
        std::ofstream(file) << lines << '\n' << text;
        return read_template((folder / "permit-decision").string());
    }

    fakes::TemporaryFolder folder_;
    int count_ = 0;
};

TEST_F(ServiceLevelTest, WithoutAWordItIsServedAsItIsSigned) {
    EXPECT_EQ(read("").value().service_level.wanted, SignatureLevel::b_b);
    EXPECT_EQ(read("signature_level = \"B-B\"").value().service_level.wanted, SignatureLevel::b_b);
}

TEST_F(ServiceLevelTest, LevelAndItsTimeAreRead) {
    const auto day = read("signature_level = \"B-LT\"").value().service_level;
    EXPECT_EQ(day.wanted, SignatureLevel::b_lt);
    EXPECT_EQ(day.within_ms, 24 * hour_ms) << "the default";
    const auto soon = read("signature_level = \"B-LTA\"\nlevel_within_hours = 2").value();
    EXPECT_EQ(soon.service_level.wanted, SignatureLevel::b_lta);
    EXPECT_EQ(soon.service_level.within_ms, 2 * hour_ms);
}

TEST_F(ServiceLevelTest, WhatIsNotFitIsToldWithItsKey) {
    for (const std::string lines :
         {"signature_level = \"B-XL\"", "signature_level = \"b-lt\"",
          "signature_level = \"B-T\"\nlevel_within_hours = 0", "level_within_hours = 5",
          "signature_level = \"B-B\"\nlevel_within_hours = 5"}) {
        const auto refused = read(lines);
        ASSERT_FALSE(refused.ok()) << lines;
        const bool level = lines.find("within") == std::string::npos;
        EXPECT_NE(refused.error().detail.find(level ? "signature_level" : "level_within_hours"),
                  std::string::npos)
            << refused.error().detail;
    }
}

} // namespace
} // namespace songda::issuer
