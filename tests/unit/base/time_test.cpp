// Days and moments: that only real days parse, and that paper shows +08:00.
#include "base/foreign_time.hpp"

#include <gtest/gtest.h>

namespace songda {
namespace {

TEST(Time, OnlyDaysThatExistParse) {
    EXPECT_TRUE(parse_date("2024-02-29"));
    for (const auto* bad :
         {"2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "2026/01/01", "2026-01-01 ", ""}) {
        EXPECT_FALSE(parse_date(bad)) << bad;
    }
}

TEST(Time, PaperShowsTheChineseDay) {
    const TimeMs evening = *parse_rfc3339("2026-11-23T16:00:00Z");
    EXPECT_EQ(to_chinese(china_date(evening)), "2026年11月24日");
    EXPECT_EQ(to_china_time(evening), "2026-11-24T00:00:00+08:00");
    EXPECT_EQ(china_midnight({2026, 11, 24}), evening);
}

TEST(Time, Rfc3339RoundTrips) {
    const TimeMs time = *parse_rfc3339("2026-11-24T09:02:03.004+08:00");
    EXPECT_EQ(to_rfc3339(time), "2026-11-24T01:02:03.004Z");
    for (const auto* bad : {"2026-11-24 09:02:03Z", "2026-11-24T25:02:03Z", "2026-11-24T09:02:03",
                            "2026-11-24T09:02:03+8"}) {
        EXPECT_FALSE(parse_rfc3339(bad)) << bad;
    }
}

TEST(ForeignTime, WhatCarriersWriteIsReadAndChinasWhereNoZoneIsSaid) {
    const TimeMs moment = parse_rfc3339("2026-11-24T01:02:03Z").value();
    for (const auto* text :
         {"2026-11-24T01:02:03Z", "2026-11-24T09:02:03+08:00", "2026-11-24 09:02:03",
          "20261124090203", "1795482123", "1795482123000"}) {
        EXPECT_EQ(read_foreign_time(text), moment) << text;
    }
    for (const auto* text : {"", "0", "2026-11-24", "20261324090203", "2026-11-24 25:02:03",
                             "99999999999999999999", "yesterday"}) {
        EXPECT_FALSE(read_foreign_time(text)) << text;
    }
}

} // namespace
} // namespace songda
