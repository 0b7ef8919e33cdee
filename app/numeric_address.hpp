#pragma once

#include <string>

#include <arpa/inet.h>

namespace songda::app {

/// `127.0.0.1`, `::1`: no name that somebody must look up.
[[nodiscard]] inline bool is_numeric_address(const std::string& text) {
    in6_addr room{};
    return inet_pton(AF_INET, text.c_str(), &room) == 1 ||
           inet_pton(AF_INET6, text.c_str(), &room) == 1;
}

} // namespace songda::app
