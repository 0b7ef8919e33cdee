#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/ids.hpp"

/// Where mail goes that comes back (VERP): an address for each leg. docs/formats/mail.md.
namespace songda::delivery {

/// The return path of one leg, `b+LEG-MAC@DOMAIN`: what comes back names its leg, and MAC, the
/// first 12 bytes of an HMAC-SHA256 over it, says that the leg's mail was seen by whoever sends it.
[[nodiscard]] std::string return_path(const LegId& leg, ByteView secret, std::string_view domain);

struct ReturnPath {
    enum class Kind {
        ours,
        forged,  ///< built like ours, with a MAC that is not
        foreign, ///< anything else
    };
    Kind kind = Kind::foreign;
    LegId leg; ///< of `ours`
};
/// What a mailbox is. Letters may have changed their case on the way. The MAC is compared in
/// constant time. Reads what earlier versions made too.
[[nodiscard]] ReturnPath read_return_path(std::string_view mailbox, ByteView secret,
                                          std::string_view domain);

} // namespace songda::delivery
