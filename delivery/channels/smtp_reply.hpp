#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "delivery/channel.hpp"

/// What an SMTP server said, and what that means for a leg (delivery.md §4.1). Pure; everything
/// here reads outside bytes.
namespace songda::delivery {

/// The command that was sent last, as far as the meaning of a refusal depends on it.
enum class SmtpStage { greeting, authentication, sender, recipient, data };

/// `2.1.5` of RFC 3463.
struct EnhancedStatus {
    int kind = 0;
    int subject = 0;
    int detail = 0;
    bool operator==(const EnhancedStatus&) const = default;
};

/// All of a text that is nothing else.
[[nodiscard]] std::optional<EnhancedStatus> parse_enhanced_status(std::string_view text);
/// What is wrong, by RFC 3463 §3; nothing: the status does not say.
[[nodiscard]] std::optional<Reason> reason_of(const EnhancedStatus& status);

/// Follows one transaction line by line. The reply of QUIT is not part of it.
class SmtpTranscript {
public:
    /// One command line of ours; only its verb is looked at, nothing of it is kept.
    void sent(std::string_view line);
    /// One reply line of theirs, with or without its CRLF.
    void received(std::string_view line);

    [[nodiscard]] SmtpStage stage() const { return stage_; }
    /// Code of the last whole reply, 0 before the first.
    [[nodiscard]] int code() const { return code_; }
    [[nodiscard]] std::optional<EnhancedStatus> enhanced() const { return enhanced_; }
    /// Text of the last reply without its codes, lines joined by a space, at most
    /// `reply_bytes_max`. May hold mailboxes.
    [[nodiscard]] const std::string& text() const { return text_; }
    /// The server asked for the message (354).
    [[nodiscard]] bool data_begun() const { return data_begun_; }

    static constexpr std::size_t reply_bytes_max = 1024;

private:
    SmtpStage stage_ = SmtpStage::greeting;
    int code_ = 0;
    std::optional<EnhancedStatus> enhanced_;
    std::string text_;
    bool data_begun_ = false;
    bool whole_ = true; ///< the next line begins a new reply
    bool quitting_ = false;
};

/// What became of the transaction. `curl_code` is libcurl's CURLcode. Without a trace.
[[nodiscard]] Outcome classify_smtp(int curl_code, const SmtpTranscript& transcript);

/// For the evidence: codes, reply text and libcurl's code, mailboxes cut out, at most 500 bytes.
[[nodiscard]] std::string smtp_trace(int curl_code, const SmtpTranscript& transcript,
                                     std::string_view mailbox);

} // namespace songda::delivery
