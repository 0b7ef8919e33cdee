#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

namespace songda::delivery {

/// What one mail is made of. The addresses are valid mailboxes (mailbox.hpp); the texts may be
/// anything.
struct Mail {
    LegId leg;
    TimeMs date;
    std::string_view from_address;
    std::string_view from_name;
    std::string_view to;
    std::string_view subject;
    std::string_view body;      ///< UTF-8, lines end with `\n`
    std::string_view file_name; ///< of the attachment
    ByteView file;              ///< PDF; empty: no attachment
};

/// The mail as it goes over the wire: ASCII, CRLF only, no line over 78 columns. Pure and
/// deterministic: boundary and Message-ID come from the leg, so every attempt sends the same bytes
/// and a receiver can see a repetition. Layout: docs/formats/mail.md.
[[nodiscard]] std::string compose(const Mail& mail);

/// `Tue, 24 Nov 2026 09:02:03 +0800` (RFC 5322 §3.3).
[[nodiscard]] std::string mail_date(TimeMs time);

} // namespace songda::delivery
