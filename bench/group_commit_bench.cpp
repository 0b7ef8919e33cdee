// Durable records per second with 16 submitters against one fdatasync of 4 KiB per record, both in
// the same run and directory (design §6: at least 20 ×). Each submitter hands over batches and
// waits until they are durable. Run in a directory on the disk to be judged.
//   group_commit_bench [DIRECTORY]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/check.hpp"
#include "bench/sync_rate.hpp"
#include "store/lmdb/open_lmdb.hpp"

namespace {

using namespace songda;
using Seconds = std::chrono::duration<double>;

constexpr int submitters = 16;
constexpr double run_seconds = 2.0;
constexpr std::size_t record_bytes = 1000;

double seconds_since(std::chrono::steady_clock::time_point start) {
    return Seconds(std::chrono::steady_clock::now() - start).count();
}

template <class Write>
double in_groups(std::size_t batch, Write write) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    std::vector<std::uint64_t> counts(submitters, 0);
    for (std::size_t number = 0; number < submitters; ++number) {
        threads.emplace_back([&, number] {
            while (seconds_since(start) < run_seconds) {
                write(number, counts[number]);
                counts[number] += batch;
            }
        });
    }
    std::uint64_t total = 0;
    for (std::size_t number = 0; number < submitters; ++number) {
        threads[number].join();
        total += counts[number];
    }
    return static_cast<double>(total) / seconds_since(start);
}

double audit_rows(store::Store& store, std::size_t batch) {
    const store::AuditRow row{TimeMs{1}, "bench", "write", "x", std::string(record_bytes, 'a')};
    const std::vector<store::AuditRow> rows(batch, row);
    return in_groups(
        batch, [&](std::size_t, std::uint64_t) { SONGDA_CHECK(store.append_audit(rows).ok()); });
}

double intents(store::Store& store, std::size_t batch, std::uint8_t run) {
    return in_groups(batch, [&](std::size_t submitter, std::uint64_t done) {
        std::vector<store::Intent> rows(batch);
        for (store::Intent& row : rows) {
            // Ids as the house makes them: they grow with time, with the submitter behind it.
            row.id.bytes[0] = run;
            for (std::size_t at = 0; at < 6; ++at) {
                row.id.bytes[1 + at] = static_cast<std::uint8_t>(done >> (40 - 8 * at));
            }
            row.id.bytes[7] = static_cast<std::uint8_t>(submitter);
            row.department.text = "11320100000000001X";
            row.number = std::string(record_bytes - 200, 'n');
            row.template_version = "food-business-licence@1";
            row.sequence = "food/2026";
            row.sequence_value = ++done;
        }
        SONGDA_CHECK(store.put_intents(rows).ok());
    });
}

} // namespace

int main(int count, char** arguments) {
    std::string directory = (count > 1 ? arguments[1] : ".") + std::string("/group-commit-XXXXXX");
    SONGDA_CHECK(mkdtemp(directory.data()) != nullptr);
    store::LmdbOptions options;
    options.directory = directory + "/store";
    auto opened = store::open_lmdb(options);
    SONGDA_CHECK(opened.ok());
    store::Store& store = *opened.value();

    const double reference = syncs_a_second(directory);
    std::printf("one fdatasync per record    %10.0f /s\n", reference);
    std::uint8_t run = 0;
    for (const std::size_t batch : {1U, 16U, 256U, 1024U}) {
        const double audit = audit_rows(store, batch);
        std::printf("audit rows, batches of %4zu %10.0f /s  %6.1f x\n", batch, audit,
                    audit / reference);
        const double intent = intents(store, batch, ++run);
        std::printf("intents,    batches of %4zu %10.0f /s  %6.1f x\n", batch, intent,
                    intent / reference);
    }
    opened.value().reset();
    std::filesystem::remove_all(directory);
    return 0;
}
