// A kiosk as it is in a hall: registered by the command, enrolled with a key that openssl made,
// known to the running service by its certificate over TLS and by nothing else, collecting a
// document, and gone with its revocation.
#include <unistd.h>

#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text_codec.hpp"
#include "tests/fakes/ipp_printer.hpp"
#include "tests/fakes/kiosk_authority.hpp"
#include "tests/fakes/loopback_port.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using nlohmann::json;

class KioskLive : public testing::Test {
protected:
    void SetUp() override {
        authority_.emplace(service_.folder());
        const std::string tls = fakes::sample_keys_folder() + "/tls/";
        std::ofstream(service_.config(), std::ios::app)
            << "\n[kiosk]\nport = " << port_ << "\ntls_certificate = \"" << tls
            << "server.pem\"\ntls_key = \"" << tls << "server.key\"\nauthority_key = \""
            << authority_->key("authority") << "\"\nauthority_certificate = \""
            << authority_->certificate() << "\"\n";
        ASSERT_TRUE(service_.start()) << service_.complaint();
        bearer_ = service_.make_key();
    }
    /// Over the kiosks' door; `key` and `certificate` empty: nobody.
    http::Response knock(const std::string& name, const json& body,
                         const std::string& certificate = {}) {
        http::ClientOptions options;
        options.port = port_;
        options.tls = http::ClientTls{fakes::sample_keys_folder() + "/tls/client-authority.pem",
                                      certificate, certificate.empty() ? "" : device_key_};
        auto client = http::Client::connect(options);
        if (!client.ok()) {
            return {0, client.error().detail, {}, {}, {}};
        }
        auto answer = client.value().send("POST", "/api/v1/kiosks/" + name,
                                          {{"Content-Type", "application/json"}}, body.dump());
        return answer.ok() ? std::move(answer).value()
                           : http::Response{0, answer.error().detail, {}, {}, {}};
    }
    /// Path of the certificate that the device got.
    std::string enrol() {
        const std::string code = add_kiosk();
        const std::string request = authority_->request("device");
        device_key_ = authority_->key("device");
        const http::Response answer =
            knock("enrolment", {{"serial", "SN-1"}, {"code", code}, {"request", request}});
        EXPECT_EQ(answer.status, 201) << answer.body;
        const json given = json::parse(answer.body);
        kiosk_ = given["kiosk"];
        const std::string path = service_.folder() / "device.pem";
        std::ofstream(path) << given["certificate"].get<std::string>();
        return path;
    }
    /// Its enrolment code, as the command tells it.
    std::string add_kiosk() const {
        const auto added =
            live::run_songda("kiosk add hall SN-1 --place 一楼自助机1号 -c " + service_.config());
        EXPECT_EQ(added.status, 0) << added.output;
        const std::string words = "enrolment code ";
        const std::size_t at = added.output.find(words);
        return added.output.substr(at + words.size(), 32);
    }
    http::Response ask(const std::string& method, const std::string& path,
                       const std::string& body = {}) {
        return service_.client()
            .value()
            .send(method, path,
                  {{"Authorization", "Bearer " + bearer_}, {"Content-Type", "application/json"}},
                  body)
            .value();
    }
    std::string issue() {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        for (int row = 0; row < 8; ++row) { // the first whose recipient is a person
            std::getline(in, line);
        }
        json decision = json::parse(line);
        decision["delivery"] = {"kiosk"};
        const http::Response issued = ask("POST", "/api/v1/documents", decision.dump());
        EXPECT_EQ(issued.status, 201) << issued.body;
        return json::parse(issued.body)["id"];
    }

    const std::string person_ = "320199195705208034";
    const std::uint16_t port_ = fakes::free_port();
    live::Service service_;
    std::optional<fakes::KioskAuthority> authority_;
    std::string device_key_;
    std::string kiosk_;
    std::string bearer_;
};

TEST_F(KioskLive, EnrolsPrintsAndIsGoneWhenItIsRevoked) {
    const std::string certificate = enrol();
    const auto shown = live::run_command("openssl x509 -noout -text -in " + certificate);
    EXPECT_NE(shown.output.find("URI:urn:songda:kiosk:" + kiosk_), std::string::npos)
        << shown.output;
    EXPECT_NE(shown.output.find("TLS Web Client Authentication"), std::string::npos);
    EXPECT_EQ(live::run_command("openssl verify -x509_strict -purpose sslclient -CAfile " +
                                authority_->certificate() + " " + certificate)
                  .status,
              0);
    EXPECT_EQ(knock("heartbeat", {{"software", "test"}, {"printer", "idle"}}).status, 401);
    EXPECT_EQ(knock("heartbeat", {{"software", "test"}, {"printer", "idle"}}, certificate).status,
              200);
    const auto listed = live::run_songda("kiosk list -c " + service_.config());
    EXPECT_EQ(listed.status, 0) << listed.output;
    EXPECT_NE(listed.output.find("在线"), std::string::npos) << listed.output;

    const std::string id = issue();
    const json told = json::parse(ask("POST", "/api/v1/documents/" + id + "/collection-code").body);
    const json opened = json::parse(knock("openings",
                                          {{"identity", "id_card"},
                                           {"number", person_},
                                           {"name", "张三丰"},
                                           {"checked", "chip"},
                                           {"code", told["code"]}},
                                          certificate)
                                        .body);
    const json leave = json::parse(
        knock("releases", {{"session", opened["session"]}, {"document", id}}, certificate).body);
    const http::Response file = knock("files", {{"release", leave["release"]}}, certificate);
    ASSERT_EQ(file.status, 200) << file.body;
    EXPECT_EQ(to_hex(sha256(as_bytes(file.body))), leave["sha256"]);
    EXPECT_EQ(knock("results", {{"release", leave["release"]}, {"sheets", 1}, {"confirmed", true}},
                    certificate)
                  .body,
              R"({"state":"collected"})");
    EXPECT_EQ(json::parse(ask("GET", "/api/v1/documents/" + id).body)["service"]["rule"],
              "kiosk-collected");

    ASSERT_EQ(live::run_songda("kiosk revoke " + kiosk_ + " --reason 停用 -c " + service_.config())
                  .status,
              0);
    EXPECT_EQ(knock("heartbeat", json::object(), certificate).status, 401);
    const auto checked = live::run_songda("check-store -c " + service_.config());
    EXPECT_EQ(checked.status, 0) << checked.output;
}

TEST_F(KioskLive, AnotherCodeIsOnRecordWithItsReasonAndTheKioskIsStillWatched) {
    const std::string certificate = enrol();
    ASSERT_EQ(knock("heartbeat", {{"software", "test"}, {"printer", "idle"}}, certificate).status,
              200);
    const auto told = live::run_songda("kiosk code " + kiosk_.substr(0, 6) +
                                       " --reason 更换主板 -c " + service_.config());
    ASSERT_EQ(told.status, 0) << told.output;
    EXPECT_EQ(live::run_command("LC_ALL=C grep -rqa " + kiosk_ + ".*更换主板 " +
                                service_.folder().string() + " --include=*.mdb")
                  .status,
              0)
        << "the audit row names the kiosk and the reason";
    const auto listed = live::run_songda("kiosk list -c " + service_.config());
    EXPECT_NE(listed.output.find("在线"), std::string::npos) << listed.output;
    EXPECT_EQ(listed.output.find("待登记"), std::string::npos) << listed.output;
}

TEST_F(KioskLive, ACertificateOfAnotherAuthorityEndsTheHandshake) {
    (void)enrol();
    const fakes::KioskAuthority foreign(service_.folder() / "foreign");
    device_key_ = foreign.key("authority");
    EXPECT_EQ(knock("heartbeat", json::object(), foreign.certificate()).status, 0);
}

TEST_F(KioskLive, TheCounterIsRecordedBesideTheService) {
    const std::string id = issue();
    const std::string command = "delivery " + id +
                                " --collect self --checked sight --place 一楼3号窗口 -c " +
                                service_.config();
    const auto stranger =
        live::run_command("printf '320102198505050017\\n李四\\n' | " SONGDA_PROGRAM " " + command);
    EXPECT_EQ(stranger.status, 2);
    EXPECT_NE(stranger.output.find("不一致"), std::string::npos) << stranger.output;
    const auto done =
        live::run_command("printf '" + person_ + "\\n张三丰\\n' | " SONGDA_PROGRAM " " + command);
    EXPECT_EQ(done.status, 0) << done.output;
    EXPECT_EQ(done.output.find(person_), std::string::npos);
    EXPECT_EQ(json::parse(ask("GET", "/api/v1/documents/" + id).body)["service"]["rule"],
              "counter-collected");
}

/// songda-kiosk on the same machine, as its browser sees it.
class DeviceLive : public KioskLive {
protected:
    void SetUp() override {
        if (!fakes::IppPrinter::is_possible()) {
            GTEST_SKIP() << fakes::IppPrinter::why_not;
        }
        KioskLive::SetUp();
        ASSERT_TRUE(printer_.start("echo 'ATTR: job-impressions-completed=2' >&2; exit 0"));
        std::filesystem::create_directories(service_.folder() / "device");
        std::ofstream(device_config())
            << "serial = \"SN-1\"\nfolder = \"device\"\n[server]\n"
            << "address = \"127.0.0.1\"\nport = " << port_ << "\nhost = \"localhost\"\nca_file = \""
            << fakes::sample_keys_folder() << "/tls/client-authority.pem\"\n[printer]\nuri = \""
            << printer_.uri() << "\"\n[reader]\nchecked = \"chip\"\n[page]\nport = " << page_port_
            << "\nweb_folder = \"" SONGDA_SOURCE_DIR "/web\"\n";
        const std::string code = add_kiosk();
        const auto wrong = live::run_command(program() + " enrol 0000");
        EXPECT_EQ(wrong.status, 2);
        EXPECT_NE(wrong.output.find("登记码"), std::string::npos) << wrong.output;
        const auto enrolled = live::run_command(program() + " enrol " + code);
        ASSERT_EQ(enrolled.status, 0) << enrolled.output;
        device_ = std::make_unique<fakes::Child>(
            std::vector<std::string>{SONGDA_KIOSK_PROGRAM, "-c", device_config(), "run"});
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (local("GET", "/local/state").body.find("\"online\":true") == std::string::npos &&
               std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }
    [[nodiscard]] std::string device_config() const { return service_.folder() / "device.toml"; }
    [[nodiscard]] std::string program() const {
        return SONGDA_KIOSK_PROGRAM " -c " + device_config();
    }
    http::Response local(const std::string& method, const std::string& path,
                         const json& body = json::object()) {
        http::ClientOptions options;
        options.port = page_port_;
        auto client = http::Client::connect(options);
        if (!client.ok()) {
            return {0, client.error().detail, {}, {}, {}};
        }
        auto answer = client.value().send(method, path, {{"Content-Type", "application/json"}},
                                          method == "GET" ? "" : body.dump());
        return answer.ok() ? std::move(answer).value()
                           : http::Response{0, answer.error().detail, {}, {}, {}};
    }
    json open(const std::string& id) {
        const json told =
            json::parse(ask("POST", "/api/v1/documents/" + id + "/collection-code").body);
        const http::Response opened = local("POST", "/local/openings",
                                            {{"identity", "id_card"},
                                             {"number", person_},
                                             {"name", "张三丰"},
                                             {"checked", "chip"},
                                             {"code", told["code"]}});
        EXPECT_EQ(opened.status, 200) << opened.body;
        EXPECT_EQ(opened.body.find("session"), std::string::npos) << "the page sees no token";
        return json::parse(opened.body);
    }
    json print(const std::string& id) {
        return json::parse(local("POST", "/local/prints", {{"document", id}}).body);
    }
    json copies(const std::string& id) {
        return json::parse(ask("GET", "/api/v1/documents/" + id + "/copies").body)["copies"];
    }
    json service_of(const std::string& id) {
        return json::parse(ask("GET", "/api/v1/documents/" + id).body)["service"];
    }

    const std::uint16_t page_port_ = fakes::free_port();
    fakes::IppPrinter printer_;
    std::unique_ptr<fakes::Child> device_;
};

TEST_F(DeviceLive, PrintsOnARealPrinterAndCollects) {
    const std::string id = issue();
    ASSERT_EQ(open(id)["documents"][0]["id"], id);
    const json printed = print(id);
    EXPECT_EQ(printed["state"], "printed") << printed.dump();
    EXPECT_EQ(printed["sheets"], 2);
    EXPECT_NE(service_of(id)["state"], "served") << "the person did not say so yet";
    EXPECT_EQ(local("POST", "/local/confirmations", {{"taken", true}}).body,
              R"({"state":"collected"})");
    EXPECT_EQ(service_of(id)["rule"], "kiosk-collected");
    EXPECT_EQ(printer_.received(), 1U);
    EXPECT_EQ(local("GET", "/").status, 200);
}

TEST_F(DeviceLive, AJamVoidsTheCopyAndTheNextPrintIsAnother) {
    const std::string id = issue();
    (void)open(id);
    printer_.behave("echo 'ATTR: job-impressions-completed=1' >&2; "
                    "echo 'STATE: +media-jam-error' >&2; sleep 1; exit 1");
    const json jammed = print(id);
    EXPECT_EQ(jammed["state"], "failed") << jammed.dump();
    EXPECT_EQ(jammed["reason"], "printer_jam");
    printer_.behave("echo 'STATE: -media-jam-error' >&2; "
                    "echo 'ATTR: job-impressions-completed=1' >&2; exit 0");
    EXPECT_EQ(print(id)["state"], "printed");
    EXPECT_EQ(local("POST", "/local/confirmations", {{"taken", true}}).status, 200);
    ASSERT_EQ(copies(id).size(), 2U);
    EXPECT_EQ(copies(id)[0]["reason"], "printer_jam");
    EXPECT_FALSE(copies(id)[1].contains("revoked_at"));
}

TEST_F(DeviceLive, APrinterThatDoesNotCountHandsNothingOutAndThatIsSaid) {
    const std::string id = issue();
    (void)open(id);
    printer_.behave("exit 0");
    EXPECT_EQ(print(id)["reason"], "no_sheet");
    EXPECT_EQ(copies(id)[0]["reason"], "no_sheet");
    const auto listed = [&] { return live::run_songda("kiosk list -c " + service_.config()); };
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(40);
    while (listed().output.find("不报告印出的面数") == std::string::npos &&
           std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    EXPECT_NE(listed().output.find("不报告印出的面数"), std::string::npos) << listed().output;
}

TEST_F(DeviceLive, WhoLeavesWithoutAWordHasTakenNothing) {
    const std::string id = issue();
    (void)open(id);
    ASSERT_EQ(print(id)["state"], "printed");
    EXPECT_EQ(local("POST", "/local/end").status, 200);
    EXPECT_EQ(copies(id)[0]["reason"], "not_taken");
    EXPECT_NE(service_of(id)["state"], "served");
}

} // namespace
} // namespace songda
