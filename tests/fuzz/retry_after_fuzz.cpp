// sources: delivery/channels/webhook_answer.cpp delivery/channels/transport.cpp
// Retry-After of any bytes: never longer than a day, never into the past.
#include "base/check.hpp"
#include "delivery/channels/webhook_answer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    using namespace songda::delivery;
    const TimeMs now{1'795'482'123'004};
    const auto wait = parse_retry_after(as_text({data, size}), now);
    SONGDA_CHECK(!wait || (*wait >= 0 && *wait <= retry_after_ms_max));
    const Outcome outcome = classify_webhook({.status = 503, .retry_after_ms = wait.value_or(0)});
    SONGDA_CHECK(outcome.kind == Outcome::Kind::temporary);
    SONGDA_CHECK(outcome.retry_after_ms == wait.value_or(0));
    return 0;
}
