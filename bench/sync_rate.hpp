#pragma once

#include <chrono>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/check.hpp"

/// What the disk under `directory` can do: 4 KiB written and synced, one after another, a second.
inline double syncs_a_second(const std::string& directory) {
    constexpr double run_seconds = 2;
    const std::string path = directory + "/reference";
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    SONGDA_CHECK(file >= 0);
    const songda::Bytes record(4096, 7);
    const auto start = std::chrono::steady_clock::now();
    const auto seconds = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    std::uint64_t count = 0;
    for (; seconds() < run_seconds; ++count) {
        const auto offset = static_cast<off_t>(count * record.size());
        SONGDA_CHECK(pwrite(file, record.data(), record.size(), offset) == 4096);
        SONGDA_CHECK(fdatasync(file) == 0);
    }
    close(file);
    return static_cast<double>(count) / seconds();
}
