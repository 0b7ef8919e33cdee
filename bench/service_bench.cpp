// Loads a running service over HTTP and prints what it answered per second: one number on standard
// output.
//
//   service_bench issue PORT KEYFILE SAMPLES SECONDS
//       documents answered 201 per second; batches of 256 on 2 connections
//   service_bench upload PORT FILE SECONDS
//       uploads answered exact_bytes per second; 2 connections

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "base/time.hpp"
#include "http/client.hpp"

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

} // namespace

int main(int words, char** arguments) {
    const std::string what = words > 1 ? arguments[1] : "";
    double result = -1;
    if (what == "issue" && words == 6) {
        result = bench_issue(arguments + 2);
    } else if (what == "upload" && words == 5) {
        result = bench_upload(arguments + 2);
    }
    if (result < 0) {
        std::fprintf(stderr, "usage: service_bench issue|upload …\n");
        return 2;
    }
    std::printf("%.0f\n", result);
    return 0;
}
