// sources: verifier/check_pdf.cpp verifier/frame.cpp verifier/cms_check.cpp verifier/cms_parts.cpp verifier/trust.cpp base/certificate.cpp
// An upload of any bytes is answered and never believed: no root is trusted here.
#include "verifier/check_pdf.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const songda::verifier::TrustStore trust;
    if (songda::verifier::check_pdf({data, size}, trust, {}).document) {
        __builtin_trap();
    }
    return 0;
}
