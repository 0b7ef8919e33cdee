#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/ids.hpp"
#include "store/store.hpp"

namespace songda::issuer::detail {

/// Hands out document numbers. The highest one is stored with the intent that uses it, so a number
/// on disk is never given twice; one that no intent reached is a gap, never a duplicate. The store
/// is asked each time: an operator may have moved the sequence on beside us. Thread-safe.
class Sequencer {
public:
    explicit Sequencer(store::Store& store) : store_(store) {}

    [[nodiscard]] Result<std::uint64_t> next(const DepartmentCode& department,
                                             const std::string& sequence) {
        const std::scoped_lock lock(mutex_);
        const auto stored = store_.counter(department, sequence);
        if (!stored.ok()) {
            return stored.error();
        }
        std::uint64_t& last = last_[std::make_pair(department.text, sequence)];
        last = std::max(last, stored.value()) + 1;
        return last;
    }

private:
    store::Store& store_;
    std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, std::uint64_t> last_;
};

} // namespace songda::issuer::detail
