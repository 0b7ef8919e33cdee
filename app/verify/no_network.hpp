#pragma once

namespace songda::app {

/// From here on this process and its children can speak to no network and look into no other
/// process: the kernel refuses the calls (EACCES). False if the kernel does not grant that.
[[nodiscard]] bool renounce_network();

} // namespace songda::app
