#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/ids.hpp"
#include "store/store.hpp"

namespace songda::issuer::detail {

/// Hands out document numbers. The highest one is stored with the intent that uses it, so a number
/// on disk is never given twice; one that no intent reached is a gap, never a duplicate.
/// Thread-safe.
class Sequencer {
public:
    explicit Sequencer(store::Store& store) : store_(store) {}

    [[nodiscard]] Result<std::uint64_t> next(const DepartmentCode& department,
                                             const std::string& sequence) {
        const std::scoped_lock lock(mutex_);
        const auto key = std::make_pair(department.text, sequence);
        auto found = last_.find(key);
        if (found == last_.end()) {
            const auto stored = store_.counter(department, sequence);
            if (!stored.ok()) {
                return stored.error();
            }
            found = last_.emplace(key, stored.value()).first;
        }
        return ++found->second;
    }

private:
    store::Store& store_;
    std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, std::uint64_t> last_;
};

} // namespace songda::issuer::detail
