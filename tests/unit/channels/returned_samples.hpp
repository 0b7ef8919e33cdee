#pragma once

#include <string>
#include <string_view>

/// Mails as they come to a bounce domain, in the forms of several servers.
namespace songda::delivery::samples {

/// The return path of the sample leg; return_path_test.cpp says how Python makes it.
inline constexpr std::string_view returned_to =
    "b+0193a1b2c3d47e5f8a9b0c1d2e3f4a5b-83d0b9b13518f5018959f047@bounce.example.gov.cn";

struct Status {
    std::string action = "failed";
    std::string status = "5.1.1";
    std::string diagnostic = "smtp; 550 5.1.1 <zhang.san+licence@mail.example.cn>: no such user";
};

/// Fields of one recipient, as Postfix writes them.
inline std::string recipient(const Status& of) {
    return "Final-Recipient: rfc822; zhang.san+licence@mail.example.cn\n"
           "Original-Recipient: rfc822;zhang.san+licence@mail.example.cn\n"
           "Action: " +
           of.action + "\nStatus: " + of.status +
           "\nRemote-MTA: dns; mx.mail.example.cn\nDiagnostic-Code: " + of.diagnostic +
           "\nLast-Attempt-Date: Tue, 24 Nov 2026 09:30:00 +0800\n";
}

inline std::string original_header() {
    return "Return-Path: <" + std::string(returned_to) +
           ">\nFrom: =?UTF-8?B?5Y2X?= <songda@example.gov.cn>\nTo: "
           "zhang.san+licence@mail.example.cn\n"
           "Message-ID: <0193a1b2c3d47e5f8a9b0c1d2e3f4a5b@example.gov.cn>\nSubject: x\n";
}

/// RFC 3464 in `type`, to `to`.
inline std::string
report_mail(const Status& of = {},
            std::string_view type = "multipart/report; report-type=delivery-status",
            std::string_view to = returned_to) {
    return "Return-Path: <>\nReceived: by mx.mail.example.cn (Postfix)\n\tid ABC; Tue, 24 Nov 2026 "
           "09:30:01 +0800 (CST)\nFrom: =?gb2312?B?1cXI/Q==?= <MAILER-DAEMON@mx.mail.example.cn>\n"
           "Subject: =?gb2312?B?1cXI/Q==?=\nTo: " +
           std::string(to) +
           "\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: " + std::string(type) +
           ";\n\tboundary=\"B/mx\"\n\nThis is a MIME-encapsulated message.\n\n--B/mx\n"
           "Content-Type: text/plain; charset=gb2312\n\n\xd5\xc5\xc8\xfd\n\n--B/mx\n"
           "Content-Description: Delivery report\nContent-Type: message/delivery-status\n\n"
           "Reporting-MTA: dns; mx.mail.example.cn\nX-Postfix-Queue-ID: ABC\n"
           "Arrival-Date: Tue, 24 Nov 2026 09:10:00 +0800 (CST)\n\n" +
           recipient(of) + "\n--B/mx\nContent-Type: text/rfc822-headers\n\n" + original_header() +
           "\n--B/mx--\n";
}

inline std::string holiday_note() {
    return "Return-Path: <>\nFrom: zhang.san+licence@mail.example.cn\nTo: " +
           std::string(returned_to) +
           "\nSubject: Out of office\nAuto-Submitted: auto-replied (vacation)\nIn-Reply-To: "
           "<0193a1b2c3d47e5f8a9b0c1d2e3f4a5b@example.gov.cn>\n\nBack on Monday.\n";
}

inline std::string complaint() {
    return "From: <abusedesk@example.cn>\nTo: <fbl@bounce.example.gov.cn>\nSubject: FW: x\n"
           "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report;\n"
           " boundary=\"part\"\n\n--part\nContent-Type: text/plain\n\nA complaint.\n--part\n"
           "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Some/1\n"
           "Version: 1\nOriginal-Mail-From: <" +
           std::string(returned_to) + ">\n\n--part\nContent-Type: message/rfc822\n\n" +
           original_header() + "\nThe mail.\n--part--\n";
}

/// qmail's, which is in nobody's form.
inline std::string plain_bounce() {
    return "Return-Path: <>\nFrom: MAILER-DAEMON@old.example.cn\nTo: " + std::string(returned_to) +
           "\nSubject: failure notice\n\nHi. This is the qmail-send program.\n"
           "<zhang.san+licence@mail.example.cn>:\nSorry, no mailbox here by that name. (#5.1.1)\n";
}

} // namespace songda::delivery::samples
