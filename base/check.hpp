#pragma once

#include <cstdio>
#include <cstdlib>

/// A belief that must hold in every build. A broken belief means that the program no longer knows
/// what it is doing, and stopping is the only honest answer (nothing durable is half done: see
/// docs/ARCHITECTURE.md, "commit order").
#define SONGDA_CHECK(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) [[unlikely]] {                                                           \
            std::fprintf(stderr, "broken belief: %s (%s:%d)\n", #condition, __FILE__, __LINE__);   \
            std::abort();                                                                          \
        }                                                                                          \
    } while (false)
