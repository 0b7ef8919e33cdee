#pragma once

#include <cstddef>

#include <sys/socket.h>

/// Keeps webhooks out of our own network (SSRF). The check sits on the socket, after names are
/// resolved and odd spellings (`0x7f.1`, `2130706433`) are read, so no spelling passes it.
namespace songda::delivery {

/// May a webhook connect there? Only an address of the public Internet: refused are private,
/// loopback, link-local, shared, documentation, benchmark, multicast and reserved ranges,
/// everything of IPv6 outside 2000::/3, and every form that carries an IPv4 address inside (mapped,
/// NAT64, 6to4, Teredo). Pure.
[[nodiscard]] bool is_public_address(const sockaddr* address, std::size_t size);

/// 127.0.0.0/8 or ::1, also as a mapped address. Pure.
[[nodiscard]] bool is_loopback_address(const sockaddr* address, std::size_t size);

} // namespace songda::delivery
