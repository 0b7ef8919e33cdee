#pragma once

#include <string>
#include <string_view>

namespace songda::delivery {

/// `local@domain` that may stand in an SMTP command and in a header as it is: dot-atom local part
/// of at most 64 octets, domain of at least two labels of letters, digits and hyphens, 254 octets
/// in all, ASCII only. Narrower than RFC 5321 on purpose: no quotes, no spaces, no comments, no
/// literals, so that nothing can end the command or the header early. A Chinese domain must come in
/// its `xn--` form.
[[nodiscard]] bool is_mailbox(std::string_view text);

/// The right side of a mailbox.
[[nodiscard]] bool is_domain(std::string_view text);

/// As `is_domain`, and also a name of one label, as inside a house. An IPv4 address reads as one.
[[nodiscard]] bool is_host_name(std::string_view text);

/// The part after `@` of a valid mailbox.
[[nodiscard]] std::string_view mailbox_domain(std::string_view mailbox);

/// What a server said, fit for the evidence: every word that holds `@`, and `mailbox` and its local
/// part wherever they stand, become `[mailbox]`; control characters and what is not UTF-8 become
/// `?`; at most `bytes_max` bytes, cut between characters.
[[nodiscard]] std::string without_mailboxes(std::string_view text, std::string_view mailbox,
                                            std::size_t bytes_max);

} // namespace songda::delivery
