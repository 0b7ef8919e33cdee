// sources: base/electronic_seal.cpp base/certificate.cpp
// The readers of electronic seals and signatures on any bytes: what is accepted lies inside them
// and has the sizes that follow, and what is called ours is what the writer writes.
#include "base/electronic_seal.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/sm2.hpp"

namespace songda {
namespace {

void lies_in(ByteView whole, ByteView part) {
    SONGDA_CHECK(part.data() >= whole.data() &&
                 part.data() + part.size() <= whole.data() + whole.size());
}

void check_seal(ByteView der) {
    const auto seal = read_electronic_seal(der);
    if (!seal.ok()) {
        SONGDA_CHECK(seal.error().fault == Fault::corrupt);
        return;
    }
    const ElectronicSeal& read = seal.value();
    for (const ByteView part : {read.info, as_bytes(read.id), as_bytes(read.name), read.picture,
                                read.maker, read.signature}) {
        lies_in(der, part);
    }
    SONGDA_CHECK(!read.signers.empty() && read.signers.size() <= seal_signers_max);
    SONGDA_CHECK(read.by_digest || read.names(read.signers.front()));
    (void)read.fits_maker();
    SONGDA_CHECK(read.signature.size() <= sm2_signature_bytes_max);
}

} // namespace
} // namespace songda

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const ByteView der(data, size);
    check_seal(der);
    const auto signature = read_seal_signature(der);
    if (!signature.ok()) {
        SONGDA_CHECK(signature.error().fault == Fault::corrupt);
        return 0;
    }
    const SealSignature& read = signature.value();
    for (const ByteView part :
         {read.to_sign, read.seal, read.hash, read.certificate, read.signature}) {
        lies_in(der, part);
    }
    SONGDA_CHECK(read.hash.size() == sizeof(Digest));
    Digest hash{};
    std::copy(read.hash.begin(), read.hash.end(), hash.begin());
    const Bytes again = write_seal_signature(write_seal_to_sign(read.seal, read.at, hash),
                                             read.certificate, read.signature);
    SONGDA_CHECK(read.ours == (as_text(again) == as_text(der)));
    check_seal(read.seal);
    return 0;
}
