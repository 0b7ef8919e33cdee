#include "delivery/channels/returned/meaning.hpp"

#include <algorithm>

#include <curl/curl.h>

#include "delivery/channels/mailbox.hpp"
#include "delivery/channels/smtp_reply.hpp"

namespace songda::delivery {
namespace {

using Kind = MailReport::Kind;

Kind kind_of(ReportAction action) {
    switch (action) {
    case ReportAction::failed: return Kind::failed;
    case ReportAction::delayed: return Kind::delayed;
    case ReportAction::delivered: return Kind::delivered;
    case ReportAction::relayed:
    case ReportAction::expanded: return Kind::passed_on;
    }
    return Kind::unclear;
}

/// Which of several reports says most: failed, delivered, delayed, then the rest.
int weight(ReportAction action) {
    switch (action) {
    case ReportAction::failed: return 3;
    case ReportAction::delivered: return 2;
    case ReportAction::delayed: return 1;
    case ReportAction::relayed:
    case ReportAction::expanded: return 0;
    }
    return 0;
}

/// RFC 3463 §3.5, X.4.7: nobody answered until the relay gave up.
bool is_expired(const EnhancedStatus& status) {
    return status.subject == 4 && status.detail == 7;
}

std::optional<Reason> reason_of_status(const std::optional<EnhancedStatus>& status) {
    if (!status || status->subject == 0) {
        return std::nullopt;
    }
    return is_expired(*status) ? Reason::timeout : reason_of(*status).value_or(Reason::bounced);
}

std::string trace_of(const DeliveryReport& report, std::string_view mailbox) {
    std::string text = "dsn";
    if (!report.status.empty()) {
        text += ' ' + report.status;
    }
    if (!report.diagnostic.empty()) {
        text += ": " + report.diagnostic;
    }
    return without_mailboxes(text, mailbox, mail_trace_bytes_max);
}

} // namespace

ReturnPath find_return_path(const ReturnedMail& mail, ByteView secret, std::string_view domain) {
    ReturnPath best;
    for (const std::string& mailbox : mail.addressed) {
        const ReturnPath read = read_return_path(mailbox, secret, domain);
        if (read.kind == ReturnPath::Kind::ours) {
            return read;
        }
        best = read.kind == ReturnPath::Kind::forged ? read : best;
    }
    return best;
}

std::optional<LegId> leg_of_message_id(std::string_view message_id) {
    const std::size_t begin = message_id.find('<');
    const std::size_t end = message_id.find('@');
    return begin == std::string_view::npos || end == std::string_view::npos || end < begin
               ? std::nullopt
               : parse_leg_id(message_id.substr(begin + 1, end - begin - 1));
}

Reason reason_of(const DeliveryReport& report) {
    if (const auto stated = reason_of_status(parse_enhanced_status(report.status))) {
        return *stated;
    }
    SmtpTranscript said;
    said.sent("RCPT ");
    said.received(report.diagnostic);
    if (const auto told = reason_of_status(said.enhanced())) {
        return *told;
    }
    return said.code() / 100 == 4 || said.code() / 100 == 5
               ? classify_smtp(CURLE_SEND_ERROR, said).reason
               : Reason::bounced;
}

std::optional<MailReport> meaning_of(const ReturnedMail& mail, const ReportReading& reading) {
    MailReport report;
    switch (mail.kind) {
    case ReturnedMail::Kind::automatic_reply: return std::nullopt;
    case ReturnedMail::Kind::other: return report;
    case ReturnedMail::Kind::complaint: report.kind = Kind::complaint; return report;
    case ReturnedMail::Kind::report: break;
    }
    const auto worst =
        std::max_element(mail.reports.begin(), mail.reports.end(),
                         [](const DeliveryReport& left, const DeliveryReport& right) {
                             return weight(left.action) < weight(right.action);
                         });
    report.kind = kind_of(worst->action);
    report.believed = reading.believe_delivered;
    report.reason = report.kind == Kind::failed ? reason_of(*worst) : Reason::none;
    report.trace = trace_of(*worst, reading.mailbox);
    report.happened = worst->happened;
    return report;
}

} // namespace songda::delivery
