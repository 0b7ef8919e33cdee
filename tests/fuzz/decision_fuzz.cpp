// sources: issuer/decision.cpp issuer/relates.cpp base/json.cpp catalogue/codes.cpp
// A decision of any bytes is read or told its findings.
#include "issuer/decision.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto reading = songda::issuer::read_decision({reinterpret_cast<const char*>(data), size}, {2026, 11, 24});
    if (reading.ok() && (reading.decision.ways.delivery.empty() || reading.decision.template_id.empty())) {
        __builtin_trap();
    }
    return 0;
}
