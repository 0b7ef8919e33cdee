// sources:
// What is read as a seal is written back as the same bytes: there is one spelling.
#include "base/qr_claims.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto seal = songda::read_qr_seal({data, size});
    if (seal) {
        const auto again = songda::write_qr_seal(seal->protected_header, seal->claims, seal->signature);
        if (again != songda::Bytes(data, data + size)) {
            __builtin_trap();
        }
    }
    const auto claims = songda::decode_qr_claims({data, size});
    if (claims && songda::encode_qr_claims(*claims) != songda::Bytes(data, data + size)) {
        __builtin_trap();
    }
    return 0;
}
