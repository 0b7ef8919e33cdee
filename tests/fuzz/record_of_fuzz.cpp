// sources: verifier/record_of.cpp base/own_pdf.cpp
// Any bytes as a file: what is called its record lies inside them.
#include "base/check.hpp"
#include "verifier/record_of.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const auto record = verifier::record_of({data, size});
    SONGDA_CHECK(!record || record->empty() ||
                 (data <= record->data() && record->data() + record->size() <= data + size));
    return 0;
}
