#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/signature_level.hpp"
#include "base/time.hpp"

namespace songda::signer {

/// What an augmentation adds behind a file.
struct Augmentation {
    Bytes revisions; ///< one or more, to be appended; nothing before them changes
    SignatureLevel level = SignatureLevel::b_b; ///< of the file with them
    /// Before this it has to be augmented anew, or what proves it ages out: the end of the
    /// certificate behind the newest time-stamp. Absent where nothing ages (B-B).
    std::optional<TimeMs> proven_until;
};

/// Brings one of our signed files to a level (signature augmentation, ETSI EN 319 102-1 §6): asks
/// time-stamp authorities and certificate authorities, so it may take seconds. Safe to call from
/// several threads.
class Augmenter {
public:
    Augmenter() = default;
    Augmenter(const Augmenter&) = delete;
    Augmenter& operator=(const Augmenter&) = delete;
    virtual ~Augmenter() = default;

    /// `file`: the first `issued_bytes` as issued, and the revisions added so far. Adds what the
    /// wanted level lacks; when it lacks nothing, renews: what is needed to check the newest
    /// time-stamp, and a new time-stamp over all. Faults: unavailable (nobody answers now, try
    /// again), forbidden (the seal's certificate is revoked, or not trusted: no level helps),
    /// corrupt (not one of our files), invalid_input (no room for more).
    [[nodiscard]] virtual Result<Augmentation> augment(ByteView file, std::size_t issued_bytes,
                                                       SignatureLevel wanted) = 0;
};

} // namespace songda::signer
