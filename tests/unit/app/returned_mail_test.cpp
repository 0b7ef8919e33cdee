// What comes to the bounce mailbox is told to its leg and kept: by the real reader in its cage,
// with forged, foreign, broken and repeated mail beside it; a crash between two steps changes
// nothing.
#include "app/returned_mail.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "delivery/channels/return_path.hpp"
#include "delivery/collecting.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/unit/channels/returned_samples.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::app {
namespace {

using delivery::LegState;
namespace samples = delivery::samples;
constexpr std::string_view domain = "bounce.example.gov.cn";
const Bytes secret(32, 0x42);

class ReturnedMailTest : public testing::Test {
protected:
    [[nodiscard]] ReturnedMailKeeping::Options options(const std::string& reader = SONGDA_BINARY_DIR
                                                       "/app/songda-mail-reader") const {
        ReturnedMailKeeping::Options options;
        options.folder = folder_.path() / "box";
        options.domain = domain;
        options.secret = Private<Bytes>(secret);
        options.reader = reader;
        return options;
    }
    [[nodiscard]] std::unique_ptr<ReturnedMailKeeping>
    keeping(const ReturnedMailKeeping::Options& with) {
        auto opened =
            ReturnedMailKeeping::open({office_.store, office_.clock, office_.registry}, with);
        EXPECT_TRUE(opened.ok()) << opened.error().detail;
        return std::move(opened).value();
    }

    /// A document whose mail a relay has taken.
    [[nodiscard]] DocumentId sent() {
        const DocumentId document =
            office_.issue({"11320199014138860W"}, {delivery::ChannelKind::email});
        delivery::Courier courier(office_.parts());
        courier.run_once();
        EXPECT_EQ(office_.state(document), LegState::accepted);
        return document;
    }
    [[nodiscard]] std::string path_of(const DocumentId& document) {
        return delivery::return_path(office_.leg(document).id, secret, domain);
    }
    /// A report about that document, as a server writes it.
    [[nodiscard]] std::string bounce(const DocumentId& document, const samples::Status& of = {}) {
        std::string mail = samples::report_mail(of, "multipart/report", path_of(document));
        const std::string path = "Return-Path: <" + std::string(samples::returned_to) + ">\n";
        mail.erase(mail.find(path), path.size()); // of another leg
        return mail;
    }
    void arrive(const std::string& name, const std::string& mail) {
        std::ofstream(box("new") / name, std::ios::binary) << mail;
    }
    [[nodiscard]] std::filesystem::path box(const std::string& inside) const {
        return folder_.path() / "box" / inside;
    }
    [[nodiscard]] std::size_t count(const std::string& inside) const {
        std::size_t files = 0;
        for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(box(inside))) {
            ++files;
        }
        return files;
    }
    [[nodiscard]] bool told(const std::string& line) const {
        return office_.registry.text().find(line + '\n') != std::string::npos;
    }
    [[nodiscard]] std::size_t events(const DocumentId& document) {
        return office_.store.leg_events(office_.leg(document).id).value().size();
    }

    fakes::TemporaryFolder folder_;
    delivery::office::Office office_;
    std::unique_ptr<ReturnedMailKeeping> keeping_ = keeping(options());
};

TEST_F(ReturnedMailTest, ABounceFailsItsLegAndIsKept) {
    const DocumentId document = sent();
    const std::string mail =
        bounce(document, {"failed", "5.2.2", "smtp; 552 5.2.2 <a@b.cn> is full"});
    arrive("1.a", mail);
    keeping_->step();
    const store::LegRow leg = office_.leg(document);
    EXPECT_EQ(office_.state(document), LegState::failed);
    EXPECT_EQ(leg.reason, "mailbox_full");
    EXPECT_FALSE(leg.due);
    const auto event = office_.store.leg_events(leg.id).value().back();
    EXPECT_EQ(event.kind, "bounce");
    EXPECT_TRUE(event.detail.starts_with("mailbox_full: dsn 5.2.2: 552 5.2.2 [mailbox] is full "
                                         "[mail "))
        << event.detail;
    EXPECT_EQ(count("new"), 0U);
    EXPECT_EQ(as_text(find_kept_mail(options().folder, event.trace.value()).value()), mail);
    EXPECT_FALSE(find_kept_mail(options().folder, Digest{}));
    EXPECT_TRUE(told("songda_returned_mails_total{kind=\"failed\"} 1")) << office_.registry.text();
    EXPECT_TRUE(told("songda_legs_settled_total{channel=\"email\",purpose=\"service\",state="
                     "\"failed\"} 1"));
}

TEST_F(ReturnedMailTest, TheSameMailAgainChangesNothing) {
    const DocumentId document = sent();
    const std::string mail = bounce(document);
    arrive("1", mail);
    keeping_->step();
    const std::size_t before = events(document);
    // A crash between the step and the move, and a server that delivers twice.
    std::filesystem::rename(std::filesystem::directory_iterator(box("cur"))->path(),
                            box("new") / "1");
    arrive("2", mail);
    keeping(options())->step();
    EXPECT_EQ(events(document), before);
    EXPECT_EQ(count("new"), 0U);
    EXPECT_TRUE(told("songda_returned_mails_total{kind=\"repeated\"} 2"));
}

TEST_F(ReturnedMailTest, NothingThatIsNotProvedIsBelieved) {
    const DocumentId document = sent();
    std::string forged = bounce(document);
    for (std::size_t at = forged.find(domain); at != std::string::npos;
         at = forged.find(domain, at + 1)) {
        forged[at - 2] = forged[at - 2] == '0' ? '1' : '0';
    }
    arrive("forged", forged);
    arrive("foreign", samples::report_mail({}, "multipart/report", "postmaster@example.cn"));
    LegId gone = office_.leg(document).id;
    gone.bytes[15] ^= 1U;
    arrive("unknown", "To: " + delivery::return_path(gone, secret, domain) + "\n\nx\n");
    keeping_->step();
    EXPECT_EQ(office_.state(document), LegState::accepted);
    EXPECT_EQ(count(".unmatched/cur"), 3U);
    EXPECT_TRUE(told("songda_returned_mails_unmatched 3"));
    EXPECT_TRUE(told("songda_returned_mails_total{kind=\"forged\"} 1")) << office_.registry.text();
    EXPECT_TRUE(told("songda_returned_mails_total{kind=\"foreign\"} 2"));
    std::filesystem::remove(box(".unmatched/cur") / "forged:2,S");
    keeping_->step();
    EXPECT_TRUE(told("songda_returned_mails_unmatched 2")) << "a person has looked at one";
}

TEST_F(ReturnedMailTest, ABrokenMailBlocksNobody) {
    const DocumentId document = sent();
    std::filesystem::create_directory(box("new") / "0.folder");
    std::filesystem::create_symlink("/etc/passwd", box("new") / "0.link");
    arrive("0.noise", std::string(3'000'000, '\xfe'));
    ASSERT_EQ(mkfifo((box("new") / "0.pipe").c_str(), 0600), 0);
    arrive("9", bounce(document));
    keeping_->step();
    EXPECT_EQ(office_.state(document), LegState::failed);
    EXPECT_EQ(count("new"), 0U);
    EXPECT_TRUE(told("songda_returned_mails_unmatched 4"));
    EXPECT_TRUE(std::filesystem::exists("/etc/passwd"));
}

TEST_F(ReturnedMailTest, ManyMailsAreDoneInTurns) {
    auto few = options();
    few.mails_per_step = 3;
    const auto slow = keeping(few);
    std::vector<DocumentId> documents;
    for (int i = 0; i < 7; ++i) {
        documents.push_back(sent());
        arrive(std::to_string(i), bounce(documents.back()));
    }
    EXPECT_EQ(slow->step(), std::chrono::milliseconds(0));
    EXPECT_EQ(count("new"), 4U);
    EXPECT_EQ(slow->step(), std::chrono::milliseconds(0));
    EXPECT_EQ(slow->step(), few.poll);
    for (const DocumentId& each : documents) {
        EXPECT_EQ(office_.state(each), LegState::failed);
    }
}

TEST_F(ReturnedMailTest, WhatComesBeforeTheRelaysAnswerWaits) {
    const DocumentId document =
        office_.issue({"11320199014138860W"}, {delivery::ChannelKind::email});
    office_.email.answer = [&](const delivery::Dispatch&) {
        arrive("1", bounce(document));
        keeping_->step();
        EXPECT_EQ(count("new"), 1U) << "the courier still has the leg";
        return delivery::Outcome{delivery::Outcome::Kind::accepted, delivery::Reason::none, "", 0};
    };
    delivery::Courier(office_.parts()).run_once();
    EXPECT_EQ(office_.state(document), LegState::accepted);
    keeping_->step();
    EXPECT_EQ(office_.state(document), LegState::failed);
    EXPECT_EQ(count("new"), 0U);
}

TEST_F(ReturnedMailTest, HolidayNotesComplaintsAndDelaysMoveNothing) {
    const DocumentId document = sent();
    const auto mine = [&](std::string mail) {
        const std::string other(samples::returned_to);
        for (std::size_t at = mail.find(other); at != std::string::npos; at = mail.find(other)) {
            mail.replace(at, other.size(), path_of(document));
        }
        return mail;
    };
    arrive("1", mine(samples::holiday_note()));
    arrive("2", mine(samples::complaint()));
    arrive("3", bounce(document, {"delayed", "4.4.1", "smtp; 451 later"}));
    arrive("4", bounce(document, {"delivered", "2.1.5", "smtp; 250 Ok"}));
    arrive("5", mine(samples::plain_bounce()));
    keeping_->step();
    EXPECT_EQ(office_.state(document), LegState::accepted);
    for (const char* kind : {"automatic_reply", "complaint", "delayed", "delivered", "unclear"}) {
        EXPECT_TRUE(told(std::string("songda_returned_mails_total{kind=\"") + kind + "\"} 1"))
            << kind;
    }
    EXPECT_EQ(count("cur"), 4U);
    EXPECT_EQ(count(".unmatched/cur"), 1U) << "nobody's form: a person looks";
    const auto progress = delivery::progress_of(office_.store, document).value();
    ASSERT_TRUE(progress[0].note);
    EXPECT_LT(progress[0].since, office_.clock.now() + 1);
    EXPECT_EQ(delivery::note_words_zh(*progress[0].note), "有回信无法识别，请人工查看退信邮箱");
}

TEST_F(ReturnedMailTest, ADeliveryCountsWhereTheRelayIsAskedForIt) {
    const DocumentId document = sent();
    auto believing = options();
    believing.believe_delivered = true;
    const auto keeper = keeping(believing);
    arrive("1", bounce(document, {"delivered", "2.1.5", "smtp; 250 Ok"}));
    keeper->step();
    EXPECT_EQ(office_.state(document), LegState::reached);
    arrive("2", bounce(document)); // late
    keeper->step();
    EXPECT_EQ(office_.state(document), LegState::failed);
}

TEST_F(ReturnedMailTest, WithoutAReaderEverythingWaits) {
    const DocumentId document = sent();
    arrive("1", bounce(document));
    const auto blind = keeping(options("/nowhere/songda-mail-reader"));
    EXPECT_EQ(blind->step(), ReturnedMailKeeping::Options().rest);
    EXPECT_EQ(count("new"), 1U);
    EXPECT_EQ(office_.state(document), LegState::accepted);
    keeping_->step();
    EXPECT_EQ(office_.state(document), LegState::failed);
}

TEST_F(ReturnedMailTest, AReaderThatDiesSetsTheMailAside) {
    const DocumentId document = sent();
    arrive("1", bounce(document));
    keeping(options("/bin/false"))->step();
    EXPECT_EQ(count(".unmatched/cur"), 1U);
    arrive("2", bounce(document));
    keeping(options("/bin/cat"))->step(); // answers in another form
    EXPECT_EQ(count(".unmatched/cur"), 2U);
    EXPECT_EQ(office_.state(document), LegState::accepted);
}

} // namespace
} // namespace songda::app
