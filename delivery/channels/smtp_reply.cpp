#include "delivery/channels/smtp_reply.hpp"

#include <algorithm>

#include <curl/curl.h>
#include <fmt/format.h>

#include "delivery/channels/mailbox.hpp"
#include "delivery/channels/transport.hpp"

namespace songda::delivery {
namespace {

using Kind = Outcome::Kind;

constexpr std::size_t trace_bytes_max = 500;
constexpr int go_ahead = 354;

Outcome outcome(Kind kind, Reason reason) {
    return {kind, reason, {}, 0};
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// `NNN` followed by a space, a hyphen or nothing.
std::optional<int> reply_code(std::string_view line) {
    if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, is_digit) ||
        (line.size() > 3 && line[3] != ' ' && line[3] != '-')) {
        return std::nullopt;
    }
    const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    return code >= 200 && code <= 599 ? std::optional(code) : std::nullopt;
}

/// Takes up to three digits off the front.
std::optional<int> take_number(std::string_view& text) {
    int number = 0;
    std::size_t size = 0;
    while (size < text.size() && size < 3 && is_digit(text[size])) {
        number = number * 10 + (text[size++] - '0');
    }
    text.remove_prefix(size);
    return size == 0 ? std::nullopt : std::optional(number);
}

bool take_dot(std::string_view& text) {
    const bool dot = text.starts_with('.');
    text.remove_prefix(dot ? 1 : 0);
    return dot;
}

/// Takes `4.7.1 ` off the front of a reply's text.
std::optional<EnhancedStatus> take_enhanced(std::string_view& text) {
    std::string_view rest = text;
    const auto kind = take_number(rest);
    if (!kind || (*kind != 2 && *kind != 4 && *kind != 5) || !take_dot(rest)) {
        return std::nullopt;
    }
    const auto subject = take_number(rest);
    if (!subject || !take_dot(rest)) {
        return std::nullopt;
    }
    const auto detail = take_number(rest);
    if (!detail || !(rest.empty() || rest.front() == ' ')) {
        return std::nullopt;
    }
    rest.remove_prefix(rest.empty() ? 0 : 1);
    text = rest;
    return EnhancedStatus{*kind, *subject, *detail};
}

/// A refusal without a telling enhanced status.
Outcome meaning_of(int code, SmtpStage stage) {
    if (code == 552) {
        return outcome(Kind::temporary, Reason::mailbox_full);
    }
    if (code == 521 || code == 556) { // RFC 7504: the host, the domain takes no mail
        return outcome(Kind::permanent, Reason::address_unreachable);
    }
    if (stage == SmtpStage::recipient && code != 554) {
        return outcome(Kind::permanent, Reason::address_invalid);
    }
    return outcome(Kind::permanent, Reason::policy_rejected);
}

Outcome classify_refusal(const SmtpTranscript& transcript) {
    const int code = transcript.code();
    if (code == 530 || code == 534 || code == 535 || code == 538) {
        const bool wants_tls = transcript.text().find("STARTTLS") != std::string::npos;
        return outcome(Kind::configuration, wants_tls ? Reason::config_cert : Reason::config_auth);
    }
    if (transcript.stage() == SmtpStage::authentication) {
        return outcome(Kind::configuration, Reason::config_auth);
    }
    if (transcript.stage() == SmtpStage::greeting) {
        return outcome(Kind::temporary, Reason::provider_down); // nobody looked at this mail yet
    }
    const auto status = transcript.enhanced();
    if (status) {
        const auto known = reason_of(*status);
        if (known) { // people empty their mailboxes
            return outcome(*known == Reason::mailbox_full ? Kind::temporary : Kind::permanent,
                           *known);
        }
    }
    return meaning_of(code, transcript.stage());
}

Outcome classify_delay(const SmtpTranscript& transcript) {
    const auto enhanced = transcript.enhanced();
    if (enhanced && enhanced->subject == 2 && enhanced->detail == 2) {
        return outcome(Kind::temporary, Reason::mailbox_full);
    }
    // 454 is TLS or AUTH that does not work now; otherwise 4.7.x is greylisting or a quota.
    if (enhanced && enhanced->subject == 7 && transcript.code() != 454) {
        return outcome(Kind::temporary, Reason::rate_limited);
    }
    return outcome(Kind::temporary, Reason::provider_down);
}

bool is_our_setting(int curl_code) {
    return transport_fault(curl_code).kind == Kind::configuration;
}

} // namespace

std::optional<EnhancedStatus> parse_enhanced_status(std::string_view text) {
    const auto status = take_enhanced(text);
    return text.empty() ? status : std::nullopt;
}

std::optional<Reason> reason_of(const EnhancedStatus& status) {
    switch (status.subject) {
    case 1:                                             // address
        if (status.detail == 7 || status.detail == 8) { // the sender's: ours
            return Reason::policy_rejected;
        }
        if (status.detail == 2 || status.detail == 10) { // the domain takes no mail
            return Reason::address_unreachable;
        }
        return Reason::address_invalid;
    case 2: // mailbox
        return status.detail == 1   ? std::optional(Reason::address_invalid)
               : status.detail == 2 ? std::optional(Reason::mailbox_full)
               : status.detail == 3 ? std::optional(Reason::content_too_large)
                                    : std::nullopt;
    case 3: // mail system
        return status.detail == 4 ? std::optional(Reason::content_too_large) : std::nullopt;
    case 4: return Reason::address_unreachable; // routing
    case 6:
    case 7: return Reason::policy_rejected; // content, policy
    default: return std::nullopt;
    }
}

void SmtpTranscript::sent(std::string_view line) {
    if (line.starts_with("MAIL ")) {
        stage_ = SmtpStage::sender;
    } else if (line.starts_with("RCPT ")) {
        stage_ = SmtpStage::recipient;
    } else if (line.starts_with("DATA")) {
        stage_ = SmtpStage::data;
    } else if (line.starts_with("AUTH ")) {
        stage_ = SmtpStage::authentication;
    } else if (line.starts_with("QUIT")) {
        quitting_ = true;
    }
}

void SmtpTranscript::received(std::string_view line) {
    line = line.substr(0, line.find_first_of("\r\n"));
    const auto code = reply_code(line);
    if (!code) {
        return;
    }
    const bool whole = line.size() == 3 || line[3] == ' ';
    if (quitting_) { // curl may close an old connection in the middle of a new transaction
        quitting_ = !whole;
        return;
    }
    std::string_view words = line.substr(std::min<std::size_t>(line.size(), 4));
    const auto enhanced = take_enhanced(words);
    if (whole_) {
        text_.clear();
        enhanced_.reset();
    }
    if (enhanced) {
        enhanced_ = enhanced;
    }
    text_ += text_.empty() || words.empty() ? "" : " ";
    text_ += words;
    text_.resize(std::min(text_.size(), reply_bytes_max));
    whole_ = whole;
    if (whole_) {
        code_ = *code;
        data_begun_ = data_begun_ || *code == go_ahead;
    }
}

Outcome classify_smtp(int curl_code, const SmtpTranscript& transcript) {
    const int code = transcript.code();
    if (transcript.data_begun() && code / 100 == 2) {
        return outcome(Kind::accepted, Reason::none); // said before whatever broke afterwards
    }
    if (code == go_ahead || curl_code == CURLE_OK) {
        return outcome(Kind::ambiguous, Reason::outcome_unknown);
    }
    if (code / 100 == 5 && !is_our_setting(curl_code)) {
        return classify_refusal(transcript);
    }
    if (code / 100 == 4) {
        return classify_delay(transcript);
    }
    return transport_fault(curl_code);
}

std::string smtp_trace(int curl_code, const SmtpTranscript& transcript, std::string_view mailbox) {
    std::string out = "smtp";
    if (transcript.code() != 0) {
        out += fmt::format(" {}", transcript.code());
    }
    const auto status = transcript.enhanced();
    if (status) {
        out += fmt::format(" {}.{}.{}", status->kind, status->subject, status->detail);
    }
    if (curl_code != CURLE_OK) {
        out += fmt::format(" curl {}", curl_code);
    }
    if (!transcript.text().empty()) {
        out += ": ";
        out += without_mailboxes(transcript.text(), mailbox, trace_bytes_max - out.size());
    }
    return out;
}

} // namespace songda::delivery
