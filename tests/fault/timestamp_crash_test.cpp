// kill -9 of the real service, and its clock set back and forth at random (libfaketime, which the
// clock of the machine's start does not follow), while strangers ask for time-stamps: no token has
// an earlier time than one that was there before it was asked for, what a jump ahead holds goes on
// only after `songda tsa confirm`, and every token verifies. SONGDA_KILLS sets the number of kills,
// SONGDA_SEED the moments and the jumps.
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "signer/timestamp_client.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"
#include "verifier/timestamp.hpp"

namespace songda {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// The clock of the service and of the commands beside it, but not of this test.
class FakeClock {
public:
    explicit FakeClock(const std::filesystem::path& folder) : file_(folder / "clock") {
        set(0);
        setenv("FAKETIME_TIMESTAMP_FILE", file_.c_str(), 1);
        setenv("FAKETIME_NO_CACHE", "1", 1);
        setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1", 1);
        setenv("DONT_FAKE_MONOTONIC", "1", 1);
        setenv("LD_PRELOAD", SONGDA_FAKETIME, 1);
    }
    FakeClock(const FakeClock&) = delete;
    FakeClock& operator=(const FakeClock&) = delete;
    ~FakeClock() { unsetenv("LD_PRELOAD"); }

    /// Seconds from the machine's clock.
    void set(int offset) {
        const std::string fresh = file_.string() + ".new";
        std::ofstream(fresh) << (offset < 0 ? "" : "+") << offset << '\n';
        std::filesystem::rename(fresh, file_);
        offset_ = offset;
    }
    [[nodiscard]] int offset() const { return offset_; }

private:
    std::filesystem::path file_;
    int offset_ = 0;
};

/// What the strangers saw between them. Thread-safe.
class Witness {
public:
    [[nodiscard]] TimeMs greatest() {
        const std::scoped_lock lock(mutex_);
        return greatest_;
    }
    void saw(TimeMs before, TimeMs time) {
        const std::scoped_lock lock(mutex_);
        ++granted;
        if (time < before) {
            faults.push_back(to_rfc3339(time) + " after " + to_rfc3339(before));
        }
        greatest_ = std::max(greatest_, time);
    }
    void fault(const std::string& what) {
        const std::scoped_lock lock(mutex_);
        faults.push_back(what);
    }

    std::atomic<int> granted = 0;
    std::atomic<int> refused = 0;
    std::vector<std::string> faults;

private:
    std::mutex mutex_;
    TimeMs greatest_;
};

/// Asks again and again until it is stopped; a service that was killed is no fault.
void ask_on(const std::stop_token& stop, std::uint16_t port, const verifier::TrustStore& roots,
            std::uint64_t seed, Witness& witness) {
    std::mt19937_64 random(seed);
    http::ClientOptions options;
    options.port = port;
    options.time = std::chrono::seconds(5);
    auto client = http::Client::connect(options);
    while (client.ok() && !stop.stop_requested()) {
        std::array<std::uint8_t, 16> nonce{};
        std::generate(nonce.begin(), nonce.end(), std::ref(random));
        const Bytes request = signer::write_timestamp_request(sha256(nonce), nonce, "");
        const TimeMs before = witness.greatest();
        const auto answer =
            client.value().send("POST", "/tsa", {{"Content-Type", "application/timestamp-query"}},
                                std::string(as_text(request)));
        if (!answer.ok() || answer.value().status != 200) {
            return;
        }
        const auto proof = verifier::check_timestamp_reply(
            as_bytes(answer.value().body), {request, SystemClock().now(), 1LL << 40}, roots);
        if (proof.ok()) {
            witness.saw(before, proof.value().time);
        } else if (proof.error().detail.find("timeNotAvailable") != std::string::npos) {
            ++witness.refused;
        } else {
            witness.fault(proof.error().detail);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 5));
    }
}

TEST(TimestampCrash, NoTimeDecreasesByKillsAndJumps) {
    const std::uint64_t seed = from_environment("SONGDA_SEED", std::random_device()());
    const std::uint64_t kills = from_environment("SONGDA_KILLS", 6);
    SCOPED_TRACE("SONGDA_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    live::Service service;
    FakeClock clock(service.folder());
    const auto roots = verifier::TrustStore::load(fakes::sample_keys_folder() + "/trust").value();
    Witness witness;
    int confirmed = 0;
    for (std::uint64_t kill = 0; kill < kills; ++kill) {
        ASSERT_TRUE(service.start()) << service.complaint();
        {
            std::vector<std::jthread> strangers;
            for (int i = 0; i < 2; ++i) {
                strangers.emplace_back([&, own = random()](const std::stop_token& stop) {
                    ask_on(stop, service.port(), roots, own, witness);
                });
            }
            for (int deed = 0; deed < 3; ++deed) {
                std::this_thread::sleep_for(std::chrono::milliseconds(random() % 500));
                const int jumps[] = {0, 0, -2, 2, -30, 30, 3600};
                clock.set(clock.offset() + jumps[random() % std::size(jumps)]);
                if (random() % 3 == 0) {
                    const auto word =
                        live::run_songda("tsa confirm --reason test -c " + service.config());
                    confirmed += word.status == 0 ? 1 : 0;
                }
            }
            if (clock.offset() > 7200 || random() % 4 == 0) {
                clock.set(0);
            }
            service.kill();
        }
    }
    EXPECT_TRUE(witness.faults.empty()) << witness.faults.front();
    std::printf("%d kills: %d tokens, %d times refused, %d jumps confirmed\n",
                static_cast<int>(kills), witness.granted.load(), witness.refused.load(), confirmed);
    EXPECT_GT(witness.granted, 10);
}

TEST(TimestampCrash, TheServiceHoldsAJumpUntilItIsConfirmedAndLogsBoth) {
    live::Service service;
    FakeClock clock(service.folder());
    ASSERT_TRUE(service.start()) << service.complaint();
    const auto roots = verifier::TrustStore::load(fakes::sample_keys_folder() + "/trust").value();
    const auto ask = [&] {
        const Bytes request = signer::write_timestamp_request({}, {1}, "");
        auto client = service.client();
        const auto answer =
            client.value().send("POST", "/tsa", {{"Content-Type", "application/timestamp-query"}},
                                std::string(as_text(request)));
        const auto proof = verifier::check_timestamp_reply(
            as_bytes(answer.value().body), {request, SystemClock().now(), 1LL << 40}, roots);
        return proof.ok() ? std::string("granted") : proof.error().detail;
    };
    ASSERT_EQ(ask(), "granted");
    clock.set(3600);
    EXPECT_NE(ask().find("timeNotAvailable"), std::string::npos);
    const auto shown = live::run_songda("tsa -c " + service.config());
    EXPECT_EQ(shown.status, 1) << shown.output;
    EXPECT_NE(shown.output.find("时钟前跳"), std::string::npos) << shown.output;
    const auto word =
        live::run_songda("tsa confirm --reason 与授时中心核对 -c " + service.config());
    EXPECT_EQ(word.status, 0) << word.output;
    EXPECT_EQ(ask(), "granted");
    clock.set(0);
    const std::string late = ask();
    EXPECT_NE(late.find("timeNotAvailable"), std::string::npos) << late;
    const auto behind = live::run_songda("tsa -c " + service.config());
    EXPECT_NE(behind.output.find("时钟落后"), std::string::npos) << behind.output;
    EXPECT_EQ(service.stop(), 0);
    const std::string log = service.complaint();
    EXPECT_NE(log.find("\"timestamp_time_refused\",\"fault\":\"held\""), std::string::npos) << log;
    EXPECT_NE(log.find("\"timestamp_time_refused\",\"fault\":\"unavailable\""), std::string::npos)
        << log;
}

} // namespace
} // namespace songda
