#pragma once

#include <string>

#include "base/result.hpp"

/// How `songda-signer` confines itself, in this order. docs/operating/signer.md says what each
/// step is good for.
namespace songda::app {

/// Becomes that user for good, if the process was started as root; root without such a user is
/// refused. New privileges are renounced by everybody. Faults: invalid_input (root without a user,
/// another user than the configured one), internal.
[[nodiscard]] Result<void> become_user(const std::string& name);

/// Keeps all memory of the process out of swap. False if the system does not let it: keys, PINs
/// and passphrases are in a locked part of their own then (harden_process).
[[nodiscard]] bool lock_memory();

/// What the process still needs.
enum class Cage {
    files, ///< its sockets and memory: keys were read and no file is opened any more
    token, ///< besides, what a PKCS#11 library may want: files, sockets, threads
};

/// From here on, for every thread: no new program, no tracing, tight limits, and any other request
/// to the kernel ends the process. With a book of uses it may write to what is open and make files
/// that were not there; it still opens none that was. Fault unavailable: the kernel does not grant
/// it.
[[nodiscard]] Result<void> enter_cage(Cage cage, bool writes_book = false);

} // namespace songda::app
