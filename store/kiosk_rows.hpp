#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

/// What the store keeps of kiosks 自助机 and of collecting at them. As rows.hpp.
namespace songda::store {

using KioskId = Id<struct KioskTag, 16>;

/// One device as it was registered. Never deleted.
struct KioskRow {
    KioskId id;
    std::string site;               ///< 网点: where it stands, `qingjiang-hall`
    std::string serial;             ///< of the device; one that is not revoked has it alone
    std::string place;              ///< as a paper copy says it
    std::vector<std::string> types; ///< type codes that it hands out; empty: all
    TimeMs created;
    std::string actor;
    Digest code{};                    ///< SHA-256 of the enrolment code
    std::optional<TimeMs> code_until; ///< absent: it was used
    std::optional<TimeMs> revoked;
    std::string reason;
    bool operator==(const KioskRow&) const = default;
};

/// A client certificate that a kiosk was given.
struct KioskCertificate {
    Digest certificate{}; ///< SHA-256 of its DER
    KioskId kiosk;
    TimeMs issued;
    TimeMs expires;
    bool operator==(const KioskCertificate&) const = default;
};

/// What a kiosk last said of itself.
struct KioskSeen {
    KioskId kiosk;
    TimeMs at;
    TimeMs clock; ///< what its own clock showed
    std::string software;
    std::string printer; ///< state and reasons
    bool operator==(const KioskSeen&) const = default;
};

/// Tries at something, counted before anybody knows whether they were right.
struct TryCount {
    Digest what{}; ///< keyed hash of what they are at
    std::uint16_t count = 0;
    TimeMs since; ///< of the first
    bool operator==(const TryCount&) const = default;
};

/// A document that one kiosk prints: a lock inside AVAILABLE, one for all of its legs, so that no
/// counter hands it out meanwhile. Kept after a failure, which it counts.
struct CollectingLock {
    LegId leg; ///< that is to be collected
    KioskId kiosk;
    Digest nonce{};       ///< SHA-256 of the release token's
    TimeMs until;         ///< from then on it locks nothing
    std::uint32_t copy{}; ///< paper copy that is printed
    std::uint16_t failures = 0;
    bool operator==(const CollectingLock&) const = default;
};

/// How a package for an outage 断网应急包 stands. The numbers are stored.
enum class OutageState : std::uint8_t {
    out = 1,        ///< at its kiosk
    asked_back = 2, ///< the same, and it is to come back at the next contact
    back = 3,       ///< thrown away there: its copy is void
    released = 4,   ///< handed out during an outage, and the document is collected by that
    overridden = 5, ///< a clerk gave the document free: its copy is void
    conflict = 6,   ///< handed out, and something else had happened: a person looks
};
[[nodiscard]] constexpr bool is_out(OutageState state) {
    return state == OutageState::out || state == OutageState::asked_back;
}

/// A sealed package of one document that is out to one kiosk, or was. While it is out the document
/// has a CollectingLock of the same nonce, so that nobody else collects it. Never deleted.
struct OutagePackage {
    KioskId kiosk;
    std::string id; ///< `NAME-COPY` (base/outage_seal.hpp)
    DocumentId document;
    LegId leg;
    std::uint32_t copy{}; ///< paper copy that it holds
    Digest nonce{};       ///< SHA-256 of what lies in it
    TimeMs made;
    TimeMs until; ///< from then on its kiosk hands it out no more
    OutageState state = OutageState::out;
    TimeMs changed;
    std::string reason;             ///< of `asked_back`, `back`, `overridden`, `conflict`
    std::optional<TimeMs> happened; ///< when it was handed out, as the kiosk says
    bool operator==(const OutagePackage&) const = default;
};

/// How far a kiosk's log of outages was taken up.
struct OutageHead {
    KioskId kiosk;
    std::uint64_t lines = 0;
    std::string head; ///< hash of the last line
    Bytes key;        ///< SubjectPublicKeyInfo that signed it
    TimeMs at;
    bool operator==(const OutageHead&) const = default;
};

/// One line of it as it came, with its line feed. Never deleted.
struct OutageLineRow {
    TimeMs learned;
    std::string text;
    bool operator==(const OutageLineRow&) const = default;
};

} // namespace songda::store
