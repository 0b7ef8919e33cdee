#include "verifier/own_output.hpp"

#include <cstring>

#include "base/certificate.hpp"
#include "verifier/cms_check.hpp"
#include "verifier/frame.hpp"

namespace songda::verifier {

void OwnOutputCheck::add_prefix(ByteView bytes) {
    Prefix prefix;
    prefix.bytes.assign(bytes.begin(), bytes.end());
    prefix.hashed = bytes.size();
    prefix.midstate.update(bytes);
    prefixes_.push_back(std::move(prefix));
}

Result<void> OwnOutputCheck::add_seal(const X509* certificate) {
    openssl::Pkey key(X509_get_pubkey(const_cast<X509*>(certificate)));
    if (!key || !is_p256(key.get())) {
        return Error{Fault::invalid_input, "a seal certificate without a P-256 key"};
    }
    if (!is_seal_certificate(certificate)) {
        return Error{Fault::invalid_input, "a certificate that is not for sealing documents"};
    }
    seals_[sha256(certificate_der(certificate))] = std::move(key);
    return {};
}

const OwnOutputCheck::Prefix* OwnOutputCheck::find_prefix(ByteView file) const {
    for (const Prefix& prefix : prefixes_) {
        if (file.size() >= prefix.bytes.size() &&
            std::memcmp(file.data(), prefix.bytes.data(), prefix.bytes.size()) == 0) {
            return &prefix;
        }
    }
    return nullptr;
}

Result<void> OwnOutputCheck::check(ByteView file) const {
    const FrameReading reading = read_frame(file);
    if (!reading.frame) {
        return Error{Fault::corrupt, "frame: " + std::string(frame_refusal_name(reading.refusal))};
    }
    const Frame& frame = *reading.frame;
    const Prefix* const prefix = find_prefix(file);
    if (prefix == nullptr || frame.gap_begin < prefix->hashed) {
        return Error{Fault::corrupt, "begins like no known template"};
    }
    Sha256 hash = prefix->midstate;
    hash.update(file.subspan(prefix->hashed, frame.gap_begin - prefix->hashed));
    hash.update(file.subspan(frame.gap_end));
    const auto document = read_cms(frame.cms);
    if (!document.ok()) {
        return document.error();
    }
    if (hash.finish() != document.value().message_digest) {
        return Error{Fault::corrupt, "the digest is another"};
    }
    const auto seal = seals_.find(document.value().signer_hash);
    if (seal == seals_.end()) {
        return Error{Fault::corrupt, "signed with an unknown seal"};
    }
    if (!signature_fits(document.value(), seal->second.get())) {
        return Error{Fault::corrupt, "the signature does not fit"};
    }
    return {};
}

} // namespace songda::verifier
