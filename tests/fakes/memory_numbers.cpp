#include <algorithm>

#include "store/limits.hpp"
#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;

void MemoryStore::set_held(TimeMs since) {
    const Lock lock(mutex_);
    held_since_ = since;
}

MemoryStore::Counter MemoryStore::counter_of(const DepartmentCode& department,
                                             const std::string& sequence) const {
    if (const auto found = look_up(counters_, {department, sequence})) {
        return *found;
    }
    const int year = sequence_year(sequence);
    Counter counter;
    if (year == 0 || year <= static_cast<int>(floor_.year)) {
        counter = {floor_.value, floor_.value};
    }
    for (const auto& [key, other] : counters_) {
        if (year == 0 && key.first == department && sequence_year(key.second) != 0 &&
            key.second.substr(0, key.second.size() - 5) == sequence) {
            counter.last = std::max(counter.last, other.last);
            counter.passed = std::max(counter.passed, other.last);
        }
    }
    return counter;
}

Result<std::uint64_t> MemoryStore::counter(const DepartmentCode& department,
                                           std::string_view sequence) {
    const Lock lock(mutex_);
    if (held_since_) {
        return Error{Fault::held, "held"};
    }
    return counter_of(department, std::string(sequence)).last;
}

Result<Numbers> MemoryStore::numbers() {
    const Lock lock(mutex_);
    Numbers found{held_since_, floor_, {}};
    for (const auto& [key, counter] : counters_) {
        found.sequences.push_back({key.first, key.second, counter.last});
    }
    return found;
}

Result<std::optional<TimeMs>> MemoryStore::numbers_held() {
    const Lock lock(mutex_);
    return held_since_;
}

Result<void> MemoryStore::advance_numbers(const NumberAdvance& advance, const AuditRow& audit) {
    const Lock lock(mutex_);
    if (advance.count > sequence_value_max) {
        return Error{Fault::invalid_input, "too large"};
    }
    if (!writable_) {
        return full();
    }
    const auto moved = [&advance](std::uint64_t last) {
        return advance.how == NumberAdvance::How::by ? last + advance.count
                                                     : std::max(last, advance.count);
    };
    auto counters = counters_;
    NumberFloor floor = floor_;
    if (advance.only) {
        counters[{advance.only->department, advance.only->sequence}] =
            counter_of(advance.only->department, advance.only->sequence);
    } else {
        floor = {moved(floor.value), std::max(floor.year, advance.floor_year)};
    }
    bool fits = floor.value <= sequence_value_max;
    for (auto& [key, counter] : counters) {
        if (!advance.only ||
            (key.first == advance.only->department && key.second == advance.only->sequence)) {
            counter.last = moved(counter.last);
            counter.passed = counter.last;
            fits = fits && counter.last <= sequence_value_max;
        }
    }
    if (!fits) {
        return Error{Fault::invalid_input, "too large"};
    }
    counters_ = std::move(counters);
    floor_ = floor;
    held_since_ = advance.only ? held_since_ : std::nullopt;
    record(audit);
    return {};
}

Result<void> MemoryStore::confirm_numbers(const AuditRow& audit) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    if (!held_since_) {
        return Error{Fault::conflict, "nothing is held"};
    }
    held_since_.reset();
    record(audit);
    return {};
}

} // namespace songda::fakes
