#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/store.hpp"

namespace songda::store {

/// ThreadSanitizer leaves a program too little address space to find a tebibyte in it every time.
#if defined(__SANITIZE_THREAD__)
inline constexpr std::uint64_t map_bytes_default = std::uint64_t{1} << 34U;
#else
inline constexpr std::uint64_t map_bytes_default = std::uint64_t{1} << 40U;
#endif

struct LmdbOptions {
    std::string directory; ///< made if its parent exists; mode 0700
    /// The service: holds DIR/service.lock and may write documents. Otherwise (`songda key`): may
    /// read everything and write keys, audit rows and statuses beside a running service.
    bool exclusive = true;
    std::uint64_t map_bytes = map_bytes_default; ///< address space, not disk
    std::uint64_t segment_bytes = std::uint64_t{1} << 30U;
    /// Segments have their blocks reserved this far ahead of the cursor.
    std::uint64_t reserved_ahead_bytes = std::uint64_t{64} << 20U;
    /// Less free space than this: reads only.
    std::uint64_t reserve_bytes = std::uint64_t{64} << 20U;
    /// So many new documents stand in the order of their arrival before they are put in the order
    /// of their keys (docs/formats/store.md, "Fresh documents"). Some 120 bytes of memory each.
    std::size_t fresh_generation = std::size_t{1} << 18U;
    /// Called on an I/O error after which it is unknown what the disk holds. Must not return to
    /// normal work: the default logs `store_io_error` and aborts; the caller restarts. Afterwards
    /// every write of this store answers `internal`.
    std::function<void(std::string_view what)> fail_stop;
    /// What a leg of service that moved does to its document's service case; empty: nothing.
    FollowLeg follow_leg;
    /// What is tracked of a leg does to it; empty: it is kept, and moves nothing.
    SettleTracked settle_tracked;
    /// Writes the record of what happened; empty: there are no records.
    Testify testify;
    /// Says which legs are dead letters; null: none.
    GivesUp gives_up = nullptr;
    /// Tests only: how many free bytes the file system is said to have; empty: ask it.
    std::function<std::uint64_t()> free_bytes;
};

/// Opens or makes a store. One store object per directory and process; never fork after opening.
/// Faults: `conflict` (another exclusive opener; the detail says which process), `corrupt`
/// (not a store, or of an unknown version), `unavailable` (the disk), `invalid_input` (options).
[[nodiscard]] Result<std::unique_ptr<Store>> open_lmdb(const LmdbOptions& options);

} // namespace songda::store
