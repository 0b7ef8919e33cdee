#include "signer/seal_maker.hpp"

#include "base/certificate.hpp"

namespace songda::signer {

Result<Bytes> make_electronic_seal(const SealInfo& info, const Sm2Key& key, const X509* maker) {
    if (!key.belongs_to(maker)) {
        return Error{Fault::invalid_input, "the maker's certificate belongs to another key"};
    }
    const auto to_sign = write_seal_info(info);
    if (!to_sign.ok()) {
        return to_sign.error();
    }
    const auto signature = key.sign(to_sign.value());
    if (!signature.ok()) {
        return signature.error();
    }
    Bytes seal = write_electronic_seal(to_sign.value(), certificate_der(maker), signature.value());
    const auto read = read_electronic_seal(seal);
    if (!read.ok()) {
        return Error{Fault::invalid_input, "the seal is larger than " +
                                               std::to_string(electronic_seal_bytes_max) +
                                               " bytes: give it a smaller picture"};
    }
    return read.value().names(read.value().maker)
               ? Error{Fault::invalid_input, "who makes a seal may not be who uses it"}
               : Result<Bytes>(std::move(seal));
}

} // namespace songda::signer
