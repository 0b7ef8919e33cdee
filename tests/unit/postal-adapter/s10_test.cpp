// Identifiers of UPU S10 against worked numbers, and how much the check digit sees.
#include "postal-adapter/s10.hpp"

#include <gtest/gtest.h>

namespace songda::postal {
namespace {

TEST(S10, WorkedNumbersAreGood) {
    for (const auto* number :
         {"LE704280574SE", "LE704180823SE", "RK166520145LV", "EH036261918US", "LH256986182AU",
          "UD656337373MY", "RR123456785GB", "LZ123456785CN"}) {
        EXPECT_EQ(check_s10(number), S10Verdict::good) << number;
        EXPECT_EQ(write_s10(parse_s10(number).value()), number);
    }
    EXPECT_EQ(s10_check_digit("47312482"), '9');
}

TEST(S10, FaultsAreNamed) {
    EXPECT_EQ(check_s10("CV123456789US"), S10Verdict::wrong_check_digit);
    EXPECT_EQ(check_s10("LE704280575SE"), S10Verdict::wrong_check_digit);
    EXPECT_EQ(check_s10("LE70428057SE"), S10Verdict::wrong_length);
    EXPECT_EQ(check_s10("le704280574SE"), S10Verdict::wrong_character);
    EXPECT_EQ(check_s10("LE7042805A4SE"), S10Verdict::wrong_character);
    EXPECT_EQ(check_s10("LE704280574S1"), S10Verdict::wrong_character);
    EXPECT_FALSE(parse_s10("CV123456789US"));
}

/// The rules 10 → 0 and 11 → 5 let some pass: the share that the standard's arithmetic gives.
TEST(S10, OneWrongDigitIsSeenInFiftyFourOfFiftyFive) {
    unsigned seen = 0;
    unsigned all = 0;
    for (std::uint32_t serial = 0; serial < 100'000'000; serial += 99'991) {
        const std::string good = write_s10({"RR", serial, "CN"});
        for (std::size_t at = 2; at < 10; ++at) {
            for (char digit = '0'; digit <= '9'; ++digit) {
                std::string wrong = good;
                wrong[at] = digit;
                if (wrong != good) {
                    ++all;
                    seen += check_s10(wrong) == S10Verdict::wrong_check_digit ? 1U : 0U;
                }
            }
        }
    }
    EXPECT_NEAR(static_cast<double>(seen) / all, 54.0 / 55, 0.002);
}

TEST(S10, ServiceIndicatorsHaveTheirRanges) {
    EXPECT_EQ(s10_service("EE"), S10Service::express);
    EXPECT_EQ(s10_service("RA"), S10Service::registered);
    EXPECT_EQ(s10_service("QM"), S10Service::reply);
    EXPECT_EQ(s10_service("QN"), S10Service::reserved);
    EXPECT_EQ(s10_service("GB"), S10Service::reserved);
    EXPECT_EQ(s10_service("ZZ"), S10Service::domestic);
    EXPECT_EQ(s10_service("JA"), S10Service::reserved);
}

} // namespace
} // namespace songda::postal
