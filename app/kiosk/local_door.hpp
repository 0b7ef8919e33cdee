#pragma once

#include <string>
#include <vector>

#include "app/kiosk/device.hpp"
#include "http/message.hpp"

namespace songda::app {

/// What the device's own browser is served on loopback: the page, and the few things that it may
/// ask of the device. Faults: not_found (a page). The device outlives the routes.
[[nodiscard]] Result<std::vector<http::Route>> make_local_routes(KioskDevice& device,
                                                                 const std::string& web_folder);

} // namespace songda::app
