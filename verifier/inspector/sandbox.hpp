#pragma once

/// The cage of the inspector. After `enter_sandbox` the process can read the streams that are open,
/// take and give back memory, write its answer and end; any other request to the kernel ends it at
/// once (SIGSYS): no file, no network, no other process, no new code.
namespace songda::inspector {

/// False if the kernel does not grant it; then nothing may be read.
[[nodiscard]] bool enter_sandbox();

} // namespace songda::inspector
