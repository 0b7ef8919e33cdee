// Identifiers of licences and items against those that other issuers published.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "catalogue/codes.hpp"
#include "catalogue/item_code.hpp"
#include "catalogue/licence_identifier.hpp"

namespace songda::catalogue {
namespace {

constexpr std::string_view published[] = {
    "11100000000013338W011.11430000006122244L.20230000403.001.U",
    "11100000000013338W011.11430000006122244L.20230000403.002.S",
    "11100000000013338W009.11330105002500287C.2025052201.002.0",
    "11100000000013338W087.11370800MB28559184.37080001202411010001.001.3",
};

TEST(LicenceIdentifier, PublishedOnesAreGoodAndComeBack) {
    for (const std::string_view text : published) {
        const auto reading = read_licence_identifier(text);
        EXPECT_EQ(reading.verdict, CodeVerdict::good) << text;
        EXPECT_FALSE(reading.issuer_is_division);
        const std::string whole = std::string(licence_identifier_root) + '.' + std::string(text);
        EXPECT_EQ(to_text(reading.identifier), whole);
        EXPECT_EQ(read_licence_identifier(whole).identifier, reading.identifier);
    }
}

TEST(LicenceIdentifier, DivisionAsIssuerIsTakenAndTold) {
    const auto reading = read_licence_identifier("11100000MB03271699022.340100.000000016.001.9");
    EXPECT_EQ(reading.verdict, CodeVerdict::good);
    EXPECT_TRUE(reading.issuer_is_division);
}

TEST(LicenceIdentifier, PublishedSampleWithWrongCheckCharacterIsTold) {
    EXPECT_EQ(read_licence_identifier("11100000000013338W011.11430000006122244L."
                                      "209FA4E88F9E4C878F3E9BED2CE7EA49.001.M")
                  .verdict,
              CodeVerdict::wrong_check_digit);
    EXPECT_EQ(read_licence_identifier("1.2.156.3005.2").verdict, CodeVerdict::wrong_length);
    EXPECT_EQ(read_licence_identifier("").verdict, CodeVerdict::wrong_length);
    EXPECT_EQ(read_licence_identifier("a.b.c.d.e").verdict, CodeVerdict::wrong_character);
    EXPECT_EQ(read_licence_identifier("A.B.C.D.").verdict, CodeVerdict::wrong_length);
}

TEST(LicenceIdentifier, CheckCharacterIsThatOfTheStandardsSample) {
    EXPECT_EQ(licence_check_character({"A12425GABC1234002", "", "", ""}), 'M'); // ISO/IEC 7064
    EXPECT_EQ(licence_check_character({"a", "", "", ""}), std::nullopt);
}

TEST(LicenceIdentifier, OneChangedCharacterIsAlwaysFound) {
    rc::check([] {
        std::string text(published[*rc::gen::inRange<std::size_t>(0, std::size(published))]);
        const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
        RC_PRE(text[at] != '.');
        static const std::string characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        const char changed = characters[*rc::gen::inRange<std::size_t>(0, characters.size())];
        RC_PRE(changed != text[at]);
        text[at] = changed;
        RC_ASSERT(read_licence_identifier(text).verdict != CodeVerdict::good);
    });
}

TEST(LicenceIdentifier, ReadingTakesAnyBytes) {
    rc::check([](const std::string& text) {
        static_cast<void>(read_licence_identifier(text));
        static_cast<void>(parse_item_code(text));
        static_cast<void>(check_organisation_code(text));
    });
}

TEST(ItemCode, PublishedOnesAreReadByParts) {
    const auto code = parse_item_code("11370800MB285591843370117002011");
    ASSERT_TRUE(code);
    EXPECT_EQ(code->department, "11370800MB28559184");
    EXPECT_EQ(level_name(code->level), "市");
    EXPECT_EQ(code->province(), "37");
    EXPECT_EQ(find_item_type(code->type())->name, "行政许可");
    EXPECT_TRUE(find_item_type(code->type())->approval);
    EXPECT_EQ(code->main_item(), "17002");
    EXPECT_EQ(code->sub_item(), "011");
    EXPECT_TRUE(code->handling.empty());
    const auto other = parse_item_code("12441500196720244T3442199806003");
    ASSERT_TRUE(other);
    EXPECT_FALSE(find_item_type(other->type()).has_value()) << "21 is in no list, but published";
}

TEST(ItemCode, BasicAndHandlingCodes) {
    const auto basic = parse_item_code("370117002011");
    ASSERT_TRUE(basic);
    EXPECT_TRUE(basic->department.empty());
    const auto handling = parse_item_code("11310000MB2F30661Y231200356400001");
    ASSERT_TRUE(handling);
    EXPECT_EQ(handling->handling, "01");
    EXPECT_EQ(find_item_type(handling->type())->name, "公共服务");
    EXPECT_FALSE(find_item_type(handling->type())->approval);
    for (const auto* text :
         {"", "JS000000XK-01", "37011700201", "3701170020A1", "11370800MB285591853370117002011",
          "11370800MB285591849370117002011"}) {
        EXPECT_EQ(parse_item_code(text), std::nullopt) << text;
    }
}

TEST(OrganisationCode, IsTheMiddleOfGoodCreditCodes) {
    for (const std::string code :
         {"91350100M000100Y43", "11100000000013338W", "11320482014138860P", "11430000006122244L",
          "11330105002500287C", "91610800064834709T"}) {
        EXPECT_EQ(check_organisation_code(code.substr(8, 9)), CodeVerdict::good) << code;
        std::string wrong = code.substr(8, 9);
        wrong[0] = wrong[0] == '1' ? '2' : '1';
        EXPECT_EQ(check_organisation_code(wrong), CodeVerdict::wrong_check_digit) << code;
    }
    EXPECT_EQ(check_organisation_code("12345678"), CodeVerdict::wrong_length);
    EXPECT_EQ(check_organisation_code("1234567-8"), CodeVerdict::wrong_character);
}

} // namespace
} // namespace songda::catalogue
