#include "verifier/issued_file.hpp"

#include "base/ecdsa_signature.hpp"
#include "base/sha256.hpp"
#include "verifier/frame.hpp"

namespace songda::verifier {
namespace {

Digest digest_around(ByteView file, const Frame& frame) {
    Sha256 hash;
    hash.update(file.first(frame.gap_begin));
    hash.update(file.subspan(frame.gap_end));
    return hash.finish();
}

/// Nothing speaks against digest and signature?
Reason integrity_of(ByteView file, const Frame& frame, const SignedDocument& document) {
    if (digest_around(file, frame) != document.message_digest) {
        return Reason::altered;
    }
    const auto signature = read_ecdsa_der(document.signature);
    if (signature && !has_low_s(*signature)) {
        return Reason::signature_form_wrong;
    }
    return signature_fits(document, X509_get0_pubkey(document.signer.get()))
               ? Reason::signature_covers_whole_file
               : Reason::signature_wrong;
}

} // namespace

std::optional<IssuedFile> read_issued_file(ByteView issued) {
    const FrameReading reading = read_frame(issued);
    if (!reading.frame) {
        return std::nullopt;
    }
    auto document = read_cms(reading.frame->cms);
    if (!document.ok()) {
        return std::nullopt;
    }
    const Reason reason = integrity_of(issued, *reading.frame, document.value());
    return IssuedFile{std::move(document).value(), reason};
}

} // namespace songda::verifier
