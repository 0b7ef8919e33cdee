// sources: http/gate.cpp http/message.cpp
// The gate takes any bytes; what it passes names one method, one target and at most one length. A
// prefix whose rest is one value lets slashes through behind it and nothing else.
#include "http/gate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto answer = songda::http::pass_gate(text, {}, {});
    if (answer.head && answer.head->chunked && answer.head->content_length) {
        __builtin_trap();
    }
    songda::http::GateLimits limits;
    limits.opaque_prefix = "/pki/ocsp/";
    const auto wider = songda::http::pass_gate(text, limits, {});
    const bool inside = wider.head && wider.head->target.starts_with(limits.opaque_prefix);
    if ((answer.head && !wider.head) || (wider.head && !answer.head && !inside) ||
        (inside && wider.head->target.find("/..") != std::string::npos &&
         wider.head->target.find("/..") < wider.head->target.find('?'))) {
        __builtin_trap();
    }
    return 0;
}
