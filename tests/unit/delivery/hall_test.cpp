// What a hall's screen shows: each document that waits to be collected there, once, while it does,
// and no more of its number than people need to know it again.
#include "delivery/hall.hpp"

#include <gtest/gtest.h>

#include "delivery/channels/place_channel.hpp"
#include "delivery/hand_out.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

const DepartmentCode department{"11320199014138860W"};
const DepartmentCode other_department{"11320199MB1234567A"};
const std::string person = "320102199001010013";

TEST(HallScreen, ShowsTheLastDigitsOfANumber) {
    EXPECT_EQ(short_number("JY13201990000019"), "0019");
    EXPECT_EQ(short_number("示审〔2026〕12号"), "12");
    EXPECT_EQ(short_number("ZY-2026-000123"), "0123");
    EXPECT_EQ(short_number("无编号"), "");
    EXPECT_EQ(short_number(""), "");
}

class HallTest : public testing::Test {
protected:
    DocumentId issue(const DepartmentCode& by, ChannelKind way) {
        const DocumentId id = office_.issue(by, {way}, person);
        office_.clock.advance(1);
        Courier(office_.parts({{ChannelKind::kiosk, place_, 1, 16},
                               {ChannelKind::counter, place_, 1, 16},
                               {ChannelKind::email, office_.email, 1, 16}}))
            .run_once();
        return id;
    }
    std::vector<ReadyInHall> ready() {
        return ready_in_hall(office_.store, {department}, office_.clock.now()).value();
    }
    office::Office office_;
    PlaceChannel place_;
};

TEST_F(HallTest, ADocumentIsShownWhileItCanBeCollected) {
    (void)issue(department, ChannelKind::email);
    (void)issue(other_department, ChannelKind::counter);
    EXPECT_TRUE(ready().empty()) << "by mail, or another department's";
    const DocumentId at_kiosk = issue(department, ChannelKind::kiosk);
    ASSERT_EQ(ready().size(), 1U);
    EXPECT_TRUE(ready()[0].at_kiosk);
    EXPECT_FALSE(ready()[0].at_counter);
    const DocumentId at_counter = issue(department, ChannelKind::counter);
    ASSERT_EQ(ready().size(), 2U);
    EXPECT_TRUE(ready()[0].at_counter) << "the newest first";
    ASSERT_TRUE(office_.change(at_kiosk, store::DocumentStatus::revoked));
    EXPECT_EQ(ready().size(), 1U);
    Collector who;
    who.capacity = "self";
    who.identity = "id_card";
    who.checked = "sight";
    who.number = Private<std::string>(person);
    who.name = Private<std::string>("张三丰");
    who.place = "一楼3号窗口";
    const auto row = *office_.store.find_document(at_counter).value();
    ASSERT_EQ(hand_out({office_.store, office_.keys, office_.random, office_.clock.now()},
                       {row, who, "key:clerk"})
                  .value()
                  .kind,
              HandedOut::Kind::collected);
    EXPECT_TRUE(ready().empty());
}

} // namespace
} // namespace songda::delivery
