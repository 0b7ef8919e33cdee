// sources: delivery/channel.cpp delivery/channels/smtp_reply.cpp delivery/channels/transport.cpp delivery/channels/mailbox.cpp
// A mail server that says anything: before the message nothing is taken for accepted or in doubt,
// once it is on its way only a whole reply takes the doubt away, and no mailbox reaches the trace.
#include "base/check.hpp"
#include "base/utf8.hpp"
#include "delivery/channels/smtp_reply.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    using namespace songda::delivery;
    if (size == 0) {
        return 0;
    }
    const int curl_code = 1 + data[0] % 98;
    std::string_view rest = as_text({data + 1, size - 1});
    SmtpTranscript transcript;
    transcript.sent("RCPT TO:<zhang@example.cn>\r\n");
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        if (line.starts_with('>')) {
            transcript.sent(line.substr(1));
        } else {
            transcript.received(line);
        }
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    SONGDA_CHECK(transcript.text().size() <= SmtpTranscript::reply_bytes_max);
    const Outcome outcome = classify_smtp(curl_code, transcript);
    if (outcome.kind == Outcome::Kind::accepted || outcome.kind == Outcome::Kind::ambiguous) {
        SONGDA_CHECK(transcript.data_begun());
    }
    SONGDA_CHECK((outcome.kind == Outcome::Kind::accepted) == (outcome.reason == Reason::none));
    SONGDA_CHECK((transcript.code() == 354) == (outcome.kind == Outcome::Kind::ambiguous));
    const std::string trace = smtp_trace(curl_code, transcript, "zhang@example.cn");
    SONGDA_CHECK(trace.size() <= 500 && trace.find('@') == std::string::npos);
    SONGDA_CHECK(!find_bad_utf8(trace));
    return 0;
}
