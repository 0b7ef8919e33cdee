// Loads a running service over HTTP and prints what it answered per second: one number on standard
// output.
//
//   service_bench issue PORT KEYFILE SAMPLES SECONDS
//       documents answered 201 per second; batches of 256 on 2 connections
//   service_bench upload PORT FILE SECONDS
//       uploads answered exact_bytes per second; 2 connections
//   service_bench core CONFIG SAMPLES SECONDS
//       licences made by one thread per second of its CPU time, as `openssl speed` counts, and
//       their mean size in bytes; the store looks at them and forgets them

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <ctime>

#include "app/config.hpp"
#include "bench/forgetful_store.hpp"
#include "http/client.hpp"
#include "issuer/fonts/font_set.hpp"
#include "issuer/issuer.hpp"
#include "signer/file_signer.hpp"

namespace {

using namespace songda;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t batch_rows = 256;
constexpr unsigned connections = 2;
/// Fonts are taken apart on first use; a service has done that long before it is busy.
constexpr double warm_up_seconds = 2;

std::string read_file(const char* path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> read_rows(const char* path) {
    std::ifstream in(path);
    std::vector<std::string> rows;
    for (std::string line; std::getline(in, line);) {
        rows.push_back(line);
    }
    return rows;
}

/// The same decision under a key and case number that nobody used.
std::string fresh(std::string row, std::uint64_t run, std::uint64_t number) {
    const auto replace = [&row](std::string_view member, const std::string& value) {
        const std::size_t at = row.find(member) + member.size();
        row.replace(at, row.find('"', at) - at, value);
    };
    const std::string unique = std::to_string(run) + '-' + std::to_string(number);
    replace("\"idempotency_key\": \"", unique);
    replace("\"case_number\": \"", unique);
    return row;
}

/// Runs `work(thread)` on some threads until the time is over; returns units per second.
template <class Work>
double rate(unsigned threads, double seconds, Work work) {
    std::atomic<std::uint64_t> done{0};
    const auto start = SteadyClock::now();
    const auto end = start + std::chrono::duration<double>(seconds);
    {
        std::vector<std::jthread> running;
        for (unsigned i = 0; i < threads; ++i) {
            running.emplace_back([&, i] {
                while (SteadyClock::now() < end) {
                    done += work(i);
                }
            });
        }
    }
    return static_cast<double>(done) /
           std::chrono::duration<double>(SteadyClock::now() - start).count();
}

/// CPU time of the calling thread.
double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::vector<http::Client> connect(const char* port) {
    std::vector<http::Client> clients;
    for (unsigned i = 0; i < connections; ++i) {
        http::ClientOptions options;
        options.port = static_cast<std::uint16_t>(std::stoi(port));
        clients.push_back(http::Client::connect(options).value());
    }
    return clients;
}

std::uint64_t count(std::string_view text, std::string_view part) {
    std::uint64_t found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

double bench_issue(char** words) {
    auto clients = connect(words[0]);
    std::string key = read_file(words[1]);
    key.erase(key.find_last_not_of("\n") + 1);
    const auto rows = read_rows(words[2]);
    const auto run = static_cast<std::uint64_t>(SystemClock().now().value);
    std::atomic<std::uint64_t> next{0};
    const auto issue_batch = [&](unsigned thread) {
        std::string body;
        const std::uint64_t first = next.fetch_add(batch_rows);
        for (std::uint64_t i = first; i < first + batch_rows; ++i) {
            body += fresh(rows[i % rows.size()], run, i) + '\n';
        }
        const auto answer =
            clients[thread].send("POST", "/api/v1/documents:batch",
                                 {{"Authorization", "Bearer " + key}}, std::move(body));
        return answer.ok() ? count(answer.value().body, "\"status\":201") : 0;
    };
    rate(connections, warm_up_seconds, issue_batch);
    return rate(connections, std::stod(words[3]), issue_batch);
}

double bench_upload(char** words) {
    auto clients = connect(words[0]);
    const std::string file = read_file(words[1]);
    return rate(connections, std::stod(words[2]), [&](unsigned thread) {
        const auto answer = clients[thread].send("POST", "/api/v1/verify",
                                                 {{"Content-Type", "application/pdf"}}, file);
        return answer.ok() ? count(answer.value().body, "exact_bytes") : 0;
    });
}

struct CoreResult {
    double per_second = 0;
    double bytes_mean = 0;
};

CoreResult bench_core(char** words) {
    const auto config = app::read_config(words[0]);
    if (!config.ok()) {
        std::fprintf(stderr, "%s\n", config.error().detail.c_str());
        return {};
    }
    const auto& department = config.value().departments.front();
    SystemClock clock;
    SystemRandom random;
    metrics::Registry registry;
    bench::ForgetfulStore store;
    auto signer = signer::open_file_signer({{{department.code},
                                             department.seal_key,
                                             department.seal_certificate,
                                             department.qr_key,
                                             ""}},
                                           false, clock);
    issuer::Issuer issuer({.store = store,
                           .signer = *signer.value(),
                           .clock = clock,
                           .random = random,
                           .metrics = registry,
                           .check_output =
                               [](std::span<const ByteView> files) {
                                   return std::vector<Result<void>>(files.size());
                               },
                           .verify_base = "https://verify.example.gov.cn/v/",
                           .threads = 1});
    const auto fonts = issuer::FontSet::load(config.value().fonts_folder);
    for (const std::string& name : department.templates) {
        const auto spec = issuer::read_template(config.value().templates_folder + '/' + name);
        const auto compiled = issuer::compile_template(
            spec.value(),
            {department.code, department.name, department.number_prefix, department.region,
             department.seal_text},
            fonts.value(),
            {signer.value()->cms_bytes_reserved({department.code}).value(),
             false}); // the page of real keys: a sample carries its mark besides
        if (!issuer.add_template(compiled.value()).ok()) {
            return {};
        }
    }
    const auto rows = read_rows(words[1]);
    std::uint64_t next = 0;
    std::uint64_t issued = 0;
    std::uint64_t bytes = 0;
    double used = 0;
    const auto issue_for = [&](double seconds) {
        issued = 0;
        bytes = 0;
        used = 0;
        while (used < seconds) {
            std::vector<std::string> texts;
            std::vector<issuer::Row> batch;
            for (int i = 0; i < 64; ++i, ++next) {
                texts.push_back(
                    fresh(rows[next * 2 % rows.size()], 0, next)); // every other one is a licence
            }
            for (const std::string& text : texts) {
                batch.push_back({text, {}});
            }
            const double before = cpu_seconds();
            const auto answers = issuer.issue({department.code}, batch);
            used += cpu_seconds() - before;
            for (const auto& answer : answers) {
                const bool done = answer.kind == issuer::Answer::Kind::issued;
                issued += done ? 1U : 0U;
                bytes += done ? answer.document.file.size : 0U;
            }
        }
    };
    issue_for(warm_up_seconds);
    issue_for(std::stod(words[2]));
    const auto count = static_cast<double>(issued);
    return {count / used, static_cast<double>(bytes) / count};
}

} // namespace

int main(int words, char** arguments) {
    const std::string what = words > 1 ? arguments[1] : "";
    double result = -1;
    if (what == "issue" && words == 6) {
        result = bench_issue(arguments + 2);
    } else if (what == "upload" && words == 5) {
        result = bench_upload(arguments + 2);
    } else if (what == "core" && words == 5) {
        const CoreResult core = bench_core(arguments + 2);
        std::printf("%.0f %.0f\n", core.per_second, core.bytes_mean);
        return 0;
    }
    if (result < 0) {
        std::fprintf(stderr, "usage: service_bench issue|upload|core …\n");
        return 2;
    }
    std::printf("%.0f\n", result);
    return 0;
}
