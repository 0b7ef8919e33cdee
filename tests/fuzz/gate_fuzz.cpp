// sources: http/gate.cpp http/message.cpp
// The gate takes any bytes; what it passes names one method, one target and at most one length.
#include "http/gate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto answer = songda::http::pass_gate(text, {}, {});
    if (answer.head && answer.head->chunked && answer.head->content_length) {
        __builtin_trap();
    }
    return 0;
}
