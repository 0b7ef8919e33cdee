// sources: verifier/inspection.cpp
// The inspector's answer as any bytes: what is accepted is written again as the very same bytes.
#include "verifier/inspection.hpp"

#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const ByteView bytes(data, size);
    const auto read = verifier::parse_inspection(bytes);
    if (read.ok()) {
        SONGDA_CHECK(as_text(verifier::write_inspection(read.value())) == as_text(bytes));
    } else {
        SONGDA_CHECK(read.error().fault == Fault::corrupt);
    }
    return 0;
}
