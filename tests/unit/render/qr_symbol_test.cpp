// The plans draw what libqrencode draws, module for module: at every length where a version begins
// or ends, and for random text.
#include "issuer/render/detail/qr_symbol.hpp"

#include <random>

#include <gtest/gtest.h>

#include "issuer/render/detail/qr_plan.hpp"

namespace songda::issuer::detail {
namespace {

constexpr std::string_view head = "https://verify.example.gov.cn/v/0123456789ABCDEF#";

std::string random_payload(std::mt19937& random, std::size_t size) {
    static constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
        text += alphabet[random() % alphabet.size()];
    }
    return text;
}

void expect_same(std::string_view first, std::string_view payload) {
    const auto ours = make_qr(first, payload);
    const auto theirs = make_qr_by_library(first, payload);
    ASSERT_TRUE(ours.ok() && theirs.ok());
    EXPECT_EQ(ours.value().modules, theirs.value().modules) << payload.size();
    EXPECT_EQ(ours.value().rows, theirs.value().rows) << payload.size();
}

TEST(QrSymbol, PlansDrawWhatLibqrencodeDraws) {
    std::mt19937 random(20261124);
    std::size_t planned = 0;
    for (std::size_t size = 1; size < 700; ++size) {
        const std::string payload = random_payload(random, size);
        planned += QrPlan::version_for(head, payload) > 0 ? 1U : 0U;
        expect_same(head, payload);
    }
    EXPECT_GT(planned, 250U);
    for (int i = 0; i < 300; ++i) {
        expect_same(head.substr(random() % head.size()),
                    random_payload(random, 1 + random() % 600));
    }
}

TEST(QrSymbol, OtherCharactersAreRefused) {
    EXPECT_FALSE(make_qr(head, std::string(250, 'K') + 'k').ok());
    EXPECT_FALSE(make_qr(head, std::string(20, 'K') + "\xFF").ok());
    EXPECT_FALSE(make_qr(head, std::string(5000, 'K')).ok());
}

TEST(QrPlan, AnotherSymbolTeachesNothing) {
    const std::string payload(250, 'K');
    const int version = QrPlan::version_for(head, payload);
    ASSERT_GT(version, 0);
    const auto side = static_cast<std::size_t>(17 + 4 * version);
    EXPECT_FALSE(QrPlan::learn(version, Bytes(side * side, 0), head, payload));
    EXPECT_FALSE(QrPlan::learn(version, Bytes(side, 0), head, payload));
    EXPECT_FALSE(QrPlan::learn(version + 1, Bytes(side * side, 0), head, payload));
}

} // namespace
} // namespace songda::issuer::detail
