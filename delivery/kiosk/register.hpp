#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "delivery/kiosk/tokens.hpp"
#include "store/store.hpp"

/// The register of kiosks 自助机登记: each device has an id, a place and a scope, enrols once by a
/// code and is known by its client certificate from then on.
namespace songda::delivery {

inline constexpr std::int64_t enrolment_ms = 15LL * 60'000;
/// Two heartbeats that did not come; from then on a kiosk is silent.
inline constexpr std::int64_t silent_after_ms = 90'000;
/// A clock that is further off makes times on paper wrong.
inline constexpr std::int64_t clock_off_ms = 30'000;

enum class KioskStanding : std::uint8_t {
    revoked,
    enrolling,   ///< its first code waits
    never_heard, ///< enrolled, and no heartbeat yet
    silent,
    heard,
};
/// `heard`: when its last heartbeat came. One that spoke goes on while another code waits for it.
[[nodiscard]] KioskStanding standing_of(const store::KioskRow& kiosk, std::optional<TimeMs> heard,
                                        TimeMs now);
/// Does it work, and does nobody hear of it?
[[nodiscard]] constexpr bool is_silent(KioskStanding standing) {
    return standing == KioskStanding::never_heard || standing == KioskStanding::silent;
}

struct KioskOrder {
    std::string site;               ///< letters, digits and hyphens
    std::string serial;             ///< as on the device's plate
    std::string place;              ///< up to 40 characters, printed on copies
    std::vector<std::string> types; ///< type codes; empty: all
    std::string actor;
};
/// What is wrong with it; empty: nothing.
[[nodiscard]] std::string_view check_order_zh(const KioskOrder& order);

/// The code is told once: 160 bits, 32 characters, good for enrolment_ms, only with that serial.
struct NewKiosk {
    store::KioskRow row;
    std::string code;
};
[[nodiscard]] NewKiosk make_kiosk(const KioskOrder& order, TimeMs now, Random& random);
/// The same kiosk, to be enrolled once more; its certificates go on until it is, or they end.
[[nodiscard]] NewKiosk renew_code(const store::KioskRow& row, TimeMs now, Random& random);

/// `urn:songda:kiosk:` and the id: what its certificates say.
[[nodiscard]] std::string kiosk_uri(const store::KioskId& id);

/// The kiosk that may enrol with this serial and code. Nothing: an unknown serial, a wrong, used or
/// expired code, a revoked kiosk, too many tries; they look the same. The try is on disk first.
[[nodiscard]] Result<std::optional<store::KioskRow>>
find_enrolling(store::Store& store, const KioskTokens& tokens, std::string_view serial,
               std::string_view code, TimeMs now);

/// Whose certificate it is, if it was given to a kiosk that is not revoked, and is not over. Asked
/// at each request.
[[nodiscard]] Result<std::optional<store::KioskRow>>
find_by_certificate(store::Store& store, const Digest& certificate, TimeMs now);

} // namespace songda::delivery
