// Records of evidence: everything that happens has one, chained, with its name of EN 319 522 or a
// reason to have none, a reason for whatever is negative, and nobody's name, number or address.
// SONGDA_UPDATE_PAGES=1 writes docs/states/evidence.md anew.
#include "delivery/evidence.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/collecting.hpp"
#include "delivery/collector.hpp"
#include "delivery/evidence_events.hpp"
#include "delivery/mail_report.hpp"
#include "delivery/service_rules.hpp"
#include "delivery/settle.hpp"
#include "tests/fakes/printed_page.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using ledger::EvidenceRecord;
using office::Office;
const DepartmentCode department{"11320199014138860W"};
const std::string recipient = "91320199MA5JMH929H";

/// Checks the chain on the way.
std::vector<EvidenceRecord> records_of(Office& office, const DocumentId& document) {
    std::vector<EvidenceRecord> records;
    Digest previous = office.store.find_document(document).value()->file_hash;
    for (const store::EvidenceRow& row : office.store.evidence_of(document).value()) {
        const auto read = ledger::read_record(row.text);
        EXPECT_TRUE(read.ok()) << row.text;
        records.push_back(read.value());
        EXPECT_EQ(records.back().position, records.size());
        EXPECT_EQ(records.back().previous, previous);
        previous = sha256(as_bytes(row.text));
        for (const std::string& personal :
             {std::string("someone@example.org"), std::string("13800138000"), recipient,
              std::string("supervisor@example.org"),
              to_hex(ByteView(office.leg(document).inbox.view()))}) {
            EXPECT_EQ(row.text.find(personal), std::string::npos) << row.text;
        }
    }
    return records;
}

std::vector<std::string> codes_of(const std::vector<EvidenceRecord>& records) {
    std::vector<std::string> codes;
    for (const EvidenceRecord& record : records) {
        codes.push_back(record.code);
    }
    return codes;
}

class EvidenceTest : public testing::Test {
protected:
    EvidenceTest() {
        office_.consent = store::ConsentEntry{true,          "送达地址确认书",    "2026-1",
                                              {2026, 11, 1}, office_.clock.now(), "decision"};
    }
    void work() { Courier(office_.parts()).run_once(); }
    Office office_;
};

TEST_F(EvidenceTest, IssuingWritesNoneAndTheFirstEventBringsAll) {
    const DocumentId document = office_.issue(department, {ChannelKind::portal}, recipient);
    EXPECT_TRUE(records_of(office_, document).empty());
    work();
    const auto records = records_of(office_, document);
    EXPECT_EQ(codes_of(records), (std::vector<std::string>{"service.taken_in", "consent.given",
                                                           "leg.reached", "service.served"}));
    ASSERT_EQ(records.size(), 4U);
    EXPECT_EQ(records[0].event, "SubmissionAcceptance");
    EXPECT_EQ(records[0].sender_code, department.text);
    EXPECT_FALSE(records[0].consent);
    EXPECT_EQ(records[2].event, "ContentConsignment");
    EXPECT_EQ(records[2].result, "positive");
    EXPECT_EQ(records[2].way->channel, "portal");
    EXPECT_EQ(records[2].way->state, "reached");
    ASSERT_TRUE(records[2].consent);
    EXPECT_EQ(records[2].consent->form, "送达地址确认书");
    EXPECT_EQ(records[3].rule, "portal-reached");
    EXPECT_EQ(records[3].rules, service_rules_version);
    EXPECT_EQ(records[2].document.delivered, records[2].document.issued);
}

TEST_F(EvidenceTest, AddresseeAndAddressAreHashesThatTheKeyMakesAgain) {
    const DocumentId first = office_.issue(department, {ChannelKind::email}, recipient);
    const DocumentId second = office_.issue(department, {ChannelKind::email}, recipient);
    work();
    work();
    const auto one = records_of(office_, first);
    const auto two = records_of(office_, second);
    ASSERT_EQ(one.size(), 3U);
    ASSERT_EQ(two.size(), 3U);
    const Digest addressee =
        office_.evidence_keys.addressee(office_.keys.inbox_of(department, recipient));
    EXPECT_EQ(one.back().addressee, addressee);
    EXPECT_EQ(two.back().addressee, addressee);
    EXPECT_EQ(one[2].way->address, office_.evidence_keys.address("email", "someone@example.org"));
    EXPECT_NE(EvidenceKeys(Digest{6}).addressee(office_.keys.inbox_of(department, recipient)),
              addressee);
    EXPECT_NE(one[2].way->address, office_.evidence_keys.address("fax", "someone@example.org"));
}

TEST_F(EvidenceTest, AFailureSaysWhyAndCutsOutWhomWeWroteTo) {
    office_.email.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::permanent, Reason::mailbox_full,
                       "552 5.2.2 <someone@example.org> is full \xff", 0};
    };
    const DocumentId document = office_.issue(department, {ChannelKind::email}, recipient);
    work();
    office_.email.answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::permanent, Reason::mailbox_full,
                       "552 5.2.2 <someone@example.org> is full", 0};
    };
    const DocumentId other = office_.issue(department, {ChannelKind::email}, recipient);
    work();
    const auto first = records_of(office_, document);
    ASSERT_EQ(first.size(), 4U);
    EXPECT_EQ(first[2].trail, "*");
    const auto records = records_of(office_, other);
    ASSERT_EQ(records.size(), 4U);
    EXPECT_EQ(records[2].code, "leg.perm_fail");
    EXPECT_EQ(records[2].event, "RelayToNonERDSFailure");
    EXPECT_EQ(records[2].result, "negative");
    EXPECT_EQ(records[2].reason, "mailbox_full");
    EXPECT_NE(records[2].trail.find("552 5.2.2 <*> is full"), std::string::npos);
    EXPECT_EQ(records[3].code, "service.unserved");
    EXPECT_EQ(records[3].reason, "unserved");
}

TEST_F(EvidenceTest, OpeningSaysHowTheAddresseeWasKnown) {
    const DocumentId document = office_.issue(department, {ChannelKind::email}, recipient);
    work();
    const store::InboxId inbox = office_.leg(document).inbox;
    Collecting collecting(office_.store, office_.keys, office_.clock, 1000);
    ASSERT_TRUE(collecting.hand_over(inbox, document).value());
    const auto records = records_of(office_, document);
    const auto codes = codes_of(records);
    ASSERT_FALSE(codes.empty());
    ASSERT_EQ(codes.back(), "document.opened");
    EXPECT_EQ(records.back().event, "ContentAccessTracking");
    EXPECT_EQ(records.back().authentication, "link-and-code");
    const auto ack = std::find(codes.begin(), codes.end(), "leg.ack");
    ASSERT_NE(ack, codes.end());
    EXPECT_EQ(records[static_cast<std::size_t>(ack - codes.begin())].event, "ContentHandover");
}

TEST_F(EvidenceTest, WhoCollectedIsToldInCodesAlone) {
    const DocumentId document = office_.issue(department, {ChannelKind::counter}, recipient);
    Collector who;
    who.capacity = "agent";
    who.identity = "id_card";
    who.checked = "sight";
    who.number = Private<std::string>("320102199001010013");
    who.name = Private<std::string>("李四光");
    who.mandate = "委2026-8";
    who.mandate_day = Date{2026, 11, 20};
    who.copy = 2;
    who.place = "一楼3号窗口";
    who.key = "k1";
    const store::LegRow leg = office_.leg(document);
    const auto update =
        settle_collected(leg, collector_detail(who, office_.keys), office_.clock.now());
    ASSERT_TRUE(office_.store.append_leg_event(leg.id, leg.state, *update).value());
    const auto records = records_of(office_, document);
    const auto collected =
        std::find_if(records.begin(), records.end(),
                     [](const EvidenceRecord& each) { return each.code == "leg.collect"; });
    ASSERT_NE(collected, records.end());
    EXPECT_EQ(collected->trail,
              R"({"collector":"agent","identity":"id_card","checked":"sight","copy":2})");
}

TEST_F(EvidenceTest, WhatAPersonWroteIsAKeyedHash) {
    const DocumentId document = office_.issue(department, {ChannelKind::email}, recipient);
    work();
    const std::string words = "邻居王五代为转告，电话13800138000";
    store::ServiceWrite write;
    write.document = document;
    write.expected = office_.store.service_entries(document).value().size();
    write.entry.kind = static_cast<std::uint8_t>(ServiceStep::by_hand);
    write.entry.happened = write.entry.learned = office_.clock.now();
    write.entry.actor = "operator";
    write.entry.detail = words;
    write.audit = {office_.clock.now(), "operator", "service_step", to_text(document), ""};
    ASSERT_TRUE(office_.store.append_service(write).value());
    const auto last = records_of(office_, document).back();
    EXPECT_EQ(last.code, "service.by_hand");
    EXPECT_EQ(last.trail, "hmac-sha256:" + to_hex(office_.evidence_keys.words(words)));
    EXPECT_NE(EvidenceKeys(Digest{6}).words(words), office_.evidence_keys.words(words));
}

TEST_F(EvidenceTest, ARevisionIsWhatWasDelivered) {
    office_.wanted = SignatureLevel::b_lt;
    const DocumentId document = office_.issue(department, {ChannelKind::portal}, recipient);
    const Bytes whole = office_.reach(document, SignatureLevel::b_lt);
    work();
    const auto records = records_of(office_, document);
    ASSERT_FALSE(records.empty());
    const auto& last = records.back();
    EXPECT_EQ(last.document.delivered, sha256(whole));
    EXPECT_NE(last.document.delivered, last.document.issued);
}

TEST_F(EvidenceTest, NoticesAndSupervisionHaveTheirOwnRecords) {
    office_.notices = {ChannelKind::sms};
    const DocumentId document = office_.issue(department, {ChannelKind::portal}, recipient);
    work();
    ASSERT_TRUE(office_.change(document, store::DocumentStatus::revoked));
    work();
    std::set<std::string> purposes;
    for (const EvidenceRecord& record : records_of(office_, document)) {
        if (record.way) {
            purposes.insert(record.way->purpose);
            EXPECT_EQ(record.capacity,
                      record.way->purpose == "supervision" ? "supervisor" : "addressee");
            EXPECT_EQ(record.addressee.has_value(), record.way->purpose != "supervision");
        }
    }
    EXPECT_EQ(purposes, (std::set<std::string>{"service", "notice", "supervision"}));
}

TEST(EvidenceNames, EveryStepHasANameOrAReasonToHaveNone) {
    std::set<LegStep> seen;
    for (const EvidenceName& each : evidence_names) {
        EXPECT_TRUE(seen.insert(each.step).second) << step_name(each.step);
        for (const std::string_view name : each.names) {
            EXPECT_FALSE(name.empty()) << step_name(each.step);
        }
    }
    for (const LegTransition& each : leg_transitions) {
        EXPECT_TRUE(seen.contains(each.step)) << step_name(each.step);
        for (const ChannelFacts& channel : channel_facts) {
            for (const auto purpose : {store::LegPurpose::service, store::LegPurpose::notice,
                                       store::LegPurpose::supervision}) {
                EXPECT_NE(evidence_name(each.step, manner_of(channel.kind, purpose)), "");
            }
        }
    }
    for (std::uint8_t number = 1; number <= 8; ++number) {
        EXPECT_NE(evidence_name(static_cast<ServiceStep>(number)), "");
    }
    for (const ChannelFacts& channel : channel_facts) {
        EXPECT_EQ(manner_of(channel.kind, store::LegPurpose::service) == Manner::telling,
                  !channel.serves)
            << channel.name;
    }
}

void put_name(std::ostream& out, std::string_view name) {
    out << (is_evidence_name(name) ? " `" : " – ") << name
        << (is_evidence_name(name) ? "` |" : " |");
}

std::string names_page() {
    std::ostringstream out;
    out << "# Evidence 送达证据: what events are called\n\nPrinted from "
           "`delivery/evidence_events.hpp`; a "
           "test compares. Names are of ETSI EN 319 522 "
           "(`http://uri.etsi.org/19522/Event/…`); where there is none the\ntable says why. Our "
           "own code is `leg.STEP`, `service.STEP`, `consent.given`, `consent.withdrawn`, "
           "`document.opened` or `service.taken_in`\n([format](../formats/evidence.md)).\n\n"
           "| step of a leg | into the recipient's system: portal | by a carrier: e-mail, fax, "
           "post "
           "| in person: kiosk, counter | what only tells |\n|---|---|---|---|---|\n";
    for (const EvidenceName& each : evidence_names) {
        out << "| " << step_name(each.step) << " |";
        for (const std::string_view name : each.names) {
            put_name(out, name);
        }
        out << '\n';
    }
    out << "\n| entry of a service case | name |\n|---|---|\n";
    for (const ServiceEvidenceName& each : service_evidence_names) {
        out << "| " << step_name(each.step) << " |";
        put_name(out, each.name);
        out << '\n';
    }
    out << "\nThat a document was taken in is `" << taken_in_name << "`, that it was opened `"
        << opened_name
        << "`. A change of its status, a note that a mail is late, and consent have no name: they "
           "are no\nevents of a delivery service.\n";
    return out.str();
}

TEST(EvidenceNames, ThePageIsPrintedFromTheTable) {
    const std::string page = names_page();
    EXPECT_EQ(fakes::printed_page("docs/states/evidence.md", page), page);
}

} // namespace
} // namespace songda::delivery
