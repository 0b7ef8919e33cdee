// The SSRF guard: every range of delivery.md §3.2 and its edges as addresses; the odd spellings of
// URLs are tried through libcurl in webhook_test.cpp.
#include "delivery/channels/ssrf_guard.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <string>
#include <vector>

namespace songda::delivery {
namespace {

using Verdict = bool (*)(const sockaddr*, std::size_t);

bool ask(Verdict verdict, const std::string& text) {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    if (inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1) {
        return verdict(reinterpret_cast<const sockaddr*>(&four), sizeof four);
    }
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &six.sin6_addr), 1) << text;
    return verdict(reinterpret_cast<const sockaddr*>(&six), sizeof six);
}

TEST(SsrfGuard, RefusesEveryRangeThatIsNotPublic) {
    const std::vector<std::string> denied = {
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.0",
        "169.254.169.254",
        "169.254.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.0",
        "192.0.0.255",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::2",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:8.8.8.8",
        "64:ff9b::1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "64:ff9b:1:ffff::1",
        "100::1",
        "2001::1",
        "2001:0:4136:e378::1",
        "2001:20::1",
        "2001:1ff:ffff::1",
        "2001:db8::1",
        "2001:db8:ffff::1",
        "2002::1",
        "2002:7f00:1::1",
        "2002:808:808::1",
        "3fff::1",
        "3fff:fff:ffff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fd00::1",
        "fdff:ffff::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "feff::1",
        "ff02::1",
        "ff0e::1",
        "ffff::1",
    };
    for (const std::string& address : denied) {
        EXPECT_FALSE(ask(&is_public_address, address)) << address;
    }
}

TEST(SsrfGuard, LetsThePublicNeighboursThrough) {
    for (const char* address :
         {"1.0.0.0",         "8.8.8.8",      "9.255.255.255",   "11.0.0.0",
          "100.63.255.255",  "100.128.0.0",  "126.255.255.255", "128.0.0.0",
          "169.253.255.255", "169.255.0.0",  "172.15.255.255",  "172.32.0.0",
          "192.0.1.0",       "192.0.3.0",    "192.88.98.1",     "192.88.100.1",
          "192.167.255.255", "192.169.0.0",  "198.17.255.255",  "198.20.0.0",
          "203.0.112.1",     "203.0.114.1",  "223.255.255.255", "::ffff:8.8.8.8",
          "2000::1",         "2001:200::1",  "2001:db7::1",     "2001:db9::1",
          "2003::1",         "2400:3200::1", "2606:4700::1",    "3ffe::1"}) {
        EXPECT_TRUE(ask(&is_public_address, address)) << address;
    }
}

TEST(SsrfGuard, RefusesWhatItDoesNotKnow) {
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    EXPECT_FALSE(is_public_address(reinterpret_cast<const sockaddr*>(&local), sizeof local));
    EXPECT_FALSE(is_public_address(nullptr, 0));
    sockaddr_in cut{};
    cut.sin_family = AF_INET;
    cut.sin_addr.s_addr = htonl(0x08080808);
    EXPECT_TRUE(is_public_address(reinterpret_cast<const sockaddr*>(&cut), sizeof cut));
    EXPECT_FALSE(is_public_address(reinterpret_cast<const sockaddr*>(&cut), sizeof cut - 1));
}

TEST(SsrfGuard, KnowsLoopback) {
    for (const char* address : {"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"}) {
        EXPECT_TRUE(ask(&is_loopback_address, address)) << address;
    }
    for (const char* address : {"128.0.0.1", "10.0.0.1", "::2", "::ffff:10.0.0.1", "::127.0.0.1"}) {
        EXPECT_FALSE(ask(&is_loopback_address, address)) << address;
    }
}

} // namespace
} // namespace songda::delivery
