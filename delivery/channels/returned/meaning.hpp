#pragma once

#include <string_view>

#include "delivery/channels/return_path.hpp"
#include "delivery/channels/returned/returned_mail.hpp"
#include "delivery/mail_report.hpp"

/// What a returned mail means, and for which leg (delivery.md §4.3). Pure.
namespace songda::delivery {

/// Of all mailboxes that the mail names: one of ours if there is any, else a forged one.
[[nodiscard]] ReturnPath find_return_path(const ReturnedMail& mail, ByteView secret,
                                          std::string_view domain);

/// The leg that the returned mail's Message-ID names, which nothing proves. Nothing: none.
[[nodiscard]] std::optional<LegId> leg_of_message_id(std::string_view message_id);

/// Why, by RFC 3463: the status, or what the last server said when the status says nothing.
[[nodiscard]] Reason reason_of(const DeliveryReport& report);

struct ReportReading {
    /// `delivered` counts as arrival: the relay was set up to ask for it.
    bool believe_delivered = false;
    std::string_view mailbox; ///< of the leg, to be cut out of the trace
};
/// Of several recipients the worst counts: each of our mails has one, and who forwards it to many
/// failed it when one of them did. `source` stays empty. Nothing for an automatic reply.
[[nodiscard]] std::optional<MailReport> meaning_of(const ReturnedMail& mail,
                                                   const ReportReading& reading);

} // namespace songda::delivery
