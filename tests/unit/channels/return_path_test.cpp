// Return paths: made with a MAC that Python makes too, read in every case of letters, and none
// believed that is not ours.
#include "delivery/channels/return_path.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "delivery/channels/mailbox.hpp"

namespace songda::delivery {
namespace {

using Kind = ReturnPath::Kind;

const LegId leg = *parse_leg_id("0193a1b2c3d47e5f8a9b0c1d2e3f4a5b");
const Bytes secret(32, 0x42);
constexpr std::string_view domain = "bounce.example.gov.cn";
// python3: hmac.new(b'\x42'*32, b'songda verp 2\0' + bytes.fromhex(leg), 'sha256').hexdigest()[:24]
constexpr std::string_view ours =
    "b+0193a1b2c3d47e5f8a9b0c1d2e3f4a5b-83d0b9b13518f5018959f047@bounce.example.gov.cn";
// The same with `songda verp 1`, [:16].
constexpr std::string_view earlier =
    "bounce+0193a1b2c3d47e5f8a9b0c1d2e3f4a5b.9de7be42c11527d7@bounce.example.gov.cn";

TEST(ReturnPathOf, NamesTheLegAndCarriesPythonsMac) {
    EXPECT_EQ(return_path(leg, secret, domain), ours);
    EXPECT_TRUE(is_mailbox(ours));
    EXPECT_LE(ours.find('@'), 64U) << "a local part is no longer";
    LegId next = leg;
    next.bytes[15] ^= 1U;
    EXPECT_NE(return_path(leg, secret, domain).substr(35),
              return_path(next, secret, domain).substr(35));
}

TEST(ReturnPathOf, IsReadBackInAnyCase) {
    for (const std::string_view path : {ours, earlier}) {
        std::string shouted(path);
        std::transform(shouted.begin(), shouted.end(), shouted.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        for (const std::string& each : {std::string(path), shouted}) {
            const ReturnPath read = read_return_path(each, secret, domain);
            EXPECT_EQ(read.kind, Kind::ours) << each;
            EXPECT_EQ(read.leg, leg) << each;
        }
    }
}

TEST(ReturnPathOf, ForgedIsToldFromForeign) {
    const auto kind = [](std::string_view path) {
        return read_return_path(path, secret, domain).kind;
    };
    const std::size_t at = ours.find('@');
    for (const std::string_view path : {ours, earlier}) {
        for (std::size_t i = path.find('+') + 1; i < path.find('@'); ++i) {
            std::string other(path);
            other[i] = other[i] == '0' ? '1' : '0';
            EXPECT_NE(kind(other), Kind::ours) << other;
        }
    }
    std::string other(ours);
    other[at - 1] = other[at - 1] == '0' ? '1' : '0';
    EXPECT_EQ(kind(other), Kind::forged);
    EXPECT_EQ(kind(std::string(ours.substr(0, at - 8)) + std::string(ours.substr(at))),
              Kind::forged)
        << "a shorter MAC is none";
    EXPECT_EQ(read_return_path(ours, Bytes(32, 0x43), domain).kind, Kind::forged);
    EXPECT_EQ(read_return_path(ours, secret, "bounce.example.cn").kind, Kind::foreign);
    for (const char* path :
         {"", "@", "b+@bounce.example.gov.cn", "postmaster@bounce.example.gov.cn",
          "b+0193a1b2c3d47e5f8a9b0c1d2e3f4a5b@bounce.example.gov.cn"}) {
        EXPECT_EQ(kind(path), Kind::foreign) << path;
    }
}

} // namespace
} // namespace songda::delivery
