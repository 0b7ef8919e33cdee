// How often one may ask: the rate that the configuration names, whatever it is.
#include "api/rate_limit.hpp"

#include <gtest/gtest.h>

namespace songda::api {
namespace {

TEST(RateLimiter, BurstThenTheRate) {
    RateLimiter limiter({60, 3});
    const TimeMs start{1'000'000};
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(limiter.seconds_to_wait("a", start), 0) << i;
    }
    EXPECT_EQ(limiter.seconds_to_wait("a", start), 1);
    EXPECT_EQ(limiter.seconds_to_wait("b", start), 0);
    EXPECT_EQ(limiter.seconds_to_wait("a", TimeMs{start.value + 1000}), 0);
}

TEST(RateLimiter, SlowRateLetsOneThroughAtATime) {
    RateLimiter limiter({1, 1.0 / 3});
    const TimeMs start{1'000'000};
    EXPECT_EQ(limiter.seconds_to_wait("a", start), 0);
    EXPECT_EQ(limiter.seconds_to_wait("a", start), 60);
    EXPECT_EQ(limiter.seconds_to_wait("a", TimeMs{start.value + 60'000}), 0);
}

TEST(RateLimiter, AClockThatIsSetBackLocksNobodyOut) {
    RateLimiter limiter({60, 3});
    const TimeMs start{100'000'000};
    for (int i = 0; i < 4; ++i) {
        (void)limiter.seconds_to_wait("a", start);
    }
    const TimeMs before{start.value - 3'600'000};
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(limiter.seconds_to_wait("a", before), 0) << i;
    }
    EXPECT_EQ(limiter.seconds_to_wait("a", before), 1) << "and the rate holds from then on";
    EXPECT_GT(limiter.seconds_to_wait("a", TimeMs{before.value - 500}), 0)
        << "what was only looked at late changes nothing";
}

} // namespace
} // namespace songda::api
