// Delivery on the real store; numbers on standard output. Run in a directory on the disk to be
// judged.
//   delivery_bench legs KEY SECRET DIRECTORY SECONDS [THREADS]
//       legs a second over the signed webhook to a sink on loopback, from due to settled, durable;
//       one fdatasync of 4 KiB after another;
//       and µs of CPU time a leg, the sink's too
//   delivery_bench lease DIRECTORY
//       µs of a claim of 16 with 1,000 legs that wait and with 1,000,000, and claims a second then
//   delivery_bench fairness DIRECTORY
//       ms in which 95 of 100 legs of twenty small departments are settled: idle, and behind
//       20,000 of another
//   delivery_bench sign KEY SECRET SECONDS
//       signatures v1a and v1 of a webhook a second of CPU time
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "base/log.hpp"
#include "bench/cpu_time.hpp"
#include "bench/delivery_office.hpp"
#include "bench/sync_rate.hpp"
#include "delivery/channels/webhook_channel.hpp"
#include "delivery/channels/webhook_signature.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/settle.hpp"
#include "http/server.hpp"

namespace {

using namespace songda;
using bench::DeliveryOffice;
using delivery::ChannelKind;
using SteadyClock = std::chrono::steady_clock;

constexpr std::uint8_t portal = static_cast<std::uint8_t>(ChannelKind::portal);
constexpr std::size_t legs_per_claim = 16; // as app/office.cpp
constexpr int portal_threads = 8;          // as config/songda.toml
constexpr std::int64_t lease_ms = 50'000;

double seconds_since(SteadyClock::time_point start) {
    return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

Private<std::string> secret_of(const char* path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return Private(line);
}

std::uint64_t legs_waiting(store::Store& store) {
    return store.statistics().value().legs_scheduled;
}

int legs(const char* key, const char* secret, const char* directory, double seconds,
         unsigned threads) {
    constexpr std::size_t legs_at_most = 100'000;
    metrics::Registry registry;
    http::ServerOptions options;
    options.io_threads = 1;
    options.worker_threads = 1;
    std::vector<http::Route> routes;
    routes.push_back({"POST", "/songda", 65'536, http::Place::quick, [](const http::Request&) {
                          http::Response response;
                          response.status = 204;
                          return response;
                      }});
    const auto sink = http::Server::start(
        options, std::move(routes),
        [](int status, std::string_view) {
            http::Response response;
            response.status = status;
            return response;
        },
        registry);
    SONGDA_CHECK(sink.ok());
    delivery::WebhookOptions webhook;
    webhook.url = "http://127.0.0.1:" + std::to_string(sink.value()->port()) + "/songda";
    webhook.ed25519_key_file = key;
    webhook.secrets = {secret_of(secret)};
    webhook.allow_private_addresses = true;
    const auto channel = delivery::WebhookChannel::make(webhook);
    SONGDA_CHECK(channel.ok());
    DeliveryOffice office(directory);
    for (std::size_t number = 0; number < 10; ++number) {
        office.issue(DeliveryOffice::department(number), legs_at_most / 10, 1);
    }
    delivery::Courier courier(
        office.parts({{ChannelKind::portal, *channel.value(), threads, legs_per_claim}}));
    const std::uint64_t before = legs_waiting(office.store());
    const auto start = SteadyClock::now();
    const std::clock_t cpu = std::clock();
    courier.start();
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    const std::uint64_t after = legs_waiting(office.store());
    const double took = seconds_since(start);
    const double cpu_us = 1e6 * static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    courier.stop();
    SONGDA_CHECK(after > 0); // else the time would be too long
    const auto done = static_cast<double>(before - after);
    std::printf("%.0f %.0f %.0f\n", done / took, syncs_a_second(office.folder()), cpu_us / done);
    return 0;
}

/// The median time of a claim whose legs go back to where they were.
double claim_us(store::Store& store) {
    constexpr int claims = 300;
    std::vector<double> took;
    const TimeMs now = SystemClock().now();
    for (int i = 0; i < claims; ++i) {
        const auto start = SteadyClock::now();
        const auto claimed =
            store.claim_due({portal, now, legs_per_claim, lease_ms, delivery::states_on_claim()});
        took.push_back(seconds_since(start) * 1e6);
        SONGDA_CHECK(claimed.ok() && claimed.value().size() == legs_per_claim);
        std::vector<store::LegFinish> back;
        for (const store::ClaimedLeg& leg : claimed.value()) {
            back.push_back(
                {leg.row.id, leg.fence,
                 delivery::settle_untried(leg.row, delivery::Reason::service_stopped, now)});
        }
        SONGDA_CHECK(store.finish_legs(back).ok());
    }
    std::nth_element(took.begin(), took.begin() + claims / 2, took.end());
    return took[claims / 2];
}

int lease(const char* directory) {
    constexpr std::size_t departments = 20;
    constexpr std::size_t legs_a_document = 50;
    DeliveryOffice office(directory);
    const auto fill = [&](std::size_t legs) {
        for (std::size_t number = 0; number < departments; ++number) {
            office.issue(DeliveryOffice::department(number), legs / departments / legs_a_document,
                         legs_a_document);
        }
    };
    fill(1'000);
    std::vector<double> few = {claim_us(office.store())};
    fill(999'000);
    const std::uint64_t waiting = legs_waiting(office.store());
    SONGDA_CHECK(waiting == 1'000'000);
    const double many = claim_us(office.store());
    std::printf("%.0f %.0f %.0f\n", few.front(), many, 1e6 / many);
    return 0;
}

/// Takes a few milliseconds, as a portal in the same city does.
class Sink final : public delivery::Channel {
public:
    [[nodiscard]] delivery::ChannelTraits traits() const override { return {true, false, 20'000}; }
    [[nodiscard]] delivery::Outcome send(const delivery::Dispatch& dispatch) override {
        std::this_thread::sleep_for(std::chrono::milliseconds(4));
        const std::scoped_lock lock(mutex_);
        waits_[dispatch.leg.department.text].push_back(
            static_cast<double>(SystemClock().now().value - dispatch.leg.created.value));
        return {delivery::Outcome::Kind::accepted, delivery::Reason::none, "204", 0};
    }
    std::vector<double> waits(std::size_t departments) {
        const std::scoped_lock lock(mutex_);
        std::vector<double> all;
        for (std::size_t number = 1; number <= departments; ++number) {
            const auto& own = waits_[DeliveryOffice::department(number).text];
            all.insert(all.end(), own.begin(), own.end());
        }
        waits_.clear();
        return all;
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::vector<double>> waits_;
};

int fairness(const char* directory) {
    constexpr std::size_t departments = 20;
    constexpr std::size_t burst = 20'000;
    constexpr int rounds = 10;
    DeliveryOffice office(directory);
    Sink sink;
    delivery::Courier courier(office.parts({{ChannelKind::portal, sink, 8, legs_per_claim}}));
    courier.start();
    std::uint64_t left = 0;
    const auto p95 = [&] {
        for (int round = 0; round < rounds; ++round) {
            for (std::size_t number = 1; number <= departments; ++number) {
                office.issue(DeliveryOffice::department(number), 1, 1);
                courier.wake();
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            }
        }
        left = legs_waiting(office.store());
        std::this_thread::sleep_for(std::chrono::seconds(1));
        std::vector<double> waits = sink.waits(departments);
        SONGDA_CHECK(waits.size() == departments * rounds); // none is left behind
        std::sort(waits.begin(), waits.end());
        return waits[waits.size() * 95 / 100];
    };
    const double idle = p95();
    courier.stop();
    office.issue(DeliveryOffice::department(0), burst, 1);
    delivery::Courier again(office.parts({{ChannelKind::portal, sink, 8, legs_per_claim}}));
    again.start();
    const double busy = p95();
    again.stop();
    SONGDA_CHECK(left > 1'000); // the burst was there all the time
    std::printf("%.1f %.1f\n", idle, busy);
    return 0;
}

double signatures(const delivery::WebhookSigner& signer, double seconds) {
    const std::string body(600, 'x'); // as a message to the portal is
    std::uint64_t count = 0;
    const double start = cpu_seconds();
    for (; cpu_seconds() - start < seconds; ++count) {
        SONGDA_CHECK(signer.sign({"leg", 1'700'000'000}, body).ok());
    }
    return static_cast<double>(count) / (cpu_seconds() - start);
}

int sign(const char* key, const char* secret, double seconds) {
    const auto v1a = delivery::WebhookSigner::make(key, {});
    const auto v1 = delivery::WebhookSigner::make("", {secret_of(secret)});
    SONGDA_CHECK(v1a.ok() && v1.ok());
    std::printf("%.0f %.0f\n", signatures(v1a.value(), seconds / 2),
                signatures(v1.value(), seconds / 2));
    return 0;
}

} // namespace

int main(int count, char** arguments) {
    const std::string what = count > 1 ? arguments[1] : "";
    static_cast<void>(log::open("/dev/null", log::Level::error));
    if (what == "legs" && (count == 6 || count == 7)) {
        const int threads = count == 7 ? std::atoi(arguments[6]) : portal_threads;
        return legs(arguments[2], arguments[3], arguments[4], std::atof(arguments[5]),
                    static_cast<unsigned>(threads));
    }
    if (what == "lease" && count == 3) {
        return lease(arguments[2]);
    }
    if (what == "fairness" && count == 3) {
        return fairness(arguments[2]);
    }
    if (what == "sign" && count == 5) {
        return sign(arguments[2], arguments[3], std::atof(arguments[4]));
    }
    std::fprintf(stderr, "delivery_bench legs|lease|fairness|sign …; see its source\n");
    return 2;
}
