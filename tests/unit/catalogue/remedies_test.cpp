// Terms of remedies counted from the day of service: sixty days and six months, moved off holidays,
// and said to be open where no calendar is out.
#include "catalogue/remedies.hpp"

#include <gtest/gtest.h>

#include "base/check.hpp"

namespace songda::catalogue {
namespace {

const WorkingDays& calendar() {
    static const WorkingDays read = [] {
        auto days = WorkingDays::read(SONGDA_SOURCE_DIR "/catalogue/calendar");
        SONGDA_CHECK(days.ok());
        return std::move(days).value();
    }();
    return read;
}

TEST(Remedies, DayOfServiceDoesNotCount) {
    // Served on 2026-03-02; the sixtieth day after it is 2026-05-01, Labour Day, whose holiday goes
    // to the 5th; the same day six months on, 2026-09-02, is a Wednesday.
    const Remedies terms = remedies_after(calendar(), {2026, 3, 2});
    EXPECT_EQ(terms.lawsuit, (RemedyTerm{{2026, 9, 2}, false}));
    EXPECT_EQ(terms.review, (RemedyTerm{{2026, 5, 6}, false}));
}

TEST(Remedies, MonthWithoutThatDayEndsItsTermOnItsLast) {
    // Six months after 31 March is 30 September, a Wednesday.
    EXPECT_EQ(remedies_after(calendar(), {2026, 3, 31}).lawsuit,
              (RemedyTerm{{2026, 9, 30}, false}));
}

TEST(Remedies, WithoutACalendarTheDayIsCountedAndSaidToMove) {
    const Remedies terms = remedies_after(calendar(), {2031, 11, 20});
    EXPECT_EQ(terms.review, (RemedyTerm{{2032, 1, 19}, true}));
    EXPECT_EQ(terms.lawsuit, (RemedyTerm{{2032, 5, 20}, true}));
}

TEST(Remedies, AreToldByRefusalsAndNotByNotices) {
    const auto profiles = Profiles::read(SONGDA_SOURCE_DIR "/catalogue/profiles");
    ASSERT_TRUE(profiles.ok());
    EXPECT_TRUE(tells_remedies(*profiles.value().find("BZY")));
    EXPECT_TRUE(tells_remedies(*profiles.value().find("BYSL")));
    EXPECT_FALSE(tells_remedies(*profiles.value().find("SL")));
}

} // namespace
} // namespace songda::catalogue
