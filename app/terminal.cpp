#include "app/terminal.hpp"

#include <unistd.h>

#include <fmt/core.h>

namespace songda::app {
namespace {

constexpr std::int64_t log_line_ms = 10'000;

} // namespace

int tell_failure(const Error& error) {
    fmt::print(stderr, "songda: {} ({})\n", error.detail, fault_name(error.fault));
    return 2;
}

int tell_failure(std::string_view zh, std::string_view en) {
    fmt::print(stderr, "songda: {} {}\n", zh, en);
    return 2;
}

Progress::Progress(std::string label, std::size_t total, const Clock& clock)
    : label_(std::move(label)), total_(total), clock_(clock), terminal_(isatty(STDOUT_FILENO) == 1),
      begun_(clock.now()), told_(begun_) {}

void Progress::set(std::size_t done) {
    if (total_ == 0) {
        return;
    }
    const TimeMs now = clock_.now();
    if (terminal_) {
        draw(done);
    } else if (now - told_ >= log_line_ms) {
        fmt::print("  {} {}/{}{}\n", label_, done, total_, time_left(done));
        told_ = now;
    }
    std::fflush(stdout);
}

void Progress::draw(std::size_t done) const {
    constexpr std::size_t width = 30;
    const std::size_t filled = done * width / total_;
    std::string bar;
    for (std::size_t i = 0; i < width; ++i) {
        bar += i < filled ? "█" : "░";
    }
    fmt::print("\r  {} {} {}/{}{}\033[K", label_, bar, done, total_, time_left(done));
}

std::string Progress::time_left(std::size_t done) const {
    const double so_far = seconds();
    if (done == 0 || done >= total_ || so_far < 1) {
        return "";
    }
    const double rate = static_cast<double>(done) / so_far;
    return fmt::format(" · 每秒 {:.0f}/s · 剩余 left {:.0f} s", rate,
                       static_cast<double>(total_ - done) / rate);
}

void Progress::finish() {
    if (terminal_ && total_ != 0) {
        fmt::print("\n");
    }
}

double Progress::seconds() const {
    return static_cast<double>(clock_.now() - begun_) / 1000;
}

} // namespace songda::app
