// What stands in court, at the departments' counter: the package of a document's evidence, and the
// receipt of its service, which is issued like any document and says what the evidence says.
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "delivery/evidence_package.hpp"
#include "delivery/leg_state.hpp"
#include "tests/unit/api/counter.hpp"
#include "verifier/evidence_package.hpp"

namespace songda::api {
namespace {

using nlohmann::json;

class EvidenceRoutes : public CounterTest {
protected:
    void configure(app::Config& config) override {
        config.departments.front().templates.emplace_back("service-receipt");
        config.augmentation.emplace(); // the template's level; nobody works for it here
    }
    void SetUp() override {
        CounterTest::SetUp();
        own_ = make_key(fakes::department, {"issue", "read"}).bearer;
        other_ = make_key(fakes::other_department, {"issue", "read"}).bearer;
        parts_->evidence_package = [this](const store::DocumentRow& document) {
            return delivery::make_evidence_package({desk_->store(), clock_}, document);
        };
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        std::getline(in, line);
        json row = json::parse(line);
        row["delivery"] = {"portal"};
        row["consent"] = {
            {"form", "送达地址确认书"}, {"version", "2026-1"}, {"given_on", "2026-11-01"}};
        document_ = json::parse(ask("POST", "/api/v1/documents", own_, row.dump()).body);
        id_ = document_["id"];
        row_ = row;
    }
    /// As the portal's answer does.
    void reach() {
        const auto leg = desk_->store().legs_of(*parse_document_id(id_)).value().front();
        store::LegUpdate update;
        update.state = static_cast<std::uint8_t>(delivery::LegState::reached);
        update.events = {{"reached", clock_.now(), clock_.now(), update.state, "200"}};
        ASSERT_TRUE(desk_->store().append_leg_event(leg.id, leg.state, update).value());
    }
    http::Response receipt(const std::string& bearer) {
        return ask("POST", "/api/v1/documents/" + id_ + "/service-receipt", bearer);
    }
    http::Response evidence(const std::string& bearer) {
        return ask("GET", "/api/v1/documents/" + id_ + "/evidence", bearer);
    }

    std::string own_;
    std::string other_;
    json document_;
    json row_;
    std::string id_;
};

TEST_F(EvidenceRoutes, ThePackageIsOfTheDocumentAndOfNobodyElse) {
    reach();
    const auto answer = evidence(own_);
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.content_type, "application/zip");
    const auto report =
        verifier::check_evidence(as_bytes(answer.body), desk_->trust(), clock_.now());
    for (const auto& finding : report.findings) {
        EXPECT_NE(finding.answer, verifier::Answer::no) << finding.en;
    }
    ASSERT_EQ(report.records.size(), 4U);
    EXPECT_EQ(report.records.back().rule, "portal-reached");
    EXPECT_EQ(report.records.back().document.number, document_["number"]);
    const std::string head = answer.body.substr(0, answer.body.find("%PDF")) +
                             answer.body.substr(answer.body.rfind("%%EOF"));
    for (const char* const member : {"name", "code", "portal_account", "email"}) {
        EXPECT_EQ(head.find(row_["recipient"][member].get<std::string>()), std::string::npos)
            << member;
    }
    EXPECT_EQ(evidence(other_).status, 404);
}

TEST_F(EvidenceRoutes, ThereIsNoReceiptBeforeService) {
    const auto refused = receipt(own_);
    EXPECT_EQ(refused.status, 409);
    EXPECT_NE(refused.body.find("not-served"), std::string::npos) << refused.body;
    EXPECT_EQ(receipt(other_).status, 404);
}

TEST_F(EvidenceRoutes, TheReceiptSaysWhoWhatWhenAndByWhichRule) {
    reach();
    const auto first = receipt(own_);
    ASSERT_EQ(first.status, 201) << first.body;
    const json made = json::parse(first.body);
    EXPECT_EQ(made["title"], "送达回证");
    EXPECT_EQ(made["of"], id_);
    // Its evidence grows, and the receipt stays the one that was issued.
    const auto leg = desk_->store().legs_of(*parse_document_id(id_)).value().front();
    store::LegUpdate update;
    update.state = leg.state;
    update.events = {{"mail_report", clock_.now(), clock_.now(), leg.state, "raw"}};
    ASSERT_TRUE(desk_->store().append_leg_event(leg.id, leg.state, update).value());
    const auto again = receipt(own_);
    EXPECT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(json::parse(again.body)["id"], made["id"]) << again.body;
    EXPECT_TRUE(std::any_of(again.headers.begin(), again.headers.end(), [](const auto& header) {
        return header.first == "Idempotency-Replayed";
    }));

    const auto file = ask("GET", made["file"].get<std::string>(), own_);
    ASSERT_EQ(file.status, 200);
    const std::string path = (folder_ / "receipt.pdf").string();
    std::ofstream(path, std::ios::binary) << file.body;
    ASSERT_EQ(std::system(("pdftotext -layout " + path + ' ' + path + ".txt").c_str()), 0);
    std::ostringstream text;
    text << std::ifstream(path + ".txt").rdbuf();
    std::string shown = text.str();
    std::erase_if(shown, [](char c) { return c == '\n' || c == ' ' || c == '\f'; });
    for (const std::string& word :
         {std::string("电子送达"), row_["recipient"]["name"].get<std::string>(),
          std::string("portal-reached"), std::string("送达地址确认书2026-1"),
          std::string("末条SHA-256")}) {
        EXPECT_NE(shown.find(word), std::string::npos) << word << '\n' << text.str();
    }
    EXPECT_EQ(std::system(("pdfinfo " + path + " | grep -q '^Pages: *1$'").c_str()), 0)
        << "a form on one page";
    if (const char* const kept = std::getenv("SONGDA_KEEP_RECEIPT")) {
        std::ofstream(kept, std::ios::binary) << file.body;
    }
    // The receipt is about a document of its own: its number is in the record of this one's chain.
    EXPECT_EQ(desk_->store().evidence_of(*parse_document_id(id_)).value().size(), 5U);
}

} // namespace
} // namespace songda::api
