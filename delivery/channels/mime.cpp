#include "delivery/channels/mime.hpp"

#include <array>

#include <fmt/format.h>

#include "base/check.hpp"
#include "delivery/channels/header_text.hpp"
#include "delivery/channels/mailbox.hpp"

namespace songda::delivery {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view text_type = "text/plain; charset=utf-8";

/// Base64 never holds `_`, so no line of a part can be taken for the boundary.
std::string boundary_of(const LegId& leg) {
    return "=_songda_" + to_text(leg);
}

/// Text lines end with CRLF under the base64 too (RFC 2046 §4.1.1). A CR of its own is dropped.
std::string canonical_text(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        out += clean_line(text.substr(0, end));
        out += line_end;
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
}

std::string encoded_header(std::string_view name, std::string_view text) {
    std::string out = fmt::format("{}: ", name);
    out += encoded_words(text, out.size());
    return out;
}

std::string headers(const Mail& mail) {
    std::string out = encoded_header("From", mail.from_name);
    out += out == "From: " ? "" : "\r\n ";
    out += fmt::format("<{}>\r\n", mail.from_address);
    out += fmt::format("To: {}\r\n", mail.to);
    out += encoded_header("Subject", mail.subject);
    out += fmt::format("\r\nDate: {}\r\n", mail_date(mail.date));
    out += fmt::format("Message-ID: <{}@{}>\r\n", to_text(mail.leg),
                       mailbox_domain(mail.from_address));
    out += "MIME-Version: 1.0\r\n"
           "Auto-Submitted: auto-generated\r\n"; // RFC 3834: nobody's holiday note answers it
    return out;
}

std::string text_part(const Mail& mail) {
    std::string out =
        fmt::format("Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\n\r\n", text_type);
    out += base64_lines(as_bytes(canonical_text(mail.body)));
    return out;
}

std::string file_part(const Mail& mail) {
    // `name` for old readers; those that know RFC 2231 take the disposition's.
    std::string out = "Content-Type: application/pdf;\r\n name=\"";
    out += encoded_words(mail.file_name, std::string_view(" name=\"\"").size());
    out += "\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment";
    out += extended_parameter("filename", mail.file_name);
    out += "\r\n\r\n";
    out += base64_lines(mail.file);
    return out;
}

} // namespace

std::string mail_date(TimeMs time) {
    static constexpr std::array<std::string_view, 7> days = {"Thu", "Fri", "Sat", "Sun",
                                                             "Mon", "Tue", "Wed"};
    static constexpr std::array<std::string_view, 12> months = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::int64_t day_ms = 86'400'000;
    const Date date = china_date(time);
    const TimeMs midnight = china_midnight(date);
    const std::int64_t since_1970 = (midnight.value + day_ms / 3) / day_ms; // +08:00
    const std::int64_t second = (time - midnight) / 1000;
    return fmt::format("{}, {} {} {:04} {:02}:{:02}:{:02} +0800",
                       days[static_cast<std::size_t>((since_1970 % 7 + 7) % 7)], date.day,
                       months[date.month - 1], date.year, second / 3600, second / 60 % 60,
                       second % 60);
}

std::string compose(const Mail& mail) {
    SONGDA_CHECK(is_mailbox(mail.from_address) && is_mailbox(mail.to));
    std::string out = headers(mail);
    if (mail.file.empty()) {
        return out + text_part(mail);
    }
    const std::string boundary = boundary_of(mail.leg);
    out += fmt::format("Content-Type: multipart/mixed;\r\n boundary=\"{}\"\r\n\r\n", boundary);
    out += fmt::format("--{}\r\n{}\r\n", boundary, text_part(mail));
    out += fmt::format("--{}\r\n{}\r\n", boundary, file_part(mail));
    out += fmt::format("--{}--\r\n", boundary);
    return out;
}

} // namespace songda::delivery
