// The kiosks' door over a real desk: enrolment by a code and a request that openssl made, identity
// by the verified certificate and by nothing else, a numbered copy printed and collected, and one
// answer for everything that is wrong.
#include "api/kiosks.hpp"

#include <fstream>

#include <nlohmann/json.hpp>

#include "app/kiosk_office.hpp"
#include "base/text_codec.hpp"
#include "delivery/kiosk/register.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/kiosk_authority.hpp"
#include "tests/unit/api/counter.hpp"

namespace songda::api {
namespace {

using nlohmann::json;

class KioskDoorTest : public CounterTest {
protected:
    void SetUp() override {
        CounterTest::SetUp();
        authority_.emplace(folder_);
        kiosk_desk_.emplace(desk_->store(), desk_->applicant_keys(), clock_, desk_->random(),
                            std::vector<DepartmentCode>{fakes::department});
        kiosk_parts_.reset(
            new KioskParts{desk_->store(), *kiosk_desk_, desk_->issuer(), clock_, desk_->metrics(),
                           [this](std::string_view request, const store::KioskId& kiosk) {
                               return certify(request, kiosk);
                           }});
        door_ = std::make_unique<http::Router>(make_kiosk_routes(*kiosk_parts_));
        own_ = make_key(fakes::department, {"issue", "read"}).bearer;
    }
    Result<KioskCertified> certify(std::string_view request, const store::KioskId& kiosk) {
        auto issued = authority_->open().issue(
            request, {"kiosk", delivery::kiosk_uri(kiosk), clock_.now(), clock_.now() + 1'000'000},
            desk_->random());
        if (!issued.ok()) {
            return issued.error();
        }
        return KioskCertified{issued.value().pem, issued.value().digest, issued.value().expires};
    }
    http::Response knock(const std::string& name, const json& body,
                         std::optional<Digest> certificate = std::nullopt) {
        http::Request request;
        request.method = "POST";
        request.path = "/api/v1/kiosks/" + name;
        request.body = body.dump();
        request.peer = "192.0.2.9";
        request.client_certificate = certificate;
        const auto match = door_->find(request.method, request.path);
        SONGDA_CHECK(match.route != nullptr);
        return match.route->handle(request);
    }
    delivery::NewKiosk add_kiosk(const std::string& serial) {
        delivery::NewKiosk made = delivery::make_kiosk(
            {"hall", serial, "示例市政务服务中心一楼自助机1号", {}, "operator"}, clock_.now(),
            desk_->random());
        SONGDA_CHECK(desk_->store().step_kiosk({}, made.row, {}, {}).value());
        return made;
    }
    /// The hash of the certificate that it got, as the TLS layer tells it.
    Digest enrol(const std::string& serial) {
        const http::Response answer =
            knock("enrolment", {{"serial", serial},
                                {"code", add_kiosk(serial).code},
                                {"request", authority_->request("device")}});
        SONGDA_CHECK(answer.status == 201);
        return authority_->digest_of(json::parse(answer.body)["certificate"]);
    }
    std::string issue() {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        for (int row = 0; row < 8; ++row) { // the first whose recipient is a person
            std::getline(in, line);
        }
        json decision = json::parse(line);
        const http::Response issued = ask("POST", "/api/v1/documents", own_, decision.dump());
        EXPECT_EQ(issued.status, 201) << issued.body;
        return json::parse(issued.body)["id"];
    }
    json card(const std::string& code) const {
        return {{"identity", "id_card"},
                {"number", person_},
                {"name", "张三丰"},
                {"checked", "chip"},
                {"code", code}};
    }
    std::string code_of(const std::string& id) {
        return desk_->applicant_keys().collection_of({}, *parse_document_id(id)).code.reveal();
    }

    const std::string person_ = "320199195705208034";
    std::optional<fakes::KioskAuthority> authority_;
    std::optional<delivery::KioskDesk> kiosk_desk_;
    std::unique_ptr<KioskParts> kiosk_parts_;
    std::unique_ptr<http::Router> door_;
    std::string own_;
};

TEST_F(KioskDoorTest, PrintsANumberedCopyAndCollects) {
    const Digest certificate = enrol("SN-1");
    const std::string id = issue();
    const http::Response opened = knock("openings", card(code_of(id)), certificate);
    ASSERT_EQ(opened.status, 200) << opened.body;
    const json shown = json::parse(opened.body);
    ASSERT_EQ(shown["documents"][0]["id"], id);
    const http::Response released =
        knock("releases", {{"session", shown["session"]}, {"document", id}}, certificate);
    ASSERT_EQ(released.status, 201) << released.body;
    const json leave = json::parse(released.body);
    EXPECT_EQ(leave["copy"], 1);
    EXPECT_EQ(leave["pages"], 1);
    const http::Response file = knock("files", {{"release", leave["release"]}}, certificate);
    ASSERT_EQ(file.status, 200) << file.body;
    EXPECT_EQ(to_hex(sha256(as_bytes(file.body))), leave["sha256"]);
    EXPECT_EQ(file.body.substr(0, 5), "%PDF-");
    const http::Response done =
        knock("results", {{"release", leave["release"]}, {"sheets", 1}, {"confirmed", true}},
              certificate);
    EXPECT_EQ(done.body, R"({"state":"collected"})");
    const json delivery = json::parse(ask("GET", "/api/v1/documents/" + id, own_).body);
    EXPECT_EQ(delivery["service"]["rule"], "kiosk-collected");
    EXPECT_EQ(delivery["delivery"].back()["collected"]["copy"], 1);
    EXPECT_EQ(ask("GET", "/api/v1/documents/" + id, own_).body.find(person_), std::string::npos);
}

TEST_F(KioskDoorTest, NobodyIsAKioskWithoutACertificateThatWasGivenToOne) {
    const Digest certificate = enrol("SN-1");
    for (const char* const name :
         {"renewal", "heartbeat", "openings", "releases", "files", "results"}) {
        EXPECT_EQ(knock(name, json::object()).status, 401) << name;
        EXPECT_EQ(knock(name, json::object(), sha256(as_bytes("another"))).status, 401) << name;
    }
    EXPECT_EQ(knock("heartbeat", json::object(), certificate).status, 200);
    const auto kiosk = desk_->store().kiosks().value().front();
    store::KioskRow revoked = kiosk;
    revoked.revoked = clock_.now();
    ASSERT_TRUE(desk_->store().step_kiosk(kiosk, revoked, {}, {}).value());
    EXPECT_EQ(knock("heartbeat", json::object(), certificate).status, 401)
        << "its next request is refused";
}

TEST_F(KioskDoorTest, WhatIsWrongLooksTheSame) {
    const Digest certificate = enrol("SN-1");
    const std::string id = issue();
    const auto told = [&](const json& body) {
        const http::Response answer = knock("openings", body, certificate);
        json problem = json::parse(answer.body);
        problem.erase("instance");
        return std::pair(answer.status, problem);
    };
    const auto wrong = told(card("00000000"));
    EXPECT_EQ(wrong.first, 403);
    json unknown = card(code_of(id));
    unknown["number"] = "110101200001010000";
    EXPECT_EQ(told(unknown), wrong);
    for (int tries = 0; tries < 4; ++tries) {
        (void)told(card("00000000"));
    }
    EXPECT_EQ(told(card(code_of(id))), wrong) << "a dead code";
}

TEST_F(KioskDoorTest, AnEnrolmentCodeIsGoodOnceAndForARealRequest) {
    const delivery::NewKiosk made = add_kiosk("SN-7");
    json body = {{"serial", "SN-7"}, {"code", made.code}, {"request", "no request"}};
    EXPECT_EQ(knock("enrolment", body).status, 422);
    body["request"] = authority_->request("device");
    EXPECT_EQ(knock("enrolment", body).status, 201) << "a bad request cost nothing";
    EXPECT_EQ(knock("enrolment", body).status, 403);
    const http::Response renewed = knock(
        "renewal", {{"request", authority_->request("next")}},
        desk_->store().kiosks().value().empty() ? std::nullopt : std::optional(enrol("SN-8")));
    EXPECT_EQ(renewed.status, 201) << renewed.body;
}

TEST_F(KioskDoorTest, WhoEnrolsAgainIsKnownByTheNewCertificateAlone) {
    const Digest before = enrol("SN-1");
    const auto row = desk_->store().kiosks().value().front();
    const delivery::NewKiosk again = delivery::renew_code(row, clock_.now(), desk_->random());
    ASSERT_TRUE(desk_->store().step_kiosk(row, again.row, {}, {}).value());
    EXPECT_EQ(knock("heartbeat", json::object(), before).status, 200) << "until it enrols";
    const http::Response renewed =
        knock("renewal", {{"request", authority_->request("device")}}, before);
    ASSERT_EQ(renewed.status, 201) << renewed.body;
    const Digest between = authority_->digest_of(json::parse(renewed.body)["certificate"]);
    const http::Response enrolled = knock(
        "enrolment",
        {{"serial", "SN-1"}, {"code", again.code}, {"request", authority_->request("device")}});
    ASSERT_EQ(enrolled.status, 201) << enrolled.body;
    const Digest after = authority_->digest_of(json::parse(enrolled.body)["certificate"]);
    EXPECT_EQ(knock("heartbeat", json::object(), before).status, 401);
    EXPECT_EQ(knock("heartbeat", json::object(), between).status, 401);
    EXPECT_EQ(knock("heartbeat", json::object(), after).status, 200);
}

TEST_F(KioskDoorTest, NoDeviceSaysThatAClerkLooked) {
    const Digest certificate = enrol("SN-1");
    json body = card(code_of(issue()));
    body["checked"] = "sight";
    EXPECT_EQ(knock("openings", body, certificate).status, 422);
    body["checked"] = "login";
    EXPECT_EQ(knock("openings", body, certificate).status, 200);
}

TEST_F(KioskDoorTest, AKioskThatWaitsForAnotherCodeIsWatchedAllTheSame) {
    const Digest certificate = enrol("SN-1");
    ASSERT_EQ(knock("heartbeat", {{"clock", to_rfc3339(clock_.now())}}, certificate).status, 200);
    const auto row = desk_->store().kiosks().value().front();
    const delivery::NewKiosk again = delivery::renew_code(row, clock_.now(), desk_->random());
    ASSERT_TRUE(desk_->store().step_kiosk(row, again.row, {}, {}).value());
    fakes::ManualClock clock(clock_.now());
    app::KioskWatch watch(desk_->store(), clock, desk_->metrics());
    EXPECT_EQ(watch.look(), 0U);
    clock.advance(delivery::silent_after_ms + 1);
    EXPECT_EQ(watch.look(), 1U);
    (void)add_kiosk("SN-2");
    EXPECT_EQ(watch.look(), 1U) << "one that never enrolled is not awaited";
}

TEST_F(KioskDoorTest, AHeartbeatIsKeptAndSilenceIsSeen) {
    const Digest certificate = enrol("SN-1");
    app::KioskWatch watch(desk_->store(), clock_, desk_->metrics());
    EXPECT_EQ(watch.look(), 1U) << "it never spoke";
    EXPECT_EQ(knock("heartbeat",
                    {{"software", "songda-kiosk 1"},
                     {"clock", to_rfc3339(clock_.now() + 2500)},
                     {"printer", "idle"}},
                    certificate)
                  .status,
              200);
    EXPECT_EQ(watch.look(), 0U);
    const auto seen = desk_->store().kiosks_seen().value();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].clock - seen[0].at, 2500);
    EXPECT_EQ(seen[0].printer, "idle");
}

} // namespace
} // namespace songda::api
