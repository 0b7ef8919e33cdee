#pragma once

#include <ctime>

/// CPU time of the calling thread, as `openssl speed` counts its own: another program on the machine
/// does not change it.
inline double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}
