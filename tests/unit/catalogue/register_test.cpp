// The register of areas and departments: what it finds on a day, and what it refuses to read.
#include "catalogue/register.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/fakes/temporary_folder.hpp"

namespace songda::catalogue {
namespace {

constexpr Date day{2026, 11, 24};
constexpr const char* head = "source = \"x\"\nas_of = \"2026-01-01\"\n";
constexpr const char* province = "[[area]]\ncode = \"320000\"\nname = \"江苏省\"\n"
                                 "type = \"province\"\nfrom = \"2021-12-30\"\n";

std::string department(const std::string& code, const std::string& name, const std::string& days,
                       const std::string& area = "320000") {
    return "[[department]]\ncode = \"" + code + "\"\nname = \"" + name + "\"\narea = \"" + area +
           "\"\n" + days + '\n';
}

Result<Register> read(const std::string& rows) {
    const fakes::TemporaryFolder folder;
    std::ofstream(folder.path() / "a.toml") << head << province << rows;
    return Register::read({folder.path()});
}

TEST(Register, SampleDepartmentsBelongToTheirAreas) {
    const auto known = Register::read(
        {SONGDA_SOURCE_DIR "/catalogue/areas", SONGDA_SOURCE_DIR "/samples/register"});
    ASSERT_TRUE(known.ok()) << known.error().detail;
    EXPECT_EQ(known.value().areas().find("320199", day).value().name, "示例市");
    const auto departments = known.value().departments_of("320199", day);
    ASSERT_EQ(departments.size(), 9U);
    EXPECT_EQ(departments.back().name, "示例市行政审批局");
    EXPECT_TRUE(known.value().departments_of("320100", day).empty());
    EXPECT_TRUE(known.value().departments_of("320199", {2018, 1, 1}).empty());
}

TEST(Register, RenamedDepartmentIsFoundByDay) {
    const auto known = read(department("11320199014138860W", "旧名局",
                                       "from = \"2022-01-01\"\nuntil = \"2025-12-31\"") +
                            department("11320199014138860W", "新名局", "from = \"2026-01-01\""));
    ASSERT_TRUE(known.ok()) << known.error().detail;
    EXPECT_EQ(known.value().departments_of("320000", {2025, 12, 31}).at(0).name, "旧名局");
    EXPECT_EQ(known.value().departments_of("320000", {2026, 1, 1}).at(0).name, "新名局");
    EXPECT_EQ(known.value().departments_of("320000", {2026, 1, 1}).size(), 1U);
}

TEST(Register, RefusesWhatCannotBe) {
    const std::string from = "from = \"2022-01-01\"";
    const auto told = [](const std::string& rows) {
        const auto known = read(rows);
        return known.ok() ? std::string() : known.error().detail;
    };
    EXPECT_NE(told(department("113201990141388600", "甲局", from)).find("check"),
              std::string::npos);
    EXPECT_NE(told(department("11320199014138860W", "甲局", from, "330000"))
                  .find("no area has the code 330000"),
              std::string::npos);
    EXPECT_NE(told(department("11320199014138860W", "甲局", from) +
                   department("11320199014138860W", "乙局", from))
                  .find("twice on one day"),
              std::string::npos);
    EXPECT_NE(
        told(department("11320199014138860W", "甲局", "from = \"2022-02-30\"")).find("is no day"),
        std::string::npos);
    EXPECT_EQ(Register::read({"/nowhere"}).error().fault, Fault::not_found);
    EXPECT_EQ(Register::read({}).error().fault, Fault::not_found);
}

} // namespace
} // namespace songda::catalogue
