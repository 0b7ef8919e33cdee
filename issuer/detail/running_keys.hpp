#pragma once

#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "base/ids.hpp"

namespace songda::issuer::detail {

/// The idempotency keys that are being worked on in this process: a second request with the same
/// key is told so instead of racing. Thread-safe.
class RunningKeys {
public:
    /// Gives the key back when it goes out of scope. Empty when somebody else holds the key.
    class Hold {
    public:
        Hold() = default;
        Hold(RunningKeys& home, std::string key) : home_(&home), key_(std::move(key)) {}
        Hold(Hold&& other) noexcept
            : home_(std::exchange(other.home_, nullptr)), key_(std::move(other.key_)) {}
        Hold& operator=(Hold&& other) noexcept {
            std::swap(home_, other.home_);
            std::swap(key_, other.key_);
            return *this;
        }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;
        ~Hold() {
            if (home_ != nullptr) {
                home_->release(key_);
            }
        }
        [[nodiscard]] bool held() const { return home_ != nullptr; }

    private:
        RunningKeys* home_ = nullptr;
        std::string key_;
    };

    [[nodiscard]] Hold acquire(const DepartmentCode& department, const std::string& key) {
        std::string full = department.text + '\0' + key;
        const std::scoped_lock lock(mutex_);
        return keys_.insert(full).second ? Hold(*this, std::move(full)) : Hold();
    }

private:
    void release(const std::string& key) {
        const std::scoped_lock lock(mutex_);
        keys_.erase(key);
    }

    std::mutex mutex_;
    std::set<std::string> keys_;
};

} // namespace songda::issuer::detail
