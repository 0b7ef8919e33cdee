#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/open_file.hpp"
#include "base/result.hpp"
#include "signer/seal_cupboard.hpp"

namespace songda::signer {

/// A socket that listens at a path, and the lock that says that it is ours.
struct SealSocket {
    Descriptor lock; ///< on `PATH.lock`
    Descriptor listening;
};

/// Listens at `path` (SOCK_SEQPACKET), which only its owner and group may open. What a signer that
/// was killed left there is taken away. Faults: invalid_input (everybody may enter the folder),
/// conflict (another signer has it), not_found (no such folder), forbidden, unavailable.
[[nodiscard]] Result<SealSocket> listen_for_seals(const std::string& path);

struct SealServiceOptions {
    std::vector<uid_t> users; ///< who may ask, besides nobody
    unsigned threads = 4;
    std::size_t connections_max = 64;
};

/// The signer process's door: answers questions (message.hpp) with the seals of a cupboard. Its
/// threads run before `start` returns, so that a cage may shut then, and take whatever connection
/// has something to say.
class SealService {
public:
    /// The cupboard outlives it. Fault unavailable: the system has no more descriptors or threads.
    [[nodiscard]] static Result<std::unique_ptr<SealService>>
    start(SealCupboard& cupboard, SealSocket socket, SealServiceOptions options);

    SealService(const SealService&) = delete;
    SealService& operator=(const SealService&) = delete;
    /// Questions on hand are answered first.
    ~SealService();

private:
    struct Impl;
    explicit SealService(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace songda::signer
