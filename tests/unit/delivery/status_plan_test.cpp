// What a change of status does to deliveries: every leg state under every status, what couriers do
// with legs that are stopped, held, released or out, who is told, in which order, and that being
// told serves nothing.
#include "delivery/status_plan.hpp"

#include <set>

#include <gtest/gtest.h>

#include "delivery/collecting.hpp"
#include "delivery/settle.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using office::Office;
using store::DocumentStatus;
using store::LegPurpose;
const DepartmentCode department{"11320199014138860W"};

std::vector<DocumentStatus> every_status() {
    std::vector<DocumentStatus> all(store::document_statuses.begin(),
                                    store::document_statuses.end());
    all.push_back(DocumentStatus::expired);
    return all;
}

/// Written out by hand, so that a change of the code's table is seen.
Fate expected(LegState state, bool by_status, DocumentStatus holds) {
    const std::set<LegState> waiting = {LegState::created, LegState::queued, LegState::retry_wait};
    const std::set<LegState> nothing_left = {LegState::refused, LegState::expired,
                                             LegState::returned, LegState::failed,
                                             LegState::cancelled};
    const std::set<DocumentStatus> ended = {DocumentStatus::revoked, DocumentStatus::cancelled,
                                            DocumentStatus::superseded, DocumentStatus::forfeited,
                                            DocumentStatus::expired};
    if (nothing_left.contains(state)) {
        return Fate::stays;
    }
    if (waiting.contains(state) || state == LegState::held) {
        if (ended.contains(holds)) {
            return Fate::stopped;
        }
        if (state == LegState::held) {
            return !by_status                       ? Fate::stays
                   : holds == DocumentStatus::valid ? Fate::released
                                                    : Fate::held;
        }
        return holds == DocumentStatus::valid ? Fate::stays : Fate::held;
    }
    return state == LegState::available && ended.contains(holds) ? Fate::stopped : Fate::marked;
}

TEST(StatusPlan, EveryLegStateUnderEveryStatus) {
    std::size_t pairs = 0;
    for (std::size_t number = 1; number <= leg_state_count; ++number) {
        for (const DocumentStatus holds : every_status()) {
            for (const bool by_status : {false, true}) {
                const LegState state = *leg_state(static_cast<std::uint8_t>(number));
                if (by_status && state != LegState::held) {
                    continue;
                }
                const Fate fate = expected(state, by_status, holds);
                EXPECT_EQ(fate_of(state, by_status, holds), fate)
                    << state_name(state) << ' ' << store::status_name(holds);
                // And the step that it is, is one of the table or none.
                store::LegRow leg;
                leg.channel = 2;
                leg.state = static_cast<std::uint8_t>(number);
                leg.reason = by_status ? "suspended" : "";
                leg.due = TimeMs{77};
                const auto update = settle_status(leg, holds, TimeMs{5});
                ASSERT_EQ(update.has_value(), fate != Fate::stays);
                if (update) {
                    const LegState after = *leg_state(update->state);
                    EXPECT_EQ(after == LegState::cancelled, fate == Fate::stopped);
                    EXPECT_EQ(after == LegState::held, fate == Fate::held);
                    EXPECT_EQ(after == LegState::queued && state == LegState::held,
                              fate == Fate::released);
                    EXPECT_EQ(update->due.has_value(), fate != Fate::stopped);
                    if (fate == Fate::marked) {
                        EXPECT_EQ(after, state);
                        EXPECT_EQ(update->due, TimeMs{77}) << "as it was";
                        EXPECT_EQ(update->events.at(0).kind, status_event);
                        EXPECT_EQ(update->events.at(0).detail, store::status_name(holds));
                    }
                }
                ++pairs;
            }
        }
    }
    EXPECT_EQ(pairs, 21U * every_status().size());
}

TEST(StatusPlan, LegOfUnknownOutcomeIsMarkedAndAnotherFailureIsNot) {
    store::LegRow leg;
    leg.channel = 2;
    leg.state = static_cast<std::uint8_t>(LegState::failed);
    leg.reason = "outcome_unknown";
    EXPECT_TRUE(settle_status(leg, DocumentStatus::revoked, TimeMs{5}));
    leg.reason = "mailbox_full";
    EXPECT_FALSE(settle_status(leg, DocumentStatus::revoked, TimeMs{5}));
}

std::vector<store::LegRow> told_legs(Office& office, const DocumentId& document) {
    auto legs = office.store.legs_of(document).value();
    std::erase_if(legs, [](const store::LegRow& leg) { return !leg.tells; });
    return legs;
}

void work(Office& office) {
    Courier courier(office.parts());
    while (courier.run_once() > 0) {
    }
}

TEST(StatusPlan, EveryAddressAndTheSupervisorAreToldOnce) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::portal, ChannelKind::email});
    work(office);
    // Sent again over the same mailbox: one address all the same.
    ASSERT_TRUE(office.store
                    .add_leg(make_leg(office.leg(document, ChannelKind::email), office.clock.now(),
                                      office.random))
                    .ok());
    work(office);
    office.portal.links.clear();
    office.email.links.clear();
    ASSERT_TRUE(office.change(document, DocumentStatus::revoked));
    EXPECT_FALSE(office.change(document, DocumentStatus::revoked)) << "asked again";
    work(office);
    ASSERT_EQ(told_legs(office, document).size(), 3U);
    for (const store::LegRow& leg : told_legs(office, document)) {
        EXPECT_EQ(leg.tells, (store::ToldStatus{document, 2}));
        const bool portal = leg.channel == 1;
        EXPECT_EQ(leg_state(leg.state), portal ? LegState::reached : LegState::accepted);
        EXPECT_EQ(leg.inbox == store::InboxId{}, leg.purpose == LegPurpose::supervision);
    }
    ASSERT_EQ(office.portal.told.size(), 1U);
    EXPECT_EQ(office.email.told.size(), 2U);
    const Notice& told = office.portal.told.front();
    EXPECT_EQ(told.change.status, DocumentStatus::revoked);
    EXPECT_EQ(told.change.operation, store::Operation::ended);
    EXPECT_EQ(told.change.reason, "原因");
    EXPECT_TRUE(told.present);
    EXPECT_EQ(told.verify, "https://songda.test/v/" +
                               to_text(office.store.find_document(document).value()->key));
    EXPECT_EQ(office.portal.links, std::vector<std::string>{""}) << "no link, no code";
    EXPECT_EQ(office.email.file_bytes, 0U) << "and no file";
}

TEST(StatusPlan, AnotherDepartmentsSupervisorIsNotTold) {
    Office office;
    const DocumentId document = office.issue({"12320199014138860X"}, {ChannelKind::portal});
    office.change(document, DocumentStatus::suspended);
    ASSERT_EQ(told_legs(office, document).size(), 1U);
    EXPECT_EQ(told_legs(office, document)[0].purpose, LegPurpose::notice);
}

TEST(StatusPlan, SupervisorsOfATemplateOrTypeAreToldOfThatAlone) {
    fakes::SeededRandom random(1);
    const auto choice = [](const char* mailbox) {
        return Choice{ChannelKind::email, Private<std::string>(mailbox)};
    };
    const StatusPlanner planner({{department,
                                  {{{choice("food@a.cn")}, {"food-business-licence"}, true},
                                   {{choice("type@a.cn")}, {"YSZYZC"}, true},
                                   {{choice("food@a.cn"), choice("all@a.cn")}, {}, true},
                                   {{choice("changes@a.cn")}, {}, false}}}},
                                random);
    store::DocumentRow document;
    document.department = department;
    document.template_version = "food-business-licence@3";
    document.type_code = "SPJY";
    const auto told = [&] {
        std::vector<std::string> mailboxes;
        for (const store::LegWrite& write : planner.tell_issued(document)) {
            mailboxes.push_back(write.leg.address.reveal());
            EXPECT_EQ(write.leg.tells, (store::ToldStatus{document.id, 1}));
        }
        return mailboxes;
    };
    EXPECT_EQ(told(), (std::vector<std::string>{"food@a.cn", "all@a.cn"})) << "each once";
    document.template_version = "pharmacist-registration@1";
    document.type_code = "YSZYZC";
    EXPECT_EQ(told(), (std::vector<std::string>{"type@a.cn", "food@a.cn", "all@a.cn"}));
}

TEST(StatusPlan, AddressWhereNobodyIsForGoodIsNotTold) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::portal, ChannelKind::email});
    office.email.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::permanent, Reason::address_invalid, "", 0};
    };
    work(office);
    office.change(document, DocumentStatus::revoked);
    const auto legs = told_legs(office, document);
    ASSERT_EQ(legs.size(), 2U);
    EXPECT_EQ(legs[0].channel == 1, legs[0].purpose == LegPurpose::notice);
    EXPECT_EQ(legs[1].channel == 1, legs[1].purpose == LegPurpose::notice);
}

TEST(StatusPlan, WaitingLegsOfARevokedDocumentAreStoppedAtOnce) {
    Office office;
    office.email.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::temporary, Reason::mailbox_full, "", 0};
    };
    const DocumentId document = office.issue(department, {ChannelKind::email});
    work(office);
    ASSERT_EQ(office.state(document), LegState::retry_wait);
    office.change(document, DocumentStatus::superseded);
    EXPECT_EQ(office.state(document), LegState::cancelled);
    EXPECT_EQ(office.leg(document).reason, "superseded");
    EXPECT_FALSE(office.leg(document).due);
}

TEST(StatusPlan, SuspendedDocumentWaitsPastItsDeadlineAndGoesOnWhenGivenBack) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::email});
    office.change(document, DocumentStatus::suspended);
    EXPECT_EQ(office.state(document), LegState::held);
    for (int day = 0; day < 60; ++day) {
        work(office);
        office.clock.advance(24LL * 3'600'000);
    }
    EXPECT_EQ(office.state(document), LegState::held);
    const std::size_t before = office.email.sent.size();
    EXPECT_EQ(before, 2U) << "the notices, not the document";
    office.change(document, DocumentStatus::valid);
    EXPECT_EQ(office.state(document), LegState::queued);
    work(office);
    EXPECT_EQ(office.state(document), LegState::accepted);
    EXPECT_EQ(office.email.file_bytes, 0U) << "the notice came after it";
}

TEST(StatusPlan, HeldDocumentThatIsRevokedIsStopped) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::email});
    office.change(document, DocumentStatus::suspended);
    office.change(document, DocumentStatus::revoked);
    EXPECT_EQ(office.state(document), LegState::cancelled);
    EXPECT_EQ(office.leg(document).reason, "revoked");
}

/// Between the claim and the look at the document the document is suspended and given back: the
/// courier holds a leg that nobody releases. It is looked at again.
TEST(StatusPlan, LegThatWasHeldTooLateIsFoundAndReleased) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::email});
    ASSERT_TRUE(office.store
                    .set_status(document,
                                {{DocumentStatus::suspended, office.clock.now(), "r", "a"}, {}, {}})
                    .ok()); // nothing follows, as if it had been claimed
    work(office);
    EXPECT_EQ(office.state(document), LegState::held);
    ASSERT_TRUE(
        office.store
            .set_status(document, {{DocumentStatus::valid, office.clock.now(), "r", "a"}, {}, {}})
            .ok());
    work(office);
    EXPECT_TRUE(office.email.sent.empty());
    office.clock.advance(10 * 60'000);
    work(office);
    EXPECT_EQ(office.state(document), LegState::accepted);
}

TEST(StatusPlan, WhatIsOutIsMarkedAndTheMarkIsTakenBack) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::portal});
    work(office);
    const auto mark = [&] {
        for (const LegProgress& each : progress_of(office.store, document).value()) {
            if (each.leg.purpose == LegPurpose::service) {
                EXPECT_EQ(leg_state(each.leg.state), LegState::reached);
                return each.mark ? each.mark->status : "";
            }
        }
        return std::string("no leg");
    };
    EXPECT_EQ(mark(), "");
    office.change(document, DocumentStatus::suspended);
    EXPECT_EQ(mark(), "suspended");
    office.change(document, DocumentStatus::valid);
    EXPECT_EQ(mark(), "");
    office.change(document, DocumentStatus::forfeited);
    EXPECT_EQ(mark(), "forfeited");
}

/// The document changes while its mail is with the courier: what the courier learns stands, the leg
/// is marked, and the notice follows the mail.
TEST(StatusPlan, ChangeDuringTheSendingMarksTheLegAndTheNoticeFollows) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::email});
    std::vector<std::string> order;
    office.email.answer = [&](const Dispatch& dispatch) {
        if (dispatch.notice == nullptr) {
            EXPECT_TRUE(office.change(document, DocumentStatus::revoked));
            Courier beside(office.parts());
            beside.run_once();
        }
        order.push_back(std::string(purpose_name(dispatch.leg.purpose)));
        return Outcome{Outcome::Kind::accepted, Reason::none, "", 0};
    };
    work(office);
    office.clock.advance(1000);
    work(office);
    EXPECT_EQ(office.state(document), LegState::accepted);
    const auto service = order.end() - std::find(order.begin(), order.end(), "service");
    const auto notice = order.end() - std::find(order.begin(), order.end(), "notice");
    EXPECT_GT(service, notice);
    EXPECT_EQ(progress_of(office.store, document).value().front().mark->status, "revoked");
}

TEST(StatusPlan, TwoChangesAreToldInOrderAndTheFirstSaysThatItIsHistory) {
    Office office;
    const DocumentId document = office.issue(department, {ChannelKind::email});
    work(office);
    bool first = true;
    office.email.answer = [&](const Dispatch&) {
        const bool fail = std::exchange(first, false);
        return Outcome{fail ? Outcome::Kind::temporary : Outcome::Kind::accepted,
                       fail ? Reason::mailbox_full : Reason::none, "", 0};
    };
    office.change(document, DocumentStatus::suspended);
    office.clock.advance(5);
    office.change(document, DocumentStatus::valid);
    for (int minute = 0; minute < 10; ++minute) {
        work(office);
        office.clock.advance(60'000);
    }
    std::map<std::string, std::vector<std::string>> told;
    const auto legs = told_legs(office, document);
    ASSERT_EQ(legs.size(), 4U);
    for (const store::LegRow& leg : legs) {
        EXPECT_EQ(leg_state(leg.state), LegState::accepted);
    }
    // One of the four failed once; the second of its address waited for it.
    std::vector<std::string> suspended_then_valid;
    ASSERT_EQ(office.email.told.size(), 5U);
    std::size_t history = 0;
    for (const Notice& notice : office.email.told) {
        history += notice.present ? 0U : 1U;
        EXPECT_EQ(notice.present, notice.change.status == DocumentStatus::valid);
        EXPECT_EQ(notice.now, DocumentStatus::valid);
    }
    EXPECT_EQ(history, 3U);
    for (const LegPurpose purpose : {LegPurpose::notice, LegPurpose::supervision}) {
        std::vector<TimeMs> at;
        for (const store::LegRow& leg : legs) {
            if (leg.purpose == purpose) {
                at.push_back(office.store.leg_events(leg.id).value().back().happened);
            }
        }
        EXPECT_LE(at.at(0), at.at(1));
    }
}

TEST(StatusPlan, ANoticeServesNothing) {
    Office office;
    Collecting collecting(office.store, office.keys, office.clock, 1'000'000'000);
    const DocumentId document = office.issue(department, {ChannelKind::email});
    work(office);
    office.clock.advance(5);
    office.change(document, DocumentStatus::revoked);
    work(office);
    const store::LegRow served = office.leg(document);
    const auto renewed = collecting.renew(document).value();
    EXPECT_EQ(renewed->collection.link, office.keys.collection_of(served.id, document).link)
        << "the link is that of the leg that served";
    ASSERT_TRUE(collecting.hand_over(served.inbox, document).value());
    EXPECT_EQ(office.state(document), LegState::acknowledged);
    const std::string code = office.keys.collection_of(served.id, document).code.reveal();
    const auto open = [&](const LegId& leg) {
        const std::string link = office.keys.collection_of(leg, document).link;
        return collecting.open(link.substr(link.rfind('/') + 1), code).value().has_value();
    };
    EXPECT_TRUE(open(served.id));
    for (const store::LegRow& leg : told_legs(office, document)) {
        EXPECT_EQ(leg_state(leg.state), LegState::accepted) << "not acknowledged by it";
        EXPECT_FALSE(open(leg.id));
    }
    const auto list = collecting.list(served.inbox).value();
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].legs.size(), 1U);
    EXPECT_EQ(list[0].status.change.status, DocumentStatus::revoked);
}

const TimeMs last_evening = *parse_rfc3339("2027-11-24T20:00:00+08:00");
const TimeMs next_morning = *parse_rfc3339("2027-11-25T08:00:00+08:00");

/// A licence until 24 November 2027, issued on that day, and the walk begun.
DocumentId issue_until(Office& office, std::vector<ChannelKind> channels) {
    office.expire(*parse_rfc3339("2027-11-24T08:00:00+08:00"));
    return office.issue(department, std::move(channels), "91320199MA5JMH929H", Date{2027, 11, 24});
}

TEST(StatusPlan, EveryAddressAndTheSupervisorAreToldThatItExpired) {
    Office office;
    const DocumentId document = issue_until(office, {ChannelKind::portal, ChannelKind::email});
    work(office);
    EXPECT_EQ(office.expire(last_evening), 0U);
    EXPECT_EQ(office.expire(next_morning), 1U);
    EXPECT_EQ(office.expire(next_morning + 86'400'000), 0U);
    work(office);
    ASSERT_EQ(told_legs(office, document).size(), 3U);
    ASSERT_EQ(office.portal.told.size(), 1U);
    EXPECT_EQ(office.email.told.size(), 2U);
    const Notice& told = office.portal.told.front();
    EXPECT_EQ(told.sequence, store::expiry_sequence);
    EXPECT_EQ(told.change.status, DocumentStatus::expired);
    EXPECT_EQ(told.change.operation, store::Operation::expired);
    EXPECT_EQ(told.change.at, *parse_rfc3339("2027-11-25T00:00:00+08:00"));
    EXPECT_TRUE(told.present);
    EXPECT_EQ(office.store.status_history(document).value().size(), 1U) << "it is no entry";
}

TEST(StatusPlan, WhatExpiresBeforeItIsDeliveredIsStopped) {
    Office office;
    office.email.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::temporary, Reason::mailbox_full, "", 0};
    };
    const DocumentId document = issue_until(office, {ChannelKind::portal, ChannelKind::email});
    office.clock.set(last_evening);
    work(office);
    ASSERT_EQ(office.state(document, ChannelKind::email), LegState::retry_wait);
    office.expire(next_morning);
    EXPECT_EQ(office.state(document, ChannelKind::email), LegState::cancelled);
    EXPECT_EQ(office.leg(document, ChannelKind::email).reason, "expired");
    const auto events =
        office.store.leg_events(office.leg(document, ChannelKind::portal).id).value();
    EXPECT_EQ(events.back().kind, status_event) << "this one was there";
    EXPECT_EQ(events.back().detail, "expired");
}

TEST(StatusPlan, ACourierIsNoSlowerThanTheWalk) {
    Office office;
    const DocumentId document = issue_until(office, {ChannelKind::email});
    office.clock.set(next_morning); // nobody has told yet
    work(office);
    EXPECT_TRUE(office.email.sent.empty());
    EXPECT_EQ(office.leg(document).reason, "expired");
}

TEST(StatusPlan, WhatWasIssuedAfterItsLastDayIsServedAllTheSame) {
    Office office;
    office.clock.set(next_morning);
    const DocumentId document =
        office.issue(department, {ChannelKind::email}, "91320199MA5JMH929H", Date{2027, 11, 24});
    work(office);
    EXPECT_EQ(office.state(document), LegState::accepted);
}

TEST(StatusPlan, ANoticeThatComesAfterTheLastDaySaysThatItExpiredSince) {
    Office office;
    const DocumentId document = issue_until(office, {ChannelKind::portal});
    work(office);
    office.clock.set(last_evening);
    office.change(document, DocumentStatus::suspended);
    office.clock.set(next_morning);
    work(office);
    ASSERT_EQ(office.portal.told.size(), 1U);
    EXPECT_EQ(office.portal.told[0].change.status, DocumentStatus::suspended);
    EXPECT_FALSE(office.portal.told[0].present);
    EXPECT_EQ(office.portal.told[0].now, DocumentStatus::expired);
    office.expire(next_morning);
    office.clock.advance(1);
    office.change(document, DocumentStatus::revoked);
    work(office);
    office.clock.advance(1000); // the second waited for the first
    work(office);
    ASSERT_EQ(office.portal.told.size(), 3U);
    EXPECT_EQ(office.portal.told[1].sequence, store::expiry_sequence);
    EXPECT_FALSE(office.portal.told[1].present);
    EXPECT_EQ(office.portal.told[1].now, DocumentStatus::revoked);
    EXPECT_TRUE(office.portal.told[2].present);
}

TEST(StatusPlan, WhoSupervisesHearsOfAnExpiredCopyOnceByItsMain) {
    fakes::SeededRandom random(1);
    const StatusPlanner planner(
        {{department, {{{{ChannelKind::email, Private<std::string>("s@a.cn")}}, {}, true}}}},
        random);
    store::DocumentRow document;
    document.department = department;
    document.valid_until = Date{2027, 11, 24};
    const store::StatusEntry entry = store::expiry_of(*document.valid_until);
    const auto legs = [&] {
        return planner.after({document, entry, document, DocumentStatus::expired, {}}).legs.size();
    };
    EXPECT_EQ(legs(), 1U);
    document.relation = {store::RelationKind::duplicate_of, DocumentId{}};
    EXPECT_EQ(legs(), 0U);
    document.relation = {store::RelationKind::renews, DocumentId{}};
    EXPECT_EQ(legs(), 1U);
}

TEST(StatusPlan, ACopyIsToldUnderItsOwnNameOfWhatBecameOfItsMain) {
    fakes::SeededRandom random(1);
    const StatusPlanner planner(
        {{department, {{{{ChannelKind::email, Private<std::string>("s@a.cn")}}, {}, true}}}},
        random);
    store::DocumentRow main;
    main.id.bytes[0] = 1;
    main.department = department;
    store::DocumentRow copy = main;
    copy.id.bytes[0] = 2;
    store::LegRow leg;
    leg.document = copy.id;
    leg.department = department;
    leg.channel = 1;
    leg.state = static_cast<std::uint8_t>(LegState::queued);
    leg.inbox.bytes[0] = 9;
    const store::StatusEntry entry{4, {DocumentStatus::revoked, TimeMs{5}, "r", "a"}};
    const auto after = planner.after({main, entry, copy, DocumentStatus::revoked, {leg}});
    ASSERT_EQ(after.legs.size(), 1U) << "who supervises was told of the main";
    EXPECT_EQ(after.legs[0].leg.document, copy.id);
    EXPECT_EQ(after.legs[0].leg.inbox, leg.inbox);
    EXPECT_EQ(after.legs[0].leg.tells, (store::ToldStatus{main.id, 4}));
    ASSERT_EQ(after.changes.size(), 1U);
    EXPECT_EQ(after.changes[0].update.reason, "revoked");
}

} // namespace
} // namespace songda::delivery
