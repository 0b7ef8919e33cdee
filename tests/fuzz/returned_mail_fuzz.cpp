// sources: delivery/channel.cpp delivery/channels/mailbox.cpp delivery/channels/return_path.cpp
// sources: delivery/channels/returned/meaning.cpp delivery/channels/returned/read_returned.cpp
// sources: delivery/channels/returned/returned_mail.cpp delivery/channels/smtp_reply.cpp
// sources: delivery/channels/transport.cpp
// packages: gmime-3.0

// A mail from anybody, as songda-mail-reader reads it: its answer comes back as it was, within its
// limits, and what is made of it names no mailbox.
#include "base/check.hpp"
#include "base/utf8.hpp"
#include "delivery/channels/returned/meaning.hpp"
#include "delivery/channels/returned/read_returned.hpp"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    songda::delivery::prepare_reading();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    using namespace songda::delivery;
    // The answer's parser, on bytes of its own.
    (void)parse_returned({data, size});
    const ReturnedMail mail = read_returned({data, size});
    SONGDA_CHECK(mail.addressed.size() <= addressed_max && mail.reports.size() <= reports_max);
    const Bytes bytes = write_returned(mail);
    SONGDA_CHECK(bytes.size() <= returned_answer_bytes_max);
    const auto again = parse_returned(bytes);
    SONGDA_CHECK(again.ok() && write_returned(again.value()) == bytes);
    (void)find_return_path(again.value(), Bytes(32, 7), "bounce.example.gov.cn");
    (void)leg_of_message_id(again.value().original_id);
    const auto report = meaning_of(again.value(), {true, "zhang@example.cn"});
    if (report) {
        SONGDA_CHECK(report->trace.size() <= mail_trace_bytes_max);
        SONGDA_CHECK(report->trace.find('@') == std::string::npos && !find_bad_utf8(report->trace));
        SONGDA_CHECK((report->kind == MailReport::Kind::failed) ==
                     (report->reason != Reason::none));
    }
    return 0;
}
