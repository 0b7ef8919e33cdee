// The sample configuration is read whole, and a wrong one is told every fault at once.
#include "app/config.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace songda::app {
namespace {

std::string write(const std::string& text) {
    const std::string path = std::filesystem::temp_directory_path() /
                             ("songda-config-" + std::to_string(getpid()) + ".toml");
    std::ofstream(path) << text;
    return path;
}

TEST(Config, SampleIsReadAndItsPathsAreTakenFromItsFolder) {
    const auto config = read_config(SONGDA_SOURCE_DIR "/config/songda.toml");
    ASSERT_TRUE(config.ok()) << config.error().detail;
    EXPECT_EQ(config.value().templates_folder, SONGDA_SOURCE_DIR "/templates");
    EXPECT_FALSE(config.value().production);
    EXPECT_EQ(config.value().departments.size(), 1U);
}

TEST(Config, EveryFaultIsToldAtOnce) {
    const auto config = read_config(
        write("prodution = true\n[http]\npublic_base = \"https://x/\"\ntls_key = \"k\"\n"));
    ASSERT_FALSE(config.ok());
    for (const auto* finding :
         {"prodution: is not a known key", "templates_folder: is missing",
          "http.public_base: must begin", "http.tls_key: tls_certificate and tls_key go together",
          "store.folder: is missing", "department: at least one"}) {
        EXPECT_NE(config.error().detail.find(finding), std::string::npos) << finding << "\n"
                                                                          << config.error().detail;
    }
}

TEST(Config, WrongDepartmentCodeIsRefused) {
    const auto config = read_config(write("[[department]]\ncode = \"113201990141388600\"\n"));
    EXPECT_NE(config.error().detail.find("department[0].code: the check digit is wrong"),
              std::string::npos);
}

} // namespace
} // namespace songda::app
