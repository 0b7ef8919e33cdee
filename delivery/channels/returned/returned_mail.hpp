#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// What the mail reader, a program of its own in a cage, says of a mail that came to the bounce
/// domain (docs/formats/mail.md, "What comes back"). Anybody may have written the mail, so the
/// answer is itself from anybody: it is parsed strictly, and nothing in it is believed but what a
/// MAC vouches for.
namespace songda::delivery {

/// How much of a mail is looked at: reports stand before the mail that they are about.
inline constexpr std::size_t returned_bytes_max = 1U << 20U;
inline constexpr std::size_t returned_answer_bytes_max = 64U << 10U;
inline constexpr std::size_t addressed_max = 16;
inline constexpr std::size_t reports_max = 16;
inline constexpr std::size_t returned_text_bytes_max = 500;

/// Action of RFC 3464 §2.3.3.
enum class ReportAction { failed, delayed, delivered, relayed, expanded };
[[nodiscard]] std::string_view action_name(ReportAction action);

/// What is told of one recipient.
struct DeliveryReport {
    ReportAction action = ReportAction::failed;
    std::string status;     ///< `5.1.1`; any text, as it stood
    std::string diagnostic; ///< what the last server said; may hold mailboxes
    std::optional<TimeMs> happened = {};
    bool operator==(const DeliveryReport&) const = default;
};

struct ReturnedMail {
    enum class Kind {
        report,          ///< RFC 3464; `reports` is not empty
        complaint,       ///< RFC 5965: the recipient called it spam
        automatic_reply, ///< a holiday note or a receipt of having been read: nothing came back
        other,           ///< a person's answer, or a report in nobody's form
    };
    Kind kind = Kind::other;
    std::vector<std::string> addressed; ///< mailboxes that it, or the mail in it, was sent to
    std::string original_id;            ///< Message-ID of the mail that it is about
    std::vector<DeliveryReport> reports = {};
    bool operator==(const ReturnedMail&) const = default;
};
[[nodiscard]] std::string_view kind_name(ReturnedMail::Kind kind);

[[nodiscard]] Bytes write_returned(const ReturnedMail& mail);
/// Accepts what write_returned writes and nothing else. Fault corrupt. Pure.
[[nodiscard]] Result<ReturnedMail> parse_returned(ByteView bytes);

} // namespace songda::delivery
