#include "catalogue/register.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace songda::catalogue {
namespace {

constexpr Date day{2026, 11, 24};

Area area(std::string code, std::string upper, AreaType type, Date from,
          std::optional<Date> until = std::nullopt) {
    return {code, "名" + code, type, std::move(upper), from, until};
}

TEST(Areas, JiangsuHasThirteenCitiesAndNinetyFiveCounties) {
    const auto known = Register::read({SONGDA_SOURCE_DIR "/catalogue/areas"});
    ASSERT_TRUE(known.ok()) << known.error().detail;
    const Areas& areas = known.value().areas();
    const auto cities = areas.under("320000", day);
    ASSERT_TRUE(cities.ok());
    EXPECT_EQ(cities.value().size(), 13U);
    long counties = 0;
    for (const Area& city : cities.value()) {
        EXPECT_EQ(city.type, AreaType::city);
        const auto below = areas.under(city.code, day);
        ASSERT_TRUE(below.ok());
        counties += std::count_if(below.value().begin(), below.value().end(),
                                  [](const Area& a) { return a.type == AreaType::county; });
    }
    EXPECT_EQ(counties, 95);
    EXPECT_EQ(areas.find("320102", day).value().name, "玄武区");
    EXPECT_EQ(areas.find("320571", day).value().type, AreaType::national_zone);
    EXPECT_FALSE(areas.find("320199", day).ok()) << "示例市 is of the samples alone";
}

TEST(Areas, UnknownCodeAndDayOutsideTheTableAreToldApart) {
    const auto areas = Register::read({SONGDA_SOURCE_DIR "/catalogue/areas"}).value().areas();
    EXPECT_EQ(areas.find("999999", day).error().detail, "no area has the code 999999");
    EXPECT_EQ(areas.find("320102", {2018, 1, 1}).error().detail,
              "area 320102 is not there on 2018-01-01");
    EXPECT_EQ(areas.under("999999", day).error().fault, Fault::not_found);
}

TEST(Areas, RenamedAreaIsFoundByDay) {
    auto later = area("320106", "320000", AreaType::city, {2020, 1, 1});
    later.name = "新名";
    const auto areas = Areas::make(
        {later, area("320106", "320000", AreaType::city, {2018, 1, 1}, Date{2019, 12, 31}),
         area("320000", "", AreaType::province, {2018, 1, 1})});
    ASSERT_TRUE(areas.ok()) << areas.error().detail;
    EXPECT_EQ(areas.value().find("320106", {2019, 12, 31}).value().name, "名320106");
    EXPECT_EQ(areas.value().find("320106", {2020, 1, 1}).value().name, "新名");
    EXPECT_EQ(areas.value().under("320000", {2020, 1, 1}).value().size(), 1U);
}

TEST(Areas, RefusesTablesThatContradictThemselves) {
    const Area root = area("320000", "", AreaType::province, {2020, 1, 1});
    const auto refused = [](std::vector<Area> rows) { return !Areas::make(std::move(rows)).ok(); };
    EXPECT_FALSE(refused({root}));
    EXPECT_TRUE(refused({root, root}));
    EXPECT_TRUE(refused({root, area("320100", "330000", AreaType::city, {2020, 1, 1})}));
    EXPECT_TRUE(refused({root, area("320100", "320000", AreaType::city, {2019, 1, 1})}));
    EXPECT_TRUE(refused({root, area("320100", "", AreaType::city, {2020, 1, 1})}));
    EXPECT_TRUE(
        refused({root, area("320100", "320000", AreaType::city, {2021, 1, 1}, Date{2020, 1, 1})}));
}

TEST(Areas, TypesHaveNamesThatAreRead) {
    for (const auto type : {AreaType::province, AreaType::provincial_department, AreaType::city,
                            AreaType::county, AreaType::national_zone, AreaType::provincial_zone}) {
        EXPECT_EQ(find_area_type(area_type_name(type)), type);
        EXPECT_FALSE(area_type_zh(type).empty());
    }
    EXPECT_FALSE(find_area_type("village"));
}

} // namespace
} // namespace songda::catalogue
