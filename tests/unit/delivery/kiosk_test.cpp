// Collecting at a kiosk: a code opens nothing but its own addressee's documents, limits are on disk
// before anything is compared, one kiosk prints one document once, and only paper that came out and
// was taken serves.
#include "delivery/kiosk/desk.hpp"

#include <functional>
#include <utility>

#include <gtest/gtest.h>

#include "delivery/channels/place_channel.hpp"
#include "delivery/collecting.hpp"
#include "delivery/hand_out.hpp"
#include "delivery/kiosk/register.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using office::Office;
using TakenKind = KioskDesk::Taken::Kind;
using Finished = KioskDesk::Finished;
const DepartmentCode department{"11320199014138860W"};
const DepartmentCode other_department{"11320199MB1234567A"};
const std::string person = "320102199001010013";
constexpr std::int64_t minute = 60'000;
constexpr std::int64_t day = 86'400'000;

class KioskTest : public testing::Test {
protected:
    KioskTest() {
        here_ = add_kiosk("SN-1", {});
        there_ = add_kiosk("SN-2", {});
    }
    store::KioskRow add_kiosk(const std::string& serial, std::vector<std::string> types) {
        const NewKiosk made =
            make_kiosk({"hall", serial, "一楼自助机", std::move(types), "operator"},
                       office_.clock.now(), office_.random);
        EXPECT_TRUE(office_.store.step_kiosk({}, made.row, {}, {}).value());
        codes_[serial] = made.code;
        return made.row;
    }
    DocumentId issue(const std::string& recipient = person,
                     std::vector<ChannelKind> channels = {ChannelKind::kiosk}) {
        const DocumentId id = office_.issue(department, std::move(channels), recipient);
        office_.clock.advance(1);
        Courier(office_.parts({{ChannelKind::kiosk, place_, 1, 16}})).run_once();
        return id;
    }
    static Collector card(const std::string& number = person) {
        Collector who;
        who.capacity = "self";
        who.identity = "id_card";
        who.checked = "chip";
        who.number = Private<std::string>(number);
        who.name = Private<std::string>("张三丰");
        who.place = "一楼自助机";
        return who;
    }
    std::string code_of(const DocumentId& document) {
        return office_.keys.collection_of({}, document).code.reveal();
    }
    std::optional<KioskDesk::Opened> open(const std::string& code,
                                          const std::string& number = person) {
        return desk_.open(here_, card(number), code).value();
    }
    KioskDesk::Taken take(const KioskDesk::Opened& opened, const DocumentId& document) {
        return desk_.take(here_, opened.session, document).value();
    }
    std::string token(const KioskDesk::Taken& taken) { return desk_.tokens().write(taken.release); }
    ServiceCase service(const DocumentId& document) {
        return find_service_case(office_.store, *office_.store.find_document(document).value(),
                                 office_.clock.now())
            .value();
    }
    bool is_void(const DocumentId& document, std::uint32_t copy) {
        return office_.store.paper_copies(document).value().at(copy - 1).revoked.has_value();
    }

    Office office_;
    PlaceChannel place_;
    KioskDesk desk_{
        office_.store, office_.keys, office_.clock, office_.random, {other_department, department}};
    store::KioskRow here_;
    store::KioskRow there_;
    std::map<std::string, std::string> codes_;
};

TEST_F(KioskTest, IdentityAndCodeOpenPaperThatCameOutAndWasTakenServes) {
    const DocumentId document = issue();
    const auto opened = open(code_of(document));
    ASSERT_TRUE(opened);
    ASSERT_EQ(opened->documents.size(), 1U);
    const KioskDesk::Taken taken = take(*opened, document);
    ASSERT_EQ(taken.kind, TakenKind::taken);
    EXPECT_EQ(taken.release.copy, 1U);
    EXPECT_EQ(office_.store.paper_copies(document).value()[0].collector.reveal(), "张**");
    EXPECT_TRUE(desk_.find_release(here_, token(taken)).value());
    EXPECT_EQ(office_.state(document), LegState::available) << "the lock is no state";
    office_.clock.advance(minute / 2);
    EXPECT_EQ(desk_.finish(here_, token(taken), {2, true, ""}).value(), Finished::collected);
    EXPECT_EQ(office_.state(document), LegState::acknowledged);
    EXPECT_EQ(service(document).basis->rule, "kiosk-collected");
    EXPECT_EQ(desk_.finish(here_, token(taken), {2, true, ""}).value(), Finished::collected)
        << "its answer was lost";
    EXPECT_FALSE(is_void(document, 1));
    const auto events = office_.store.leg_events(office_.leg(document).id).value();
    EXPECT_NE(events.back().detail.find("\"copy\":1"), std::string::npos) << events.back().detail;
    EXPECT_NE(events.back().detail.find("张**"), std::string::npos);
    EXPECT_EQ(events.back().detail.find(person), std::string::npos);
    EXPECT_FALSE(open(code_of(document))) << "nothing is ready any more";
}

TEST_F(KioskTest, ACodeOpensNothingOfAnotherAddressee) {
    const DocumentId mine = issue();
    const DocumentId others = issue("320102198505050017");
    EXPECT_FALSE(open(code_of(others)));
    EXPECT_FALSE(open(code_of(mine), "320102198505050017"));
    EXPECT_FALSE(open(code_of(mine), "110101200001010000")) << "whom nobody knows";
    const auto opened = open(code_of(mine));
    ASSERT_TRUE(opened);
    EXPECT_EQ(take(*opened, others).kind, TakenKind::absent);
}

TEST_F(KioskTest, FiveWrongCodesKillTheCodeUntilAClerkTellsItAgain) {
    const DocumentId document = issue();
    for (int tries = 0; tries < 4; ++tries) {
        EXPECT_FALSE(open("00000000"));
    }
    ASSERT_TRUE(open(code_of(document))) << "a right one before the fifth takes them back";
    for (int tries = 0; tries < 5; ++tries) {
        EXPECT_FALSE(open("00000000"));
    }
    office_.clock.advance(2 * day);
    EXPECT_FALSE(open(code_of(document))) << "dead, however long one waits";
    Collecting clerk(office_.store, office_.keys, office_.clock, day);
    ASSERT_TRUE(clerk.renew(document).value());
    EXPECT_TRUE(open(code_of(document)));
}

TEST_F(KioskTest, TenWrongTriesOfAnyKindCoolTheKioskDown) {
    const DocumentId document = issue();
    for (int tries = 0; tries < 10; ++tries) {
        EXPECT_FALSE(open("00000000", "11010120000101" + std::to_string(1000 + tries)));
    }
    EXPECT_FALSE(open(code_of(document)));
    EXPECT_TRUE(desk_.open(there_, card(), code_of(document)).value()) << "another kiosk is not";
    office_.clock.advance(15 * minute);
    EXPECT_TRUE(open(code_of(document)));
}

TEST_F(KioskTest, RightCodesDoNotCoolTheKioskDownButOnePersonHasADailyCap) {
    const DocumentId document = issue();
    for (int tries = 0; tries < addressee_day_max; ++tries) {
        ASSERT_TRUE(open(code_of(document))) << tries;
    }
    EXPECT_FALSE(open(code_of(document)));
    office_.clock.advance(day);
    EXPECT_TRUE(open(code_of(document)));
}

TEST_F(KioskTest, ALostAnswerHasCountedAlready) {
    const DocumentId document = issue();
    office_.store.set_writable(false);
    EXPECT_FALSE(desk_.open(here_, card(), code_of(document)).ok())
        << "what cannot be counted is not compared";
}

TEST_F(KioskTest, OneKioskAtATime) {
    const DocumentId document = issue();
    const auto opened = open(code_of(document));
    const auto elsewhere = desk_.open(there_, card(), code_of(document)).value();
    const KioskDesk::Taken first = take(*opened, document);
    EXPECT_EQ(desk_.take(there_, elsewhere->session, document).value().kind, TakenKind::busy);
    EXPECT_EQ(take(*opened, document).kind, TakenKind::busy);
    EXPECT_EQ(desk_.take(there_, opened->session, document).value().kind, TakenKind::ended)
        << "a session is its kiosk's";
    EXPECT_EQ(desk_.finish(there_, token(first), {1, true, ""}).value(), Finished::unknown);
    EXPECT_FALSE(desk_.find_release(there_, token(first)).value());
    EXPECT_EQ(desk_.finish(here_, token(first) + "0", {1, true, ""}).value(), Finished::unknown);
}

TEST_F(KioskTest, AJamVoidsItsCopyAndTheDocumentIsReadyAgain) {
    const DocumentId document = issue();
    const auto opened = open(code_of(document));
    const KioskDesk::Taken jammed = take(*opened, document);
    EXPECT_EQ(desk_.finish(here_, token(jammed), {1, false, "printer_jam"}).value(),
              Finished::returned);
    EXPECT_TRUE(is_void(document, 1));
    EXPECT_EQ(office_.state(document), LegState::available);
    EXPECT_NE(service(document).state, ServiceState::served);
    const KioskDesk::Taken again = take(*opened, document);
    ASSERT_EQ(again.kind, TakenKind::taken);
    EXPECT_EQ(again.release.copy, 2U);
    EXPECT_EQ(office_.store.find_collecting(document).value()->failures, 1);
    EXPECT_EQ(desk_.finish(here_, token(jammed), {1, true, ""}).value(), Finished::unknown)
        << "the earlier release is over";
    EXPECT_EQ(desk_.finish(here_, token(again), {0, true, ""}).value(), Finished::returned)
        << "completed, and no sheet came out";
    const KioskDesk::Taken third = take(*opened, document);
    EXPECT_EQ(desk_.finish(here_, token(third), {1, false, ""}).value(), Finished::returned)
        << "nobody said that they have it";
    EXPECT_TRUE(is_void(document, 3));
}

TEST_F(KioskTest, FewerSidesThanPagesAreAnIncidentAndTheCopyIsVoid) {
    const DocumentId document = issue();
    const auto opened = open(code_of(document));
    KioskDesk::Taken taken = take(*opened, document);
    taken.release.pages = 3;
    EXPECT_EQ(desk_.finish(here_, token(taken), {2, true, ""}).value(), Finished::returned);
    EXPECT_EQ(office_.store.paper_copies(document).value()[0].reason, "pages_missing");
    EXPECT_EQ(office_.store.find_collecting(document).value()->failures, 1);
    KioskDesk::Taken again = take(*opened, document);
    again.release.pages = 3;
    EXPECT_EQ(desk_.finish(here_, token(again), {3, true, ""}).value(), Finished::collected);
}

TEST_F(KioskTest, AfterFiveFailuresAPersonHasToLook) {
    const DocumentId document = issue();
    const auto opened = open(code_of(document));
    for (int failures = 0; failures < 5; ++failures) {
        ASSERT_EQ(desk_.finish(here_, token(take(*opened, document)), {0, false, "x"}).value(),
                  Finished::returned);
    }
    EXPECT_EQ(take(*opened, document).kind, TakenKind::too_many);
}

TEST_F(KioskTest, AKioskThatDiesWhilePrintingLosesItsLockAndItsCopy) {
    const DocumentId document = issue();
    const KioskDesk::Taken lost = take(*open(code_of(document)), document);
    office_.clock.advance(release_ms);
    EXPECT_FALSE(desk_.find_release(here_, token(lost)).value()) << "the file is fetched in 60 s";
    office_.clock.advance(printing_ms);
    const KioskDesk::Taken again = take(*open(code_of(document)), document);
    ASSERT_EQ(again.kind, TakenKind::taken);
    EXPECT_TRUE(is_void(document, lost.release.copy));
    EXPECT_FALSE(is_void(document, again.release.copy));
}

TEST_F(KioskTest, AResultThatComesLateCountsWhileNobodyElseTookIt) {
    const DocumentId document = issue();
    const KioskDesk::Taken taken = take(*open(code_of(document)), document);
    office_.clock.advance(10 * minute);
    EXPECT_EQ(desk_.finish(here_, token(taken), {1, true, ""}).value(), Finished::collected);
}

TEST_F(KioskTest, WhatWasRevokedWhileItPrintedIsNotCollected) {
    const DocumentId document = issue();
    const KioskDesk::Taken taken = take(*open(code_of(document)), document);
    ASSERT_TRUE(office_.change(document, store::DocumentStatus::revoked));
    EXPECT_EQ(desk_.finish(here_, token(taken), {1, true, ""}).value(), Finished::moved);
    EXPECT_TRUE(is_void(document, 1));
    EXPECT_EQ(office_.state(document), LegState::cancelled);
}

HandedOut::Kind hand_out_now(Office& office, const DocumentId& document, const Collector& who) {
    const auto row = *office.store.find_document(document).value();
    return hand_out({office.store, office.keys, office.random, office.clock.now()},
                    {row, who, "key:clerk"})
        .value()
        .kind;
}

TEST_F(KioskTest, WhatTheCounterHandedOutAfterTheLockEndedIsNotCollectedAgain) {
    const DocumentId document = issue();
    const KioskDesk::Taken taken = take(*open(code_of(document)), document);
    office_.clock.advance(printing_ms);
    ASSERT_EQ(hand_out_now(office_, document, card()), HandedOut::Kind::collected);
    ASSERT_EQ(office_.state(document, ChannelKind::kiosk), LegState::available)
        << "it is the counter's leg that was collected";
    EXPECT_EQ(desk_.finish(here_, token(taken), {1, true, ""}).value(), Finished::moved);
    EXPECT_TRUE(is_void(document, taken.release.copy));
    EXPECT_EQ(office_.state(document, ChannelKind::kiosk), LegState::available);
}

/// Somebody else comes in between, once, when the time is asked for.
class InterruptedClock final : public Clock {
public:
    explicit InterruptedClock(const Clock& clock) : clock_(clock) {}
    mutable std::function<void()> once;
    [[nodiscard]] TimeMs now() const override {
        if (const auto other = std::exchange(once, nullptr)) {
            other();
        }
        return clock_.now();
    }

private:
    const Clock& clock_;
};

TEST_F(KioskTest, TheCounterIsLockedOutInTheCommitAndNotOnlyWhenItLooked) {
    const DocumentId document = issue();
    const auto opened = open(code_of(document));
    std::optional<KioskDesk::Taken> taken;
    office_.store.before_collecting = [&] { taken = take(*opened, document); };
    EXPECT_EQ(hand_out_now(office_, document, card()), HandedOut::Kind::at_kiosk);
    ASSERT_TRUE(taken && taken->kind == TakenKind::taken);
    EXPECT_EQ(desk_.finish(here_, token(*taken), {1, true, ""}).value(), Finished::collected);
    EXPECT_EQ(hand_out_now(office_, document, card()), HandedOut::Kind::already);
}

TEST_F(KioskTest, WhatACounterHandedOutInBetweenIsNotLockedAndItsCopyIsVoid) {
    const DocumentId document = issue();
    const auto opened = open(code_of(document));
    office_.store.before_collecting = [&] {
        EXPECT_EQ(hand_out_now(office_, document, card()), HandedOut::Kind::collected);
    };
    EXPECT_EQ(take(*opened, document).kind, TakenKind::busy);
    EXPECT_TRUE(is_void(document, 1));
    EXPECT_EQ(take(*opened, document).kind, TakenKind::absent);
}

TEST_F(KioskTest, OfAKioskAndACounterThatCollectAtOnceOneDoes) {
    const DocumentId document = issue();
    const KioskDesk::Taken taken = take(*open(code_of(document)), document);
    office_.clock.advance(printing_ms); // the lock is over: the counter may
    office_.store.before_collecting = [&] {
        EXPECT_EQ(hand_out_now(office_, document, card()), HandedOut::Kind::collected);
    };
    EXPECT_EQ(desk_.finish(here_, token(taken), {1, true, ""}).value(), Finished::moved);
    EXPECT_TRUE(is_void(document, taken.release.copy));
}

TEST_F(KioskTest, TheSameGoodResultToldTwiceAtOnceIsCollectedBothTimes) {
    const DocumentId document = issue();
    const KioskDesk::Taken taken = take(*open(code_of(document)), document);
    InterruptedClock clock(office_.clock);
    KioskDesk slow(office_.store, office_.keys, clock, office_.random, {department});
    clock.once = [&] {
        EXPECT_EQ(desk_.finish(here_, token(taken), {2, true, ""}).value(), Finished::collected);
    };
    EXPECT_EQ(slow.finish(here_, token(taken), {2, true, ""}).value(), Finished::collected);
    EXPECT_FALSE(is_void(document, taken.release.copy));
}

TEST_F(KioskTest, ACopyThatAClerkVoidedMeanwhileIsNotCollectedWith) {
    const DocumentId document = issue();
    const KioskDesk::Taken taken = take(*open(code_of(document)), document);
    ASSERT_TRUE(
        office_.store.revoke_paper_copy(document, taken.release.copy, office_.clock.now(), "x", {})
            .ok());
    EXPECT_EQ(desk_.finish(here_, token(taken), {1, true, ""}).value(), Finished::moved);
    EXPECT_EQ(office_.state(document), LegState::available);
}

TEST_F(KioskTest, WhatNeverReachedThePrinterIsVoidAndFreeAndCountsAsNoFailure) {
    const DocumentId document = issue();
    const auto opened = open(code_of(document));
    ASSERT_EQ(
        desk_.finish(here_, token(take(*opened, document)), {0, false, "printer_jam"}).value(),
        Finished::returned);
    std::uint32_t copy = 1;
    for (const char* const reason : {"printer_busy", "file"}) {
        const KioskDesk::Taken taken = take(*opened, document);
        ASSERT_EQ(taken.kind, TakenKind::taken) << reason;
        EXPECT_EQ(desk_.finish(here_, token(taken), {0, false, reason}).value(),
                  Finished::returned);
        EXPECT_TRUE(is_void(document, ++copy));
    }
    const KioskDesk::Taken unmade = take(*opened, document);
    ASSERT_TRUE(desk_.withdraw(here_, unmade.release).ok());
    EXPECT_TRUE(is_void(document, ++copy));
    EXPECT_EQ(desk_.finish(here_, token(unmade), {1, true, ""}).value(), Finished::unknown);
    const KioskDesk::Taken last = take(*opened, document);
    ASSERT_EQ(last.kind, TakenKind::taken) << "free at once";
    EXPECT_EQ(office_.store.find_collecting(document).value()->failures, 1)
        << "the jam, and nothing else";
}

TEST_F(KioskTest, ALockThatRanOutIsAFailureOnlyIfItsFileWentToThePrinter) {
    const DocumentId document = issue();
    for (int unsent = 0; unsent < 6; ++unsent) {
        ASSERT_EQ(take(*open(code_of(document)), document).kind, TakenKind::taken);
        office_.clock.advance(printing_ms);
    }
    for (std::uint16_t sent = 0; sent < 5; ++sent) {
        const KioskDesk::Taken taken = take(*open(code_of(document)), document);
        ASSERT_EQ(taken.kind, TakenKind::taken) << sent;
        EXPECT_EQ(office_.store.find_collecting(document).value()->failures, sent);
        ASSERT_TRUE(desk_.note_sent(taken.release).ok());
        office_.clock.advance(printing_ms);
    }
    EXPECT_EQ(take(*open(code_of(document)), document).kind, TakenKind::too_many);
    EXPECT_TRUE(is_void(document, 11)) << "the last one too";
}

TEST_F(KioskTest, TheCopyOfALockThatRanOutIsVoidBeforeThereIsAnother) {
    const DocumentId document = issue();
    const KioskDesk::Taken lost = take(*open(code_of(document)), document);
    office_.clock.advance(printing_ms);
    ASSERT_EQ(take(*open(code_of(document)), document).kind, TakenKind::taken);
    std::vector<std::string> copies;
    for (const store::AuditEntry& entry : office_.store.list_audit(0, 100).value()) {
        if (entry.row.action.starts_with("paper_copy")) {
            copies.push_back(entry.row.action);
        }
    }
    EXPECT_EQ(copies, (std::vector<std::string>{"paper_copy", "paper_copy_revoked", "paper_copy"}));
    EXPECT_TRUE(is_void(document, lost.release.copy));
}

TEST_F(KioskTest, WhoChoseAnotherWayMayComeToAKioskAndItsScopeCounts) {
    const DocumentId document = issue(person, {ChannelKind::email});
    const auto narrow = add_kiosk("SN-3", {"ZY"});
    EXPECT_FALSE(desk_.open(narrow, card(), code_of(document)).value());
    const auto opened = open(code_of(document));
    ASSERT_TRUE(opened);
    const KioskDesk::Taken taken = take(*opened, document);
    ASSERT_EQ(taken.kind, TakenKind::taken);
    EXPECT_EQ(desk_.finish(here_, token(taken), {1, true, ""}).value(), Finished::collected);
}

TEST_F(KioskTest, ASessionEndsAndItsTokenCannotBeChanged) {
    const DocumentId document = issue();
    const auto opened = open(code_of(document));
    std::string changed = opened->session;
    changed[0] = changed[0] == '7' ? '6' : '7';
    EXPECT_EQ(desk_.take(here_, changed, document).value().kind, TakenKind::ended);
    office_.clock.advance(session_ms);
    EXPECT_EQ(take(*opened, document).kind, TakenKind::ended);
}

TEST_F(KioskTest, EnrolsOnceWithItsOwnSerialAndInTime) {
    const KioskTokens tokens(office_.keys);
    const auto find = [&](const std::string& serial, const std::string& code) {
        return find_enrolling(office_.store, tokens, serial, code, office_.clock.now()).value();
    };
    EXPECT_FALSE(find("SN-2", codes_["SN-1"])) << "another's code";
    EXPECT_FALSE(find("SN-9", codes_["SN-1"]));
    const auto found = find("SN-1", codes_["SN-1"]);
    ASSERT_TRUE(found);
    store::KioskRow enrolled = *found;
    enrolled.code_until.reset();
    const Digest certificate = sha256(as_bytes("certificate"));
    ASSERT_TRUE(
        office_.store
            .step_kiosk(found, enrolled,
                        store::KioskCertificate{certificate, enrolled.id, office_.clock.now(),
                                                office_.clock.now() + day},
                        {})
            .value());
    EXPECT_FALSE(find("SN-1", codes_["SN-1"])) << "used";
    const auto known = [&] {
        return find_by_certificate(office_.store, certificate, office_.clock.now()).value();
    };
    EXPECT_EQ(known(), enrolled);
    store::KioskRow revoked = enrolled;
    revoked.revoked = office_.clock.now();
    ASSERT_TRUE(office_.store.step_kiosk(enrolled, revoked, {}, {}).value());
    EXPECT_FALSE(known()) << "at its next request";
    office_.clock.advance(enrolment_ms);
    EXPECT_FALSE(find("SN-2", codes_["SN-2"])) << "too late";
}

TEST_F(KioskTest, FiveWrongEnrolmentsOfASerialAndTheRightOneIsRefused) {
    const KioskTokens tokens(office_.keys);
    const auto find = [&](const std::string& code) {
        return find_enrolling(office_.store, tokens, "SN-1", code, office_.clock.now()).value();
    };
    for (int tries = 0; tries < 5; ++tries) {
        EXPECT_FALSE(find(codes_["SN-2"]));
    }
    EXPECT_FALSE(find(codes_["SN-1"]));
}

TEST_F(KioskTest, SerialsThatNobodyRegisteredShareOneCounter) {
    const KioskTokens tokens(office_.keys);
    for (int tries = 0; tries < 20; ++tries) {
        EXPECT_FALSE(find_enrolling(office_.store, tokens, "SN-X" + std::to_string(tries), "",
                                    office_.clock.now())
                         .value());
    }
    const auto may_count = [&](const std::string& serial) -> bool {
        const std::array one = {store::TryLimit{tokens.counted("enrolment", serial), 0xFFFF, day}};
        return office_.store.count_tries(one, office_.clock.now()).value()[0];
    };
    EXPECT_TRUE(may_count("SN-X1"));
    const std::array shared = {store::TryLimit{tokens.counted("enrolment", ""), 5, day}};
    EXPECT_FALSE(office_.store.count_tries(shared, office_.clock.now()).value()[0]);
    EXPECT_TRUE(
        find_enrolling(office_.store, tokens, "SN-1", codes_["SN-1"], office_.clock.now()).value())
        << "one that is registered has its own";
}

TEST_F(KioskTest, AnUnknownCodeIsWrittenDownHoweverOftenItWasTried) {
    for (int tries = 0; tries < 9; ++tries) {
        EXPECT_FALSE(open("00000000", "110101200001010000"));
        office_.clock.advance(1);
    }
    const std::array stand_in = {store::TryLimit{code_counter(desk_.tokens(), {}), 2, 0}};
    EXPECT_TRUE(office_.store.count_tries(stand_in, office_.clock.now()).value()[0])
        << "a counter that is full is not written, and that could be measured";
}

TEST_F(KioskTest, ASessionNamesInboxesWithADocumentAlone) {
    std::vector<DepartmentCode> many;
    for (int at = 100; at < 300; ++at) {
        many.push_back({"11320199MB1234" + std::to_string(at) + "A"});
    }
    many.push_back(department);
    KioskDesk city(office_.store, office_.keys, office_.clock, office_.random, many);
    const DocumentId document = issue();
    const auto opened = city.open(here_, card(), code_of(document)).value();
    ASSERT_TRUE(opened);
    EXPECT_LT(opened->session.size(), 2000U);
    EXPECT_EQ(city.take(here_, opened->session, document).value().kind, TakenKind::taken);
}

} // namespace
} // namespace songda::delivery
