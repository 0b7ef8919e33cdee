#include "app/terminal.hpp"

#include <unistd.h>

#include <fmt/core.h>

namespace songda::app {

int tell_failure(const Error& error) {
    fmt::print(stderr, "songda: {} ({})\n", error.detail, fault_name(error.fault));
    return 2;
}

int tell_failure(std::string_view zh, std::string_view en) {
    fmt::print(stderr, "songda: {} {}\n", zh, en);
    return 2;
}

Progress::Progress(std::string label, std::size_t total)
    : label_(std::move(label)), total_(total), terminal_(isatty(STDOUT_FILENO) == 1) {}

void Progress::set(std::size_t done) {
    if (!terminal_ || total_ == 0) {
        return;
    }
    constexpr std::size_t width = 30;
    const std::size_t filled = done * width / total_;
    std::string bar;
    for (std::size_t i = 0; i < width; ++i) {
        bar += i < filled ? "█" : "░";
    }
    fmt::print("\r  {} {} {}/{} ", label_, bar, done, total_);
    std::fflush(stdout);
}

void Progress::finish() {
    if (terminal_) {
        fmt::print("\n");
    }
}

} // namespace songda::app
