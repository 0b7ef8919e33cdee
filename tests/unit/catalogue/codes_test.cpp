// Check digits against published codes, and the promise of the standards: one wrong digit is always
// caught.
#include "catalogue/codes.hpp"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace songda::catalogue {
namespace {

TEST(CreditCode, PublishedCodesAreGood) {
    for (const auto* code : {"91350100M000100Y43", "11100000000013338W", "11320482014138860P",
                             "11430000006122244L", "11330105002500287C", "91610800064834709T"}) {
        EXPECT_EQ(check_credit_code(code), CodeVerdict::good) << code;
    }
}

TEST(CreditCode, FaultsAreNamed) {
    EXPECT_EQ(check_credit_code("91310115MA1H8R7C6D"), CodeVerdict::wrong_check_digit);
    EXPECT_EQ(check_credit_code("91500106MA2CE71F65"), CodeVerdict::wrong_check_digit);
    EXPECT_EQ(check_credit_code("91350100M000100Y4"), CodeVerdict::wrong_length);
    EXPECT_EQ(check_credit_code("91350100M000100YI3"), CodeVerdict::wrong_character);
    EXPECT_EQ(check_credit_code("91350100m000100y43"), CodeVerdict::wrong_character);
}

TEST(IdNumber, PublishedNumbersAreGood) {
    for (const auto* code : {"11010519491231002X", "34052419800101001X", "440524188001010014"}) {
        EXPECT_EQ(check_id_number(code), CodeVerdict::good) << code;
    }
}

TEST(IdNumber, FaultsAreNamed) {
    EXPECT_EQ(check_id_number("110105194912310021"), CodeVerdict::wrong_check_digit);
    EXPECT_EQ(check_id_number("11010519491331002X"), CodeVerdict::wrong_date);
    EXPECT_EQ(check_id_number("11010519491231002x"), CodeVerdict::wrong_character);
    EXPECT_EQ(check_id_number("1101051949123100"), CodeVerdict::wrong_length);
}

TEST(IdNumber, OneWrongDigitIsAlwaysCaught) {
    EXPECT_TRUE(rc::check([] {
        std::string code = "11010519491231002X";
        const auto at = *rc::gen::inRange<std::size_t>(0, 17);
        const char digit = static_cast<char>('0' + *rc::gen::inRange(0, 10));
        RC_PRE(code[at] != digit);
        code[at] = digit;
        RC_ASSERT(check_id_number(code) != CodeVerdict::good);
    }));
}

} // namespace
} // namespace songda::catalogue
