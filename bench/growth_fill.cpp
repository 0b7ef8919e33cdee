// Fills a store as a year of work would have, for bench/growth: growth_fill CONFIG COUNT KEYS.
// Rows, indexes, intents, legs (long ended), audit and idempotency are as real ones; the files are
// small, since no path's cost depends on the bytes of other documents. Goes through the Store
// interface in group commits, not through rendering. Writes the verification keys of up to 10 000
// documents, spread over the whole store, to KEYS, one a line.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/random.hpp"
#include "base/sha256.hpp"
#include "delivery/leg_state.hpp"
#include "store/lmdb/open_lmdb.hpp"

namespace {

using namespace songda;

constexpr std::size_t rows_per_commit = 4096;
constexpr std::size_t rest_bytes = 200;
constexpr std::uint64_t keys_listed = 10'000;
constexpr std::int64_t year_ms = 365LL * 86'400'000;
constexpr std::int64_t month_ms = 31LL * 86'400'000;

/// The documents of one store, oldest first.
class Year {
public:
    Year(DepartmentCode department, std::string name, std::uint64_t count)
        : department_(std::move(department)), name_(std::move(name)), count_(count),
          end_(SystemClock().now()) {}

    [[nodiscard]] TimeMs time_of(std::uint64_t number) const {
        const double part = static_cast<double>(number) / static_cast<double>(count_);
        return end_ + -year_ms +
               static_cast<std::int64_t>(part * static_cast<double>(year_ms - 3'600'000));
    }
    /// `rest` must outlive the write.
    store::IssueWrite make(std::uint64_t number, ByteView rest) {
        const std::string text = std::to_string(number);
        store::IssueWrite write;
        store::DocumentRow& row = write.document;
        row.issued_at = time_of(number);
        row.id = make_document_id(row.issued_at, random_);
        row.key = make_document_key(random_);
        row.department = department_;
        row.department_name = name_;
        row.number = "JY1320199" + text;
        row.type_code = "SPJY";
        row.title = "食品经营许可证";
        row.template_version = "food-business-licence@0";
        row.case_number = "growth-case-" + text;
        row.holder_masked = "示例市********公司";
        row.valid_until = Date{2031, 11, 24};
        row.record_hash = sha256(as_bytes(text));
        row.file_hash = sha256(rest);
        row.file.size = rest.size();
        write.rest = rest;
        row.first_status = {store::DocumentStatus::valid, row.issued_at, "issued",
                            department_.text};
        write.idempotency_key = "growth-key-" + text;
        write.fingerprint = row.record_hash;
        write.idempotency_expires = row.issued_at + month_ms;
        for (const std::uint8_t channel : {std::uint8_t{1}, std::uint8_t{2}}) {
            write.legs.push_back(ended_leg(row, channel, number));
        }
        write.audit = {row.issued_at, department_.text, "document_issued", to_text(row.id),
                       row.number};
        return write;
    }
    [[nodiscard]] store::Intent intent_of(const store::IssueWrite& write, std::uint64_t number) {
        const store::DocumentRow& row = write.document;
        return {row.id,        row.department, row.number,       row.template_version,
                row.file_hash, row.issued_at,  "growth/licence", number};
    }

private:
    /// Acknowledged; each recipient has a few documents.
    [[nodiscard]] store::LegWrite ended_leg(const store::DocumentRow& row, std::uint8_t channel,
                                            std::uint64_t number) {
        store::LegRow leg;
        leg.id = make_leg_id(row.issued_at, random_);
        leg.document = row.id;
        leg.department = row.department;
        leg.channel = channel;
        leg.state = static_cast<std::uint8_t>(delivery::LegState::acknowledged);
        leg.attempts = 1;
        leg.address = Private<std::string>("recipient" + std::to_string(number) + "@example.org");
        leg.created = row.issued_at;
        leg.deadline = row.issued_at + month_ms;
        const Digest recipient = sha256(as_bytes("recipient" + std::to_string(number % 250'000)));
        std::copy_n(recipient.begin(), leg.inbox.bytes.size(), leg.inbox.bytes.begin());
        return {leg, {}};
    }

    DepartmentCode department_;
    std::string name_;
    std::uint64_t count_;
    TimeMs end_;
    SystemRandom random_;
};

/// Documents [first, first + size), intents and all, in two commits. False when the store refused.
bool write_some(store::Store& store, Year& year, std::uint64_t first, std::size_t size,
                std::vector<store::IssueWrite>& writes) {
    std::vector<Bytes> files;
    std::vector<store::Intent> intents;
    files.reserve(size);
    writes.clear();
    for (std::uint64_t number = first; number < first + size; ++number) {
        const std::string text = std::to_string(number);
        Bytes& file = files.emplace_back(rest_bytes, std::uint8_t{'x'});
        std::copy(text.begin(), text.end(), file.begin());
        writes.push_back(year.make(number, file));
        intents.push_back(year.intent_of(writes.back(), number));
    }
    const auto planned = store.put_intents(intents);
    const auto issued = store.put_issues(writes);
    if (!planned.ok() || !issued.ok()) {
        const Error error = planned.ok() ? issued.error() : planned.error();
        std::fprintf(stderr, "growth_fill: %s\n", error.detail.c_str());
        return false;
    }
    for (const store::IssueOutcome& outcome : issued.value()) {
        if (outcome.kind != store::IssueOutcome::Kind::created) {
            std::fprintf(stderr, "growth_fill: a document was not created\n");
            return false;
        }
    }
    return true;
}

int fill(const app::Config& config, std::uint64_t count, const char* keys_path) {
    store::LmdbOptions options;
    options.directory = config.store.folder;
    options.segment_bytes = config.store.segment_mib << 20U;
    options.reserve_bytes = config.store.reserve_mib << 20U;
    const auto opened = store::open_lmdb(options);
    if (!opened.ok()) {
        std::fprintf(stderr, "growth_fill: %s\n", opened.error().detail.c_str());
        return 1;
    }
    const app::DepartmentConfig& department = config.departments.front();
    Year year({department.code}, department.name, count);
    std::ofstream keys(keys_path);
    const std::uint64_t every = std::max<std::uint64_t>(1, count / keys_listed);
    std::vector<store::IssueWrite> writes;
    for (std::uint64_t at = 0; at < count; at += writes.size()) {
        const std::size_t size = std::min<std::uint64_t>(rows_per_commit, count - at);
        if (!write_some(*opened.value(), year, at, size, writes)) {
            return 1;
        }
        for (std::uint64_t number = at; number < at + size; ++number) {
            if (number % every == 0) {
                keys << to_text(writes[number - at].document.key) << '\n';
            }
        }
        std::fprintf(stderr, "\r  %llu / %llu ", static_cast<unsigned long long>(at + size),
                     static_cast<unsigned long long>(count));
    }
    std::fprintf(stderr, "\n");
    return 0;
}

} // namespace

int main(int words, char** arguments) {
    const std::uint64_t count = words == 4 ? std::strtoull(arguments[2], nullptr, 10) : 0;
    if (count == 0) {
        std::fprintf(stderr, "usage: growth_fill CONFIG COUNT KEYS\n");
        return 2;
    }
    const auto config = app::read_config(arguments[1]);
    if (!config.ok()) {
        std::fprintf(stderr, "%s\n", config.error().detail.c_str());
        return 2;
    }
    return fill(config.value(), count, arguments[3]);
}
