#pragma once

#include "delivery/channels/returned/returned_mail.hpp"

/// Mails from anybody meet a MIME parser here and nowhere else (libgmime, in the cage of
/// songda-mail-reader). docs/decisions/returned-mail.md.
namespace songda::delivery {

/// Before the cage: the library's own set-up, once.
void prepare_reading();

/// What the mail is. Never fails: what cannot be read is `other`.
[[nodiscard]] ReturnedMail read_returned(ByteView mail);

} // namespace songda::delivery
