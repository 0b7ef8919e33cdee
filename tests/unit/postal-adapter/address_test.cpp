// Addresses as people write them, every county of the country under its own name, and what is said
// of those that cannot be told.
#include "postal-adapter/address.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/child_process.hpp"

namespace songda::postal {
namespace {

const PostalAreas& areas() {
    static const PostalAreas all =
        PostalAreas::read(fakes::read_file(SONGDA_SOURCE_DIR "/postal-adapter/areas.csv")).value();
    return all;
}

struct Told {
    std::string_view text;
    std::string_view code;
    std::string_view province;
    std::string_view city;
    std::string_view county;
    std::string_view street;
};

TEST(PostalAddress, PeopleWriteItInManyWays) {
    for (const Told& each : {
             Told{"江苏省南京市建邺区江东中路259号", "320105", "江苏省", "南京市", "建邺区",
                  "江东中路259号"},
             Told{"江苏南京建邺区江东中路２５９号", "320105", "江苏省", "南京市", "建邺区",
                  "江东中路259号"},
             Told{" 江苏省 南京市　建邺区，江东中路 259 号 ", "320105", "江苏省", "南京市",
                  "建邺区", "江东中路 259 号"},
             Told{"南京市建邺区江东中路259号", "320105", "江苏省", "南京市", "建邺区",
                  "江东中路259号"},
             Told{"建邺区江东中路259号", "320105", "江苏省", "南京市", "建邺区", "江东中路259号"},
             Told{"江苏省建邺区江东中路259号", "320105", "江苏省", "南京市", "建邺区",
                  "江东中路259号"},
             Told{"北京市海淀区中关村大街1号", "110108", "北京市", "北京市", "海淀区",
                  "中关村大街1号"},
             Told{"北京北京市市辖区海淀区中关村大街1号", "110108", "北京市", "北京市", "海淀区",
                  "中关村大街1号"},
             Told{"广东省东莞市南城街道鸿福路99号", "441900", "广东省", "东莞市", "",
                  "南城街道鸿福路99号"},
             Told{"河南省济源市济水大街1号", "419001", "河南省", "济源市", "济源市", "济水大街1号"},
             Told{"新疆石河子市北四路1号", "659001", "新疆维吾尔自治区", "石河子市", "石河子市",
                  "北四路1号"},
             Told{"重庆市彭水苗族土家族自治县汉葭街道1号", "500243", "重庆市", "重庆市",
                  "彭水苗族土家族自治县", "汉葭街道1号"},
             Told{"上海市黄浦区南京东路100号", "310101", "上海市", "上海市", "黄浦区",
                  "南京东路100号"},
             Told{"吉林省吉林市船营区松江中路1号", "220204", "吉林省", "吉林市", "船营区",
                  "松江中路1号"},
             Told{"江苏省苏州市昆山市前进中路1号", "320583", "江苏省", "苏州市", "昆山市",
                  "前进中路1号"},
             Told{"江苏省昆山市前进中路1号", "320583", "江苏省", "苏州市", "昆山市", "前进中路1号"},
         }) {
        const AddressReading reading = read_address(areas(), each.text);
        EXPECT_TRUE(reading.findings.empty()) << each.text;
        EXPECT_EQ(reading.address.area_code(), each.code) << each.text;
        EXPECT_EQ(reading.address.province.name, each.province) << each.text;
        EXPECT_EQ(reading.address.city.name, each.city) << each.text;
        EXPECT_EQ(reading.address.county.name, each.county) << each.text;
        EXPECT_EQ(reading.address.street, each.street) << each.text;
    }
}

TEST(PostalAddress, EveryCountyIsFoundUnderItsFullName) {
    std::size_t all = 0;
    for (const PostalArea& province : areas().provinces()) {
        std::vector<std::pair<std::string, PostalArea>> counties;
        for (const PostalArea& county : areas().counties(province)) {
            counties.emplace_back(province.name + county.name, county);
        }
        for (const PostalArea& city : areas().cities(province)) {
            for (const PostalArea& county : areas().counties(city)) {
                counties.emplace_back(province.name + city.name + county.name, county);
            }
        }
        for (const auto& [beginning, county] : counties) {
            const AddressReading reading = read_address(areas(), beginning + "人民路8号");
            EXPECT_TRUE(reading.findings.empty()) << beginning;
            EXPECT_EQ(reading.address.county, county) << beginning;
            EXPECT_EQ(reading.address.street, "人民路8号") << beginning;
            ++all;
        }
    }
    EXPECT_GT(all, 2900U);
}

std::vector<AddressFault> faults(std::string_view text) {
    std::vector<AddressFault> faults;
    for (const AddressFinding& each : read_address(areas(), text).findings) {
        faults.push_back(each.fault);
    }
    return faults;
}

TEST(PostalAddress, WhatCannotBeToldIsNamedFieldByField) {
    using F = AddressFault;
    EXPECT_EQ(faults("鼓楼区中山路1号"), std::vector{F::province_unknown})
        << "four cities have one";
    EXPECT_EQ(faults("某某路1号"), std::vector{F::province_unknown});
    EXPECT_EQ(faults("江苏路5号"), std::vector{F::province_unknown}) << "a street";
    EXPECT_EQ(faults("南京路12号"), std::vector{F::province_unknown}) << "a street";
    EXPECT_EQ(faults("西区大道158号"), std::vector{F::province_unknown}) << "a street";
    EXPECT_EQ(faults("东区5号"), std::vector{F::province_unknown});
    EXPECT_EQ(faults("上海市人民大道200号"), std::vector{F::county_unknown});
    EXPECT_EQ(faults("香港特别行政区中西区添美道2号"), std::vector<F>{}) << "no table of its parts";
    EXPECT_EQ(faults("江苏省杭州市西湖区文三路1号"), std::vector{F::city_unknown});
    EXPECT_EQ(faults("江苏省南京市西湖区文三路1号"), std::vector{F::county_unknown});
    EXPECT_EQ(faults("江苏省南京市建邺区"), std::vector{F::street_missing});
    EXPECT_EQ(faults("江苏省南京市建邺区江东中路"), std::vector{F::street_without_number});
    EXPECT_EQ(faults(""), (std::vector{F::province_unknown, F::street_missing}));
    std::string longer = "江苏省南京市建邺区";
    for (int i = 0; i < 120; ++i) {
        longer += "路";
    }
    EXPECT_EQ(faults(longer), std::vector{F::too_long});
}

TEST(PostalAddress, ATableThatIsNoneIsRefusedWithItsRow) {
    const auto broken = PostalAreas::read("code,name\n110000,北京市\n1100,市\n");
    ASSERT_FALSE(broken.ok());
    EXPECT_NE(broken.error().detail.find("row 3"), std::string::npos);
}

} // namespace
} // namespace songda::postal
