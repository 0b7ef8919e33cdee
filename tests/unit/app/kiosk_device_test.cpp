// The program on a kiosk over TLS to a door that answers as the test says, with a printer that
// does: what was asked for one person never reaches the next, nothing is told of a paper before it
// is known, a result is kept until the service took it, and a renewal has a key of its own.
#include "app/kiosk/device.hpp"

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "http/server.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/kiosk_authority.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/scripted_printer.hpp"

namespace songda::app {
namespace {

using fakes::ScriptedPrinter;
using nlohmann::json;
using Reply = ScriptedPrinter::Reply;
constexpr int print_job = 2;
constexpr int validate_job = 4;
constexpr int get_job = 9;
constexpr int get_jobs = 10;
constexpr std::int64_t day_ms = 86'400'000;
const std::string file = "%PDF-1.4\n%%EOF\n";

/// Somebody is there, and waits until the test lets them go on.
class Meeting {
public:
    void arrive() {
        std::unique_lock lock(mutex_);
        arrived_ = true;
        changed_.notify_all();
        changed_.wait_for(lock, std::chrono::seconds(30), [this] { return released_; });
    }
    void wait() {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), [this] { return arrived_; }));
    }
    void release() {
        const std::scoped_lock lock(mutex_);
        released_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool arrived_ = false;
    bool released_ = false;
};

http::Response answer(int status, const json& body) {
    http::Response response;
    response.status = status;
    response.body = body.dump();
    return response;
}

/// As the service writes it: the documents come last.
http::Response opened(const std::string& session) {
    http::Response response;
    response.body = R"({"session":")" + session + R"(","documents":[{"id":"d1"}]})";
    return response;
}

class KioskDeviceTest : public testing::Test {
protected:
    KioskDeviceTest() : printer_([this](int operation) { return reply(operation); }) {
        std::vector<http::Route> routes;
        for (const char* const name :
             {"enrolment", "renewal", "heartbeat", "openings", "releases", "files", "results"}) {
            routes.push_back({"POST", std::string("/api/v1/kiosks/") + name, 1U << 16U,
                              http::Place::worker, [this, name](const http::Request& request) {
                                  return asked(name, json::parse(request.body));
                              }});
        }
        const std::string tls = fakes::sample_keys_folder() + "/tls/";
        http::ServerOptions options;
        options.tls.certificate_file = tls + "server.pem";
        options.tls.key_file = tls + "server.key";
        const auto refuse = [](int status, std::string_view why) {
            return answer(status, {{"title", std::string(why)}});
        };
        door_ = http::Server::start(options, std::move(routes), refuse, registry_).value();
        DeviceConfig config;
        config.serial = "SN-1";
        config.address = "127.0.0.1";
        config.port = door_->port();
        config.host = "localhost";
        config.ca_file = tls + "client-authority.pem";
        config.folder = folder_.path().string();
        config.printer = printer_.uri();
        config.identity = "id_card";
        config.checked = "chip_and_face";
        device_ = KioskDevice::open(config, clock_).value();
        EXPECT_TRUE(device_->enrol("code").ok());
    }
    ~KioskDeviceTest() override { door_->stop(); }

    http::Response asked(const std::string& name, const json& body) {
        std::function<http::Response()> other;
        {
            const std::scoped_lock lock(mutex_);
            told_[name].push_back(body);
            other = otherwise_.contains(name) ? otherwise_[name] : nullptr;
        }
        if (other) {
            return other();
        }
        if (name == "enrolment" || name == "renewal") {
            const auto issued = authority_.open().issue(
                body["request"].get<std::string>(),
                {"kiosk", "urn:songda:kiosk:1", clock_.now(), clock_.now() + 60 * day_ms}, random_);
            return answer(201, {{"certificate", issued.value().pem}});
        }
        if (name == "openings") {
            return opened("s1");
        }
        if (name == "releases") {
            return answer(201, {{"release", "r1"},
                                {"pages", 2},
                                {"job", "leg-1"},
                                {"sha256", to_hex(sha256(as_bytes(file)))}});
        }
        if (name == "files") {
            http::Response response;
            response.body = file;
            return response;
        }
        return answer(200, {{"state", body.value("confirmed", false) ? "collected" : "returned"},
                            {"place", "here"}});
    }
    /// A printer that prints two sheets, unless the test says otherwise.
    Reply reply(int operation) {
        std::function<Reply()> other;
        {
            const std::scoped_lock lock(mutex_);
            other =
                printer_otherwise_.contains(operation) ? printer_otherwise_[operation] : nullptr;
        }
        if (other) {
            return other();
        }
        return {Reply::Kind::answer, operation == print_job ? ScriptedPrinter::listed_job(4, "x")
                                     : operation == get_job ? ScriptedPrinter::job_state(9, 2)
                                                            : ""};
    }
    void door(const std::string& name, std::function<http::Response()> other) {
        const std::scoped_lock lock(mutex_);
        otherwise_[name] = std::move(other);
    }
    void printer(int operation, std::function<Reply()> other) {
        const std::scoped_lock lock(mutex_);
        printer_otherwise_[operation] = std::move(other);
    }
    std::vector<json> told(const std::string& name) {
        const std::scoped_lock lock(mutex_);
        return told_[name];
    }
    std::size_t kept() const {
        std::size_t count = 0;
        for (const auto& each : std::filesystem::directory_iterator(folder_.path())) {
            count += each.path().filename().string().starts_with("untold-") ? 1U : 0U;
        }
        return count;
    }
    http::Response open_desk() {
        return device_->open_desk(
            R"({"number":"320102199001010013","name":"张三丰","code":"12345678"})");
    }

    fakes::TemporaryFolder folder_;
    fakes::KioskAuthority authority_{folder_.path()};
    fakes::ManualClock clock_{SystemClock().now()};
    fakes::SeededRandom random_{1};
    metrics::Registry registry_;
    std::mutex mutex_;
    std::map<std::string, std::vector<json>> told_;
    std::map<std::string, std::function<http::Response()>> otherwise_;
    std::map<int, std::function<Reply()>> printer_otherwise_;
    ScriptedPrinter printer_;
    std::unique_ptr<http::Server> door_;
    std::unique_ptr<KioskDevice> device_;
};

TEST_F(KioskDeviceTest, OpensPrintsAndTellsWhatBecameOfThePaper) {
    EXPECT_EQ(open_desk().body, R"({"documents":[{"id":"d1"}]})");
    EXPECT_EQ(told("openings")[0]["checked"], "chip_and_face") << "as its configuration says";
    EXPECT_EQ(device_->print("d1").body, R"({"state":"printed","sheets":2})");
    EXPECT_EQ(json::parse(device_->confirm(true).body)["state"], "collected");
    EXPECT_EQ(told("results").size(), 1U);
    EXPECT_EQ(kept(), 0U);
}

TEST_F(KioskDeviceTest, FewerSidesThanPagesIsNoPrint) {
    (void)open_desk();
    printer(get_job, [] { return Reply{Reply::Kind::answer, ScriptedPrinter::job_state(9, 1)}; });
    EXPECT_EQ(device_->print("d1").body, R"({"state":"failed","reason":"pages_missing"})");
    EXPECT_EQ(told("results")[0]["failure"], "pages_missing");
    EXPECT_EQ(told("results")[0]["sheets"], 1);
    EXPECT_EQ(json::parse(device_->confirm(true).body)["state"], "nothing");
}

TEST_F(KioskDeviceTest, AnAnswerToThePersonBeforeGivesTheNextOneNoSession) {
    Meeting meeting;
    door("openings", [&] {
        meeting.arrive();
        return opened("before");
    });
    http::Response late;
    std::thread before([&] { late = open_desk(); });
    meeting.wait();
    device_->end_session();
    meeting.release();
    before.join();
    EXPECT_EQ(late.status, 403);
    EXPECT_EQ(late.body.find("d1"), std::string::npos) << late.body;
    (void)device_->print("d1");
    EXPECT_EQ(told("releases").back()["session"], "");
}

TEST_F(KioskDeviceTest, ThePaperOfWhoLeftIsNotOfferedToTheNextOne) {
    Meeting meeting;
    printer(get_job, [&] {
        meeting.arrive();
        return Reply{Reply::Kind::answer, ScriptedPrinter::job_state(9, 2)};
    });
    (void)open_desk();
    http::Response late;
    std::thread before([&] { late = device_->print("d1"); });
    meeting.wait();
    device_->end_session();
    meeting.release();
    before.join();
    EXPECT_EQ(json::parse(late.body)["state"], "ended");
    EXPECT_EQ(json::parse(device_->confirm(true).body)["state"], "nothing");
    ASSERT_EQ(told("results").size(), 1U);
    EXPECT_EQ(told("results")[0]["failure"], "not_taken");
    EXPECT_EQ(told("results")[0]["confirmed"], false);
}

TEST_F(KioskDeviceTest, NothingIsToldOrPrintedUntilALostJobWasLookedFor) {
    printer(print_job, [this] {
        printer(get_jobs, [] { return Reply{Reply::Kind::hung_up}; });
        return Reply{Reply::Kind::hung_up};
    });
    (void)open_desk();
    EXPECT_EQ(json::parse(device_->print("d1").body)["reason"], "printer_gone");
    EXPECT_TRUE(told("results").empty()) << "its paper may come";
    EXPECT_EQ(json::parse(device_->print("d1").body)["state"], "busy");
    EXPECT_TRUE(device_->beat());
    EXPECT_TRUE(told("results").empty());
    printer(get_jobs, [] {
        return Reply{Reply::Kind::answer, ScriptedPrinter::listed_job(4, "leg-1")};
    });
    EXPECT_TRUE(device_->beat());
    ASSERT_EQ(told("results").size(), 1U);
    EXPECT_EQ(told("results")[0]["sheets"], 2);
    EXPECT_EQ(told("results")[0]["confirmed"], false);
    EXPECT_EQ(told("results")[0]["failure"], "printer_gone");
}

TEST_F(KioskDeviceTest, ABusyPrinterIsAskedAgain) {
    int tries = 0;
    printer(validate_job, [&tries] {
        Reply reply;
        reply.status = ++tries == 1 ? 0x0507 : 0;
        return reply;
    });
    (void)open_desk();
    EXPECT_EQ(json::parse(device_->print("d1").body)["state"], "printed");
    EXPECT_EQ(tries, 2);
    EXPECT_TRUE(told("results").empty());
}

TEST_F(KioskDeviceTest, AResultIsKeptUntilTheServiceTookIt) {
    for (const int status : {401, 429, 503}) {
        door("results", [status] { return answer(status, json::object()); });
        (void)open_desk();
        ASSERT_EQ(json::parse(device_->print("d1").body)["state"], "printed");
        EXPECT_EQ(json::parse(device_->confirm(true).body)["state"], "kept") << status;
        EXPECT_TRUE(device_->beat());
        EXPECT_EQ(kept(), 1U) << status;
    }
    door("results", [] { return answer(200, {{"state", "collected"}}); });
    EXPECT_TRUE(device_->beat());
    EXPECT_EQ(kept(), 0U);
    EXPECT_EQ(told("results").back()["confirmed"], true);
}

TEST_F(KioskDeviceTest, ARenewalHasAKeyOfItsOwnBesideItsCertificate) {
    const std::string path = (folder_.path() / "device.pem").string();
    const std::string before = fakes::read_file(path);
    EXPECT_TRUE(device_->beat());
    EXPECT_TRUE(told("renewal").empty());
    clock_.advance(25 * day_ms); // of the 30 that its authority has
    EXPECT_TRUE(device_->beat());
    ASSERT_EQ(told("renewal").size(), 1U);
    const std::string after = fakes::read_file(path);
    const auto key_in = [](const std::string& pem) {
        return pem.substr(pem.find("-----BEGIN PRIVATE KEY"));
    };
    EXPECT_NE(key_in(after), key_in(before));
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "next.key"));
    EXPECT_EQ(std::system(("test \"$(openssl x509 -pubkey -noout -in " + path +
                           ")\" = \"$(openssl pkey -pubout -in " + path + ")\"")
                              .c_str()),
              0)
        << "as openssl reads both";
    EXPECT_TRUE(device_->beat()) << "over the new one";
}

} // namespace
} // namespace songda::app
