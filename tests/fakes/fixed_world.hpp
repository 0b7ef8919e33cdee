#pragma once

#include <mutex>
#include <random>
#include <string>

#include "base/random.hpp"
#include "base/time.hpp"

/// Time and chance that a test decides.
namespace songda::fakes {

class ManualClock final : public Clock {
public:
    explicit ManualClock(TimeMs start = {1'700'000'000'000}) : now_(start) {}
    [[nodiscard]] TimeMs now() const override { return now_; }
    void set(TimeMs now) { now_ = now; }
    void advance(std::int64_t milliseconds) { now_ = now_ + milliseconds; }

private:
    TimeMs now_;
};

/// A machine that a test starts, ages and starts again.
class ManualBootClock final : public BootClock {
public:
    [[nodiscard]] std::int64_t since_boot_ms() const override { return since_ms_; }
    [[nodiscard]] std::string boot() const override { return "boot-" + std::to_string(boots_); }
    void advance(std::int64_t milliseconds) { since_ms_ += milliseconds; }
    void boot_again() {
        since_ms_ = 5000;
        ++boots_;
    }

private:
    std::int64_t since_ms_ = 5000;
    int boots_ = 1;
};

/// The same bytes for the same seed. Thread-safe, as Random asks.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
    void fill(std::span<std::uint8_t> bytes) override {
        const std::scoped_lock lock(mutex_);
        for (std::uint8_t& byte : bytes) {
            byte = static_cast<std::uint8_t>(engine_());
        }
    }

private:
    std::mutex mutex_;
    std::mt19937_64 engine_;
};

} // namespace songda::fakes
