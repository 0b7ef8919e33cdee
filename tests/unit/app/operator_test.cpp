// Who acts on the command line: the account of the real user; behind root, of whoever used sudo.
#include "app/operator.hpp"

#include <gtest/gtest.h>

namespace songda::app {
namespace {

TEST(Operator, IsTheAccountOfTheUser) {
    EXPECT_EQ(operator_name_of(0, nullptr, nullptr), "operator:root");
    EXPECT_EQ(operator_name_of(1, nullptr, nullptr), "operator:daemon");
    EXPECT_EQ(operator_name_of(3'999'999, nullptr, nullptr), "operator:uid-3999999");
}

TEST(Operator, BehindRootIsWhoUsedSudo) {
    EXPECT_EQ(operator_name_of(0, "1", "zhang"), "operator:zhang");
    EXPECT_EQ(operator_name_of(0, "1", nullptr), "operator:daemon");
    EXPECT_EQ(operator_name_of(0, "3999999", ""), "operator:uid-3999999");
}

TEST(Operator, NobodyElseIsBelieved) {
    EXPECT_EQ(operator_name_of(1, "0", "root"), "operator:daemon");
    EXPECT_EQ(operator_name_of(0, "x1", "a b"), "operator:root");
    EXPECT_EQ(operator_name_of(0, "", "a\nb"), "operator:root");
}

} // namespace
} // namespace songda::app
