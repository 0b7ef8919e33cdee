// Kiosks in an outage, the service's side: a package locks its document against every other way to
// collect it until it is back or a clerk gives it free; what a signed log tells becomes the
// collection with both times, once; whatever else happened meanwhile is a conflict that stays.
#include "delivery/kiosk/outage.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/text_codec.hpp"
#include "delivery/channels/place_channel.hpp"
#include "delivery/hand_out.hpp"
#include "delivery/kiosk/desk.hpp"
#include "delivery/kiosk/register.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/fakes/outage_key.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using office::Office;
using store::OutageState;
const DepartmentCode department{"11320199014138860W"};
const std::string person = "320102199001010013";
constexpr std::int64_t hour = 3'600'000;

class OutageTest : public testing::Test {
protected:
    OutageTest() {
        here_ = add_kiosk("SN-1", signer_);
        there_ = add_kiosk("SN-2", other_signer_);
    }
    store::KioskRow add_kiosk(const std::string& serial, const fakes::OutageSigner& signer) {
        const NewKiosk made = make_kiosk({"hall", serial, "一楼自助机", {}, "operator"},
                                         office_.clock.now(), office_.random);
        EXPECT_TRUE(office_.store
                        .step_kiosk({}, made.row,
                                    store::KioskCertificate{signer.digest(), made.row.id,
                                                            office_.clock.now(),
                                                            office_.clock.now() + 1000 * hour},
                                    {})
                        .value());
        return made.row;
    }
    DocumentId issue() {
        const DocumentId id = office_.issue(department, {ChannelKind::kiosk}, person);
        office_.clock.advance(1);
        Courier(office_.parts({{ChannelKind::kiosk, place_, 1, 16}})).run_once();
        return id;
    }
    store::OutagePackage give_out(const DocumentId& document) {
        const auto out = outage_.prepare(here_, 1).value();
        EXPECT_EQ(out.size(), 1U);
        EXPECT_EQ(out.at(0).document, document);
        return out.at(0);
    }
    std::string code_of(const DocumentId& document) {
        return outage_.code_of(office_.leg(document).inbox, document, Private<std::string>(person))
            .value()
            .value();
    }
    /// What the device finds in its package, with the code and the number alone.
    std::map<std::string, std::string> open(const store::OutagePackage& package,
                                            const std::string& code,
                                            const std::string& number = person) {
        const Bytes file = {'P', 'D', 'F'};
        const Bytes sealed =
            outage_.seal(here_, package.id, {"许可证", "JY1", "审批局", 2, file}).value();
        EXPECT_EQ(outage_package_end(sealed), package.until);
        EXPECT_EQ(as_text(sealed).find("JY1"), std::string::npos);
        const auto key = read_outage_code(code, Private<std::string>(number));
        const auto inside =
            key ? open_outage_package(sealed, *key, outage_package_id(*key, package.copy))
                : std::nullopt;
        std::map<std::string, std::string> found;
        if (!inside) {
            return found;
        }
        const std::string text(as_text(*inside));
        EXPECT_EQ(text.substr(text.find('\n') + 1), "PDF");
        const auto head = parse_json(text.substr(0, text.find('\n')));
        for (const std::string_view name : member_names(head.value().root())) {
            found[std::string(name)] = std::string(member_text(head.value().root(), name));
        }
        return found;
    }
    void log(OutageEvent event, OutageFields fields) {
        if (lines_.empty()) {
            lines_.push_back(signer_.write(
                {OutageEvent::key, office_.clock.now(), {{"certificate", signer_.certificate()}}},
                lines_));
        }
        lines_.push_back(signer_.write({event, office_.clock.now(), std::move(fields)}, lines_));
    }
    /// As a device says it that opened the package, whose reader read that number.
    OutageFields opened(const store::OutagePackage& package, const std::string& number = person) {
        const auto inside = open(package, code_of(package.document));
        Digest key{};
        const auto bytes = from_hex(inside.at("who")).value();
        std::copy(bytes.begin(), bytes.end(), key.begin());
        const std::string who = R"({"identity":"id_card","checked":"chip","number":")" + number +
                                R"(","name":"张三丰"})";
        return {{"package", package.id},
                {"proof", inside.at("proof")},
                {"who", to_base64(seal_outage_text(who, key, office_.random))}};
    }
    void hand_over(OutageFields fields) {
        log(OutageEvent::print, fields);
        log(OutageEvent::paper, {{"package", fields.at("package")}, {"sheets", "2"}});
        fields["taken"] = "yes";
        fields["sheets"] = "2";
        log(OutageEvent::taken, fields);
    }
    void release(const store::OutagePackage& package) { hand_over(opened(package)); }
    std::string all() const {
        std::string text;
        for (const std::string& line : lines_) {
            text += line;
        }
        return text;
    }
    Result<KioskOutage::Merged> merge() { return outage_.merge(here_, 0, all()); }
    HandedOut::Kind counter(const DocumentId& document) {
        Collector who;
        who.capacity = "self";
        who.identity = "id_card";
        who.checked = "sight";
        who.number = Private<std::string>(person);
        who.name = Private<std::string>("张三丰");
        who.place = "3号窗口";
        return hand_out({office_.store, office_.keys, office_.random, office_.clock.now()},
                        {*office_.store.find_document(document).value(), who, "clerk"})
            .value()
            .kind;
    }
    store::OutagePackage row(const store::OutagePackage& package) {
        return office_.store.find_package(package.kiosk, package.id).value().value();
    }
    bool is_void(const DocumentId& document, std::uint32_t copy) {
        return office_.store.paper_copies(document).value().at(copy - 1).revoked.has_value();
    }

    fakes::TemporaryFolder folder_;
    fakes::OutageSigner signer_{folder_.path(), "here"};
    fakes::OutageSigner other_signer_{folder_.path(), "there"};
    Office office_;
    PlaceChannel place_;
    // Documents of the test have no type code.
    KioskOutage outage_{office_.store,  office_.keys, office_.clock,
                        office_.random, {department}, {{""}, {"SN-1"}, 72 * hour, 2}};
    store::KioskRow here_;
    store::KioskRow there_;
    std::vector<std::string> lines_;
};

TEST_F(OutageTest, WhatWasHandedOutBecomesTheCollectionWithBothTimesOnce) {
    const DocumentId document = issue();
    const auto package = give_out(document);
    office_.clock.advance(5 * hour);
    const TimeMs happened = office_.clock.now();
    release(package);
    office_.clock.advance(20 * hour);
    const auto merged = merge();
    ASSERT_TRUE(merged.ok()) << merged.error().detail;
    EXPECT_EQ(merged.value().collected, 1U);
    EXPECT_EQ(merged.value().conflicts, 0U);
    EXPECT_EQ(office_.state(document), LegState::acknowledged);
    const auto event = office_.store.leg_events(office_.leg(document).id).value().back();
    EXPECT_EQ(event.kind, "collect");
    EXPECT_EQ(event.happened, happened);
    EXPECT_EQ(event.learned, office_.clock.now());
    EXPECT_NE(event.detail.find("\"copy\":1"), std::string::npos) << event.detail;
    EXPECT_NE(event.detail.find("张**"), std::string::npos);
    EXPECT_EQ(event.detail.find(person), std::string::npos);
    const auto service = find_service_case(
        office_.store, *office_.store.find_document(document).value(), office_.clock.now());
    EXPECT_EQ(service.value().basis->rule, "kiosk-collected");
    EXPECT_FALSE(is_void(document, 1));
    EXPECT_EQ(row(package).state, OutageState::released);
    EXPECT_EQ(row(package).happened, happened);

    const auto again = merge();
    EXPECT_EQ(again.value().collected, 0U) << "told again, nothing happens twice";
    EXPECT_EQ(again.value().lines, 4U);
    std::string kept;
    for (const auto& line : office_.store.outage_lines(here_.id, 0, 100).value()) {
        kept += line.text;
    }
    EXPECT_EQ(kept, all());
    EXPECT_EQ(kept.find(person), std::string::npos);
}

TEST_F(OutageTest, ACrashBehindTheCollectionIsFinishedWhenTheLogComesAgain) {
    const DocumentId document = issue();
    const auto package = give_out(document);
    release(package);
    office_.store.before_collecting = [this] { office_.store.set_writable(false); };
    EXPECT_FALSE(merge().ok());
    office_.store.set_writable(true);
    EXPECT_EQ(office_.store.outage_head(here_.id).value(), std::nullopt);
    EXPECT_EQ(merge().value().collected, 1U);
    EXPECT_EQ(row(package).state, OutageState::released);
}

TEST_F(OutageTest, WhoComesInBetweenElsewhereIsNotTakenForTheKiosk) {
    const DocumentId document = issue();
    const auto package = give_out(document);
    release(package);
    office_.clock.advance(73 * hour); // its lock is over, and the counter is quicker by a moment
    office_.store.before_collecting = [&] {
        EXPECT_EQ(counter(document), HandedOut::Kind::collected);
    };
    const auto merged = merge().value();
    EXPECT_EQ(merged.collected, 0U);
    EXPECT_EQ(merged.conflicts, 1U);
    EXPECT_EQ(row(package).state, OutageState::conflict);
    EXPECT_TRUE(is_void(document, 1));
}

TEST_F(OutageTest, ACrashInAnOverrideLocksNobodyOut) {
    const DocumentId document = issue();
    const auto package = give_out(document);
    release(package);
    // As the disk is between the two steps of the override.
    ASSERT_TRUE(office_.store.revoke_paper_copy(document, 1, office_.clock.now(), "x", {}).ok());
    ASSERT_TRUE(office_.store.end_collecting(document, package.nonce, false).value());
    EXPECT_EQ(outage_.to_come_back(here_).value().size(), 1U);
    EXPECT_EQ(counter(document), HandedOut::Kind::collected);
    EXPECT_EQ(merge().value().conflicts, 1U);
}

TEST_F(OutageTest, NothingButCodeAndNumberOpensAPackage) {
    const DocumentId document = issue();
    const auto package = give_out(document);
    const std::string code = code_of(document);
    EXPECT_FALSE(open(package, code).empty());
    EXPECT_TRUE(open(package, code, "320102198505050017").empty());
    EXPECT_TRUE(open(package, office_.keys.collection_of({}, document).code.reveal()).empty());
    EXPECT_EQ(package.id.find(to_hex(document.view())), std::string::npos);
    const auto inbox = office_.leg(document).inbox;
    const auto ask = [&](const std::string& number) {
        return outage_.code_of(inbox, document, Private<std::string>(number)).value();
    };
    EXPECT_TRUE(ask(person));
    for (int tries = 0; tries < 10; ++tries) {
        EXPECT_FALSE(ask("320102198505050017")) << "another's number";
    }
    EXPECT_FALSE(ask(person)) << "past its tries of the day";
}

TEST_F(OutageTest, ADocumentIsOutToOneKioskAndEveryOtherWayIsShutUntilItIsBack) {
    const DocumentId document = issue();
    EXPECT_TRUE(outage_.prepare(there_, 9).value().empty()) << "that kiosk is not named";
    const auto package = give_out(document);
    EXPECT_EQ(package.until, std::min(package.made + 72 * hour, office_.leg(document).deadline));
    EXPECT_EQ(outage_.prepare(here_, 9).value().size(), 1U) << "not twice";
    EXPECT_EQ(counter(document), HandedOut::Kind::at_kiosk);
    EXPECT_TRUE(outage_.to_come_back(here_).value().empty());
    EXPECT_EQ(outage_.ask_back(document, "counter").value()->until, package.until);
    EXPECT_EQ(outage_.to_come_back(here_).value().size(), 1U);
    EXPECT_EQ(outage_.seal(here_, package.id, {}).error().fault, Fault::not_found);
    EXPECT_EQ(counter(document), HandedOut::Kind::at_kiosk) << "not before it is back";
    log(OutageEvent::back, {{"package", package.id}});
    EXPECT_EQ(merge().value().given_back, 1U);
    EXPECT_TRUE(is_void(document, 1));
    EXPECT_EQ(counter(document), HandedOut::Kind::collected);
    EXPECT_TRUE(outage_.prepare(here_, 9).value().empty()) << "it is collected";
}

TEST_F(OutageTest, APackageThatWasOverriddenAndHandedOutIsAnIncident) {
    const DocumentId document = issue();
    const auto package = give_out(document);
    release(package); // before the clerk, and nobody knows
    office_.clock.advance(hour);
    EXPECT_TRUE(outage_.override_package(document, "clerk", "本人在窗口").value());
    EXPECT_FALSE(outage_.override_package(document, "clerk", "本人在窗口").value());
    EXPECT_TRUE(is_void(document, 1));
    EXPECT_EQ(counter(document), HandedOut::Kind::collected);
    office_.clock.advance(hour);
    const auto merged = merge();
    EXPECT_EQ(merged.value().collected, 0U);
    EXPECT_EQ(merged.value().conflicts, 1U);
    const auto conflicts = office_.store.packages_in_conflict(9).value();
    ASSERT_EQ(conflicts.size(), 1U);
    EXPECT_EQ(conflicts[0].reason, "collected elsewhere too");
    EXPECT_TRUE(conflicts[0].happened);
}

TEST_F(OutageTest, RevokedBeforeItWasHandedOutIsNoServiceAndNeitherLostNorHidden) {
    const DocumentId document = issue();
    const auto package = give_out(document);
    const OutageFields fields = opened(package);
    office_.clock.advance(hour);
    ASSERT_TRUE(office_.change(document, store::DocumentStatus::revoked));
    EXPECT_EQ(outage_.to_come_back(here_).value().size(), 1U) << "at the next contact";
    office_.clock.advance(hour);
    hand_over(fields); // the device did not hear of it
    EXPECT_EQ(merge().value().conflicts, 1U);
    EXPECT_EQ(row(package).state, OutageState::conflict);
    EXPECT_EQ(row(package).reason, "the document did not hold any more");
    EXPECT_EQ(row(package).happened, office_.clock.now());
    EXPECT_TRUE(is_void(document, 1));
    EXPECT_FALSE(office_.store.find_collecting(document).value()) << "and nothing stays locked";
}

TEST_F(OutageTest, RevokedAfterItWasHandedOutKeepsTheTimeAndIsAConflict) {
    const DocumentId document = issue();
    const auto package = give_out(document);
    const TimeMs happened = office_.clock.now();
    release(package);
    office_.clock.advance(hour);
    ASSERT_TRUE(office_.change(document, store::DocumentStatus::revoked));
    EXPECT_EQ(merge().value().conflicts, 1U);
    EXPECT_EQ(row(package).reason, "the document was withdrawn or locked meanwhile");
    EXPECT_EQ(row(package).happened, happened);
}

TEST_F(OutageTest, PastItsTimeIsServiceAndAConflict) {
    const DocumentId document = issue();
    const auto package = give_out(document);
    const OutageFields fields = opened(package);
    office_.clock.advance(73 * hour);
    hand_over(fields);
    const auto merged = merge().value();
    EXPECT_EQ(merged.collected, 1U);
    EXPECT_EQ(merged.conflicts, 1U);
    EXPECT_EQ(row(package).reason, "handed out past its time");
    EXPECT_FALSE(is_void(document, 1));
}

TEST_F(OutageTest, AClockThatIsOffMovesNoServiceOutOfThePackagesTime) {
    const DocumentId document = issue();
    const auto package = give_out(document);
    const OutageFields fields = opened(package);
    const TimeMs given = office_.clock.now();
    office_.clock.set({1});
    hand_over(fields);
    office_.clock.set(given + hour);
    EXPECT_EQ(merge().value().collected, 1U);
    EXPECT_EQ(office_.store.leg_events(office_.leg(document).id).value().back().happened,
              package.made);
}

TEST_F(OutageTest, WhatNobodyTookIsReadyAgainAndAFailureIsCounted) {
    const DocumentId document = issue();
    const auto package = give_out(document);
    OutageFields fields = opened(package);
    fields["taken"] = "no";
    log(OutageEvent::taken, fields);
    EXPECT_EQ(merge().value().given_back, 1U);
    EXPECT_TRUE(is_void(document, 1));
    EXPECT_EQ(office_.store.find_collecting(document).value()->failures, 1);
    EXPECT_EQ(outage_.prepare(here_, 1).value().at(0).copy, 2U) << "another copy, another package";
}

TEST_F(OutageTest, WhoIsNotTheAddresseeOrDidNotOpenItCollectsNothing) {
    const DocumentId document = issue();
    const auto package = give_out(document);
    hand_over(opened(package, "320102198505050017"));
    EXPECT_EQ(merge().value().conflicts, 1U);
    EXPECT_NE(office_.state(document), LegState::acknowledged);
    EXPECT_EQ(row(package).reason, "nobody proved to be the addressee");
}

TEST_F(OutageTest, ALogThatIsChangedCutForeignOrAnotherIsRefusedAndChangesNothing) {
    const DocumentId document = issue();
    const auto package = give_out(document);
    release(package);
    const std::string text = all();
    std::string changed = text;
    changed[text.find("\"yes\"") + 1] = 'n';
    EXPECT_EQ(outage_.merge(here_, 0, changed).error().fault, Fault::corrupt);
    EXPECT_EQ(outage_.merge(here_, 0, text.substr(0, text.size() - 1)).error().fault,
              Fault::corrupt);
    EXPECT_EQ(outage_.merge(here_, 1, text).error().fault, Fault::conflict);
    EXPECT_EQ(outage_.merge(there_, 0, text).error().fault, Fault::forbidden) << "another kiosk's";
    EXPECT_EQ(office_.state(document), LegState::available);
    ASSERT_TRUE(outage_.merge(here_, 0, text).ok());
    lines_.clear();
    log(OutageEvent::back, {{"package", package.id}});
    EXPECT_EQ(outage_.merge(here_, 0, all()).error().fault, Fault::conflict)
        << "a log that begins anew";
    EXPECT_EQ(outage_.merge(here_, 4, lines_[1]).error().fault, Fault::corrupt);
}

} // namespace
} // namespace songda::delivery
