// A masked name tells enough to compare and no more: not even how long the name is.
#include "catalogue/mask.hpp"

#include <gtest/gtest.h>

namespace songda::catalogue {
namespace {

TEST(Mask, PersonKeepsTheFirstCharacterOnly) {
    EXPECT_EQ(mask_person("张三丰"), "张**");
    EXPECT_EQ(mask_person("王五"), "王**");
    EXPECT_EQ(mask_person("欧阳娜娜"), "欧阳**");
    EXPECT_EQ(mask_person("上官云"), "上官**");
    EXPECT_EQ(mask_person("欧阳"), "欧**") << "a name of two characters is a surname and a name";
    EXPECT_EQ(mask_person("阳司"), "阳**");
    EXPECT_EQ(mask_person("𠮷"), "𠮷**");
    EXPECT_EQ(mask_person("迪丽·买买提"), "迪**");
    EXPECT_EQ(mask_person(""), "");
}

TEST(Mask, OrganisationHidesItsLength) {
    EXPECT_EQ(mask_organisation("示例市鑫源餐饮管理有限公司"), "示例市********公司");
    EXPECT_EQ(mask_organisation("示例市甲乙公司"), "示例市********公司");
    EXPECT_EQ(mask_organisation("小吃店"), "小********店");
    EXPECT_EQ(mask_organisation("店"), "********");
}

TEST(Mask, RemarkInBracketsAtTheEndIsPassedOver) {
    EXPECT_EQ(mask_organisation("示例市甲乙丙中心（有限合伙）"), "示例市********中心");
    EXPECT_EQ(mask_organisation("示例市甲乙丙丁中心(有限合伙)"), "示例市********中心");
    EXPECT_EQ(mask_organisation("示例市甲（江苏）乙丙有限公司"), "示例市********公司");
    EXPECT_EQ(mask_organisation("小吃店（个体工商户）"), "小********店");
    EXPECT_EQ(mask_organisation("店（个体工商户）"), "********");
    EXPECT_EQ(mask_organisation("（个体户）"), "（********）") << "nothing else is there";
    EXPECT_EQ(mask_organisation("示例市甲乙丙公司）"), "示例市********司）") << "no remark";
}

TEST(Mask, KeepsOfATelephoneNumberItsEnds) {
    EXPECT_EQ(mask_phone("13812345678"), "138****5678");
    EXPECT_EQ(mask_phone("025-8311 0000"), "025****0000");
    EXPECT_EQ(mask_phone("12345"), "1****45");
    EXPECT_EQ(mask_phone(""), "");
    EXPECT_EQ(mask_phone("张三的电话"), "****");
}

} // namespace
} // namespace songda::catalogue
