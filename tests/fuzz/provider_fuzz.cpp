// sources: delivery/channel.cpp delivery/channels/header_text.cpp delivery/channels/transport.cpp
// sources: delivery/channels/webhook_answer.cpp delivery/channels/provider/answer.cpp
// sources: delivery/channels/provider/flat_xml.cpp delivery/channels/provider/placeholders.cpp
// sources: delivery/channels/provider/reports.cpp delivery/channels/provider/spec.cpp base/json.cpp
// sources: base/json_pointer.cpp base/toml_reader.cpp delivery/channels/provider/lookup.cpp
// libraries: -lcurl
// A provider that answers and reports anything: nothing but its own word of success is taken for
// acceptance, what it says is printable and bounded, no report is understood that names no message,
// and no answer to a lookup says anything of a message that it does not name.
#include <algorithm>

#include "base/check.hpp"
#include "base/utf8.hpp"
#include "delivery/channels/provider/answer.hpp"
#include "delivery/channels/provider/flat_xml.hpp"
#include "delivery/channels/provider/lookup.hpp"
#include "delivery/channels/provider/reports.hpp"

namespace {

using namespace songda;
using namespace songda::delivery;
using namespace songda::delivery::provider;

constexpr std::string_view phone = "13800138000";

bool is_clean(const std::string& text, std::size_t bytes_max) {
    return text.size() <= bytes_max && text.find(phone) == std::string::npos &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

void check_answer(const Spec& spec, std::string_view body, long status, bool cut) {
    HttpReply reply;
    reply.status = status;
    reply.sent = true;
    reply.curl_code = cut ? 18 : 0;
    reply.body = body;
    const Answer answer = read_answer(spec, reply, phone);
    if (cut) {
        SONGDA_CHECK(answer.outcome.kind != Outcome::Kind::accepted || status == 409);
    }
    SONGDA_CHECK(is_clean(answer.outcome.trace, 500) && is_clean(answer.ref, 128));
    if (const auto token = read_token(reply)) {
        SONGDA_CHECK(!token->text.empty() && token->lives_ms >= 0);
    }
    SONGDA_CHECK(token_failure(reply).kind != Outcome::Kind::accepted);
    SONGDA_CHECK(token_failure(reply).kind != Outcome::Kind::ambiguous);
}

void check_reports(const Spec& spec, std::string_view body) {
    const ReportBody read = read_reports(*spec.callback, body, {1'796'000'000'000});
    for (const Report& report : read.reports) {
        SONGDA_CHECK(report.leg || !report.ref.empty());
        SONGDA_CHECK(report.what.detail.size() <= 500 && !find_bad_utf8(report.what.detail));
    }
    SONGDA_CHECK(read.reports.size() + read.malformed + read.others <= 10'000);
}

void check_lookup(const Spec& spec, std::string_view body, long status, bool cut) {
    constexpr std::string_view leg = "0193a1b2c3d47e5f8a9b0c1d2e3f4a5b";
    HttpReply reply;
    reply.status = status;
    reply.curl_code = cut ? 18 : 0;
    reply.body = body;
    const Found complete = read_lookup(spec, reply, {leg, "", phone, true}).found;
    SONGDA_CHECK(is_clean(complete.trace, 500));
    SONGDA_CHECK(complete.kind == Found::Kind::unsure || (!cut && status >= 200 && status <= 299));
    const bool says = complete.kind != Found::Kind::unsure && complete.kind != Found::Kind::absent;
    // A JSON escape could spell the id otherwise.
    SONGDA_CHECK(!says || body.find(leg) != std::string_view::npos ||
                 body.find('\\') != std::string_view::npos);
    const Found early = read_lookup(spec, reply, {leg, "", phone, false}).found;
    SONGDA_CHECK(early.kind != Found::Kind::absent);
}

Spec shipped(const char* name) {
    return read_spec(std::string(SONGDA_SOURCE_DIR "/config/providers/") + name + ".toml").value();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Spec aliyun = shipped("aliyun-sms");
    static const Spec wechat = shipped("wechat-template");
    static const Spec form = [] {
        Spec spec = shipped("aliyun-sms");
        spec.callback->format = ReportFormat::form;
        return spec;
    }();
    if (size == 0) {
        return 0;
    }
    const std::string_view body = as_text({data + 1, size - 1});
    constexpr long statuses[] = {200, 204, 301, 400, 401, 409, 429, 500};
    check_answer(aliyun, body, statuses[data[0] % 8], data[0] >= 128);
    check_answer(wechat, body, statuses[data[0] % 8], data[0] >= 128);
    check_lookup(aliyun, body, statuses[data[0] % 8], data[0] >= 128);
    check_reports(aliyun, body);
    check_reports(wechat, body);
    check_reports(form, body);
    return 0;
}
