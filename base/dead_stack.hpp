#pragma once

#include <cstdint>

namespace songda {

/// Wipes what calls leave behind on the stack; the dynamic linker also saves the vector registers
/// there, with what was copied last, when it looks up a function. So this calls none. After work
/// with a private key, from the function that began it.
[[gnu::noinline]] inline void wipe_dead_stack() {
    volatile std::uint64_t dead[2048]; // more than any of them was seen to use
    for (auto& word : dead) {
        word = 0;
    }
}

} // namespace songda
