// sources: verifier/key_list.cpp base/certificate.cpp base/json.cpp
// A key list of any bytes is read or refused; what is read can be written and read again.
#include "verifier/key_list.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto list = songda::verifier::parse_key_list({reinterpret_cast<const char*>(data), size});
    if (list.ok() && !songda::verifier::parse_key_list(songda::verifier::write_key_list(list.value())).ok()) {
        __builtin_trap();
    }
    return 0;
}
