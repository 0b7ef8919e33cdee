#include "delivery/channels/ssrf_guard.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include <netinet/in.h>

namespace songda::delivery {
namespace {

using Ipv6 = std::array<std::uint8_t, 16>;

struct Block4 {
    std::array<std::uint8_t, 4> network;
    unsigned length;
};

/// IANA special-purpose registry and what is not unicast (delivery.md §3.2).
constexpr std::array denied4 = {
    Block4{{0, 0, 0, 0}, 8},      Block4{{10, 0, 0, 0}, 8},     Block4{{100, 64, 0, 0}, 10},
    Block4{{127, 0, 0, 0}, 8},    Block4{{169, 254, 0, 0}, 16}, Block4{{172, 16, 0, 0}, 12},
    Block4{{192, 0, 0, 0}, 24},   Block4{{192, 0, 2, 0}, 24},   Block4{{192, 88, 99, 0}, 24},
    Block4{{192, 168, 0, 0}, 16}, Block4{{198, 18, 0, 0}, 15},  Block4{{198, 51, 100, 0}, 24},
    Block4{{203, 0, 113, 0}, 24}, Block4{{224, 0, 0, 0}, 4},    Block4{{240, 0, 0, 0}, 4},
};

struct Block6 {
    Ipv6 network;
    unsigned length;
};

constexpr Block6 mapped4 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Block6 global_unicast = {{0x20}, 3};
constexpr Ipv6 loopback6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

/// Inside 2000::/3. Outside it nothing is reached, which refuses ::, ::1, 64:ff9b::/96 and
/// 64:ff9b:1::/48 (NAT64), 100::/64, 5f00::/16, fc00::/7, fe80::/10, fec0::/10 and ff00::/8.
constexpr std::array denied6 = {
    Block6{{0x20, 0x01, 0x00, 0x00}, 23}, // protocol assignments, with Teredo 2001::/32
    Block6{{0x20, 0x01, 0x0d, 0xb8}, 32}, // documentation
    Block6{{0x20, 0x02}, 16},             // 6to4
    Block6{{0x3f, 0xff}, 20},             // documentation
};

template <std::size_t N>
bool begins_with(const std::array<std::uint8_t, N>& address,
                 const std::array<std::uint8_t, N>& network, unsigned bits) {
    const std::size_t whole = bits / 8;
    if (!std::equal(network.begin(), network.begin() + whole, address.begin())) {
        return false;
    }
    const unsigned rest = bits % 8;
    return rest == 0 || ((network[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

using Bytes4 = std::array<std::uint8_t, 4>;

std::optional<Bytes4> ipv4_of(const sockaddr* address, std::size_t size) {
    if (address == nullptr || size < sizeof(sockaddr_in) || address->sa_family != AF_INET) {
        return std::nullopt;
    }
    sockaddr_in whole{};
    std::memcpy(&whole, address, sizeof whole);
    Bytes4 bytes{};
    std::memcpy(bytes.data(), &whole.sin_addr, bytes.size());
    return bytes;
}

std::optional<Ipv6> ipv6_of(const sockaddr* address, std::size_t size) {
    if (address == nullptr || size < sizeof(sockaddr_in6) || address->sa_family != AF_INET6) {
        return std::nullopt;
    }
    sockaddr_in6 whole{};
    std::memcpy(&whole, address, sizeof whole);
    Ipv6 bytes{};
    std::memcpy(bytes.data(), &whole.sin6_addr, bytes.size());
    return bytes;
}

bool is_public4(const Bytes4& address) {
    return std::none_of(denied4.begin(), denied4.end(), [&](const Block4& block) {
        return begins_with(address, block.network, block.length);
    });
}

/// The IPv4 address that a mapped one is.
std::optional<Bytes4> unmapped(const Ipv6& address) {
    if (!begins_with(address, mapped4.network, mapped4.length)) {
        return std::nullopt;
    }
    return Bytes4{address[12], address[13], address[14], address[15]};
}

bool is_public6(const Ipv6& address) {
    return begins_with(address, global_unicast.network, global_unicast.length) &&
           std::none_of(denied6.begin(), denied6.end(), [&](const Block6& block) {
               return begins_with(address, block.network, block.length);
           });
}

} // namespace

bool is_public_address(const sockaddr* address, std::size_t size) {
    const auto four = ipv4_of(address, size);
    if (four) {
        return is_public4(*four);
    }
    const auto six = ipv6_of(address, size);
    if (!six) {
        return false; // a local socket, a family that nobody thought of
    }
    const auto inner = unmapped(*six);
    return inner ? is_public4(*inner) : is_public6(*six);
}

bool is_loopback_address(const sockaddr* address, std::size_t size) {
    const auto four = ipv4_of(address, size);
    if (four) {
        return four->front() == 127;
    }
    const auto six = ipv6_of(address, size);
    if (!six) {
        return false;
    }
    const auto inner = unmapped(*six);
    return inner ? inner->front() == 127 : *six == loopback6;
}

} // namespace songda::delivery
