#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "signer/seal_cupboard.hpp"

namespace songda::signer {

struct SealClientOptions {
    std::string socket;
    /// How long one question waits for a connection and for its answer, together.
    std::chrono::milliseconds wait{5'000};
    /// After a failed try to connect: the first pause; each is twice the one before.
    std::chrono::milliseconds pause_first{100};
    std::chrono::milliseconds pause_max{5'000};
    /// How long `open_seal_client` waits for a signer that is starting.
    std::chrono::milliseconds wait_at_start{10'000};
    /// Threads that ask at the time have a connection each, this many at most.
    std::size_t connections_max = 16;
    /// Hears why the signer is away, once, and (nothing) that it answers again. Called by threads
    /// that sign, one after the other.
    std::function<void(const std::optional<Error>&)> told;
};

/// The seals of a signer process (docs/formats/signer-socket.md). No key is in this process. A
/// signer that goes away is asked again by whoever signs next, with pauses that grow; meanwhile
/// everybody gets `unavailable` at once. What was asked when it went away is `unavailable` too and
/// never asked a second time. A signer that comes back with other seals is not believed until this
/// process starts again. Safe to call from several threads.
/// Faults: unavailable (nobody answers; not allowed to ask), corrupt (it speaks otherwise).
[[nodiscard]] Result<std::unique_ptr<SealCupboard>> open_seal_client(SealClientOptions options);

} // namespace songda::signer
