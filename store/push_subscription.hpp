#pragma once

#include <string>
#include <tuple>

#include "store/rows.hpp"

namespace songda::store {

/// A browser of a recipient that wants to be told when something comes into the inbox (RFC 8030): a
/// push service's address of it, and the keys by which only that browser reads a message (RFC
/// 8291).
struct PushSubscription {
    InboxId inbox;
    Private<std::string> endpoint; ///< `https://…`
    Bytes key;                     ///< the browser's P-256 point, uncompressed
    Private<std::string> secret;   ///< its 16 bytes `auth`
    TimeMs at;
    bool operator==(const PushSubscription&) const = default;
};
[[nodiscard]] inline bool came_before(const PushSubscription& left, const PushSubscription& right) {
    return std::tie(left.at, left.endpoint.reveal()) < std::tie(right.at, right.endpoint.reveal());
}

} // namespace songda::store
