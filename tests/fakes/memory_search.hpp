#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <openssl/crypto.h>

/// Looks for a secret in the memory of its own process.
namespace songda::fakes {

/// Read anew each time, so that no compiler makes the plain bytes of a comparison.
inline volatile std::uint8_t search_mask = 0x5A;

/// How often 32 bytes lie in this process outside the secure heap. They are compared masked, so
/// that the search does not find itself.
inline int count_in_ordinary_memory(const std::array<std::uint8_t, 32>& masked) {
    std::ifstream maps("/proc/self/maps");
    std::vector<std::pair<std::size_t, std::size_t>> areas;
    for (std::string line; std::getline(maps, line);) {
        std::size_t begin = 0;
        std::size_t end = 0;
        if (std::sscanf(line.c_str(), "%zx-%zx rw", &begin, &end) == 2 &&
            line.find(" rw-p ") != std::string::npos) {
            areas.emplace_back(begin, end);
        }
    }
    int found = 0;
    for (const auto& [begin, end] : areas) {
        const auto* const at = reinterpret_cast<const volatile std::uint8_t*>(begin);
        for (std::size_t i = 0; i + masked.size() <= end - begin; ++i) {
            std::size_t same = 0;
            while (same < masked.size() && (at[i + same] ^ search_mask) == masked[same]) {
                ++same;
            }
            if (same == masked.size() &&
                CRYPTO_secure_allocated(const_cast<const std::uint8_t*>(at + i)) == 0) {
                ++found;
            }
        }
    }
    return found;
}

} // namespace songda::fakes
