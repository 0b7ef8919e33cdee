// Ratings 好差评: what opens a rectification, which step may follow which, and the page that is
// printed from the tables. SONGDA_UPDATE_PAGES=1 writes the page anew.
#include "delivery/rating.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "tests/fakes/printed_page.hpp"

namespace songda::delivery {
namespace {

constexpr Date due{2026, 12, 15};

store::RatingRow rated(std::uint8_t level) {
    store::DocumentRow document;
    document.department = {"11320199014138860W"};
    document.case_number = "AN-1";
    return make_rating(document, {level, {"speed"}, Private<std::string>("等了很久")}, due,
                       TimeMs{1000});
}

std::optional<store::RatingRow> after(const store::RatingRow& before, RatingStep step) {
    return settle_rating(before, {step, "key:head", Private<std::string>("已核实"), TimeMs{2000}});
}

TEST(Rating, OnlyALowOneIsToBePutRight) {
    for (const RatingLevel& level : rating_levels) {
        const store::RatingRow row = rated(level.number);
        EXPECT_EQ(row.due.has_value(), level.number <= 2) << level.zh;
        EXPECT_EQ(rating_state(row.state),
                  level.number <= 2 ? RatingState::open : RatingState::counted)
            << level.zh;
    }
}

TEST(Rating, StaysDueUntilTheApplicantWasCalledBack) {
    const auto rectified = after(rated(1), RatingStep::rectify);
    ASSERT_TRUE(rectified);
    EXPECT_EQ(rectified->due, due);
    EXPECT_EQ(rectified->actor, "key:head");
    EXPECT_FALSE(after(*rectified, RatingStep::exclude));
    const auto closed = after(*rectified, RatingStep::call_back);
    ASSERT_TRUE(closed);
    EXPECT_FALSE(closed->due);
    EXPECT_FALSE(after(*closed, RatingStep::reopen));
    const auto reopened = after(*rectified, RatingStep::reopen);
    ASSERT_TRUE(reopened);
    EXPECT_EQ(reopened->due, due) << "a second try has no second term";
}

TEST(Rating, GoodOneIsTouchedByNobody) {
    for (const RatingStep step :
         {RatingStep::rectify, RatingStep::call_back, RatingStep::reopen, RatingStep::exclude}) {
        EXPECT_FALSE(after(rated(4), step));
    }
}

TEST(Rating, IsOneACaseWhateverItsDocuments) {
    store::DocumentRow licence;
    licence.id.bytes[0] = 1;
    licence.case_number = "AN-1";
    store::DocumentRow letter = licence;
    letter.id.bytes[0] = 2;
    EXPECT_EQ(rating_case(licence), rating_case(letter));
    letter.case_number.clear();
    EXPECT_EQ(rating_case(letter), to_text(letter.id));
}

TEST(Rating, NoticesOnTheWayAndReceiptsEndNoCase) {
    store::DocumentRow document;
    for (const char* const type : {"SL", "BZ", "RQ", "TBCX", "HZ"}) {
        document.type_code = type;
        EXPECT_FALSE(ends_case(document)) << type;
    }
    for (const char* const type : {"ZY", "BZY", "BYSL", "SPJY"}) {
        document.type_code = type;
        EXPECT_TRUE(ends_case(document)) << type;
    }
}

std::string states_page() {
    std::ostringstream out;
    out << "# States of a rating 好差评\n\n"
           "Printed from `delivery/rating.hpp`; a test compares. The numbers are stored. One "
           "rating a case, by its applicant, once it was served\n(国办发〔2019〕51号). A level of "
           "1 "
           "or 2 (差评) is put right within "
        << rectification_working_days
        << " working days, and the applicant called back.\n\n| # | state | 中文 | steps "
           "|\n|---|---|---|---|\n";
    for (std::uint8_t number = 1; rating_state(number); ++number) {
        const RatingState state = *rating_state(number);
        out << "| " << int{number} << " | `" << state_name(state) << "` | " << state_name_zh(state)
            << " |";
        std::string separator = " ";
        for (const RatingTransition& each : rating_transitions) {
            if (each.from == state) {
                out << separator << step_name(each.step) << ' ' << step_name_zh(each.step) << " → `"
                    << state_name(each.to) << '`';
                separator = " · ";
            }
        }
        out << " |\n";
    }
    out << "\n| level | 中文 | |\n|---|---|---|\n";
    for (const RatingLevel& level : rating_levels) {
        out << "| " << int{level.number} << " | " << level.zh << " | " << level.en << " |\n";
    }
    out << "\n| reason | 中文 | |\n|---|---|---|\n";
    for (const RatingReason& reason : rating_reasons) {
        out << "| `" << reason.code << "` | " << reason.zh << " | " << reason.en << " |\n";
    }
    return out.str();
}

TEST(RatingStates, ThePageIsPrintedFromTheTables) {
    const std::string page = states_page();
    EXPECT_EQ(fakes::printed_page("docs/states/rating.md", page), page);
}

} // namespace
} // namespace songda::delivery
