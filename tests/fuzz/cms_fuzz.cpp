// sources: verifier/cms_check.cpp verifier/cms_parts.cpp base/certificate.cpp
// A CMS of any bytes is read or refused.
#include "verifier/cms_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto read = songda::verifier::read_cms({data, size});
    if (read.ok() && !read.value().signer) {
        __builtin_trap();
    }
    return 0;
}
