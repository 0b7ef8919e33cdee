// sources: verifier/check_qr.cpp base/certificate.cpp
// A scanned text of any bytes is answered; with no key listed nothing is ever believed.
#include "verifier/check_qr.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const songda::verifier::KeyList none;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (songda::verifier::check_qr(text, none, {}).integrity.answer == songda::verifier::Answer::yes) {
        __builtin_trap();
    }
    return 0;
}
