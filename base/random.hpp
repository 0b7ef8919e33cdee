#pragma once

#include <cstdint>
#include <span>

namespace songda {

/// The only source of randomness. Safe to call from several threads.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

/// Cryptographically strong bytes from OpenSSL's generator, drawn ahead by each thread: not for a
/// process that forks and goes on in both.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> bytes) override;
};

} // namespace songda
