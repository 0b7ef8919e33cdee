#include "verifier/cms_check.hpp"

#include <algorithm>

#include <openssl/err.h>

#include "base/certificate.hpp"
#include "base/ecdsa_check.hpp"
#include "base/sha256.hpp"
#include "verifier/cms_parts.hpp"

namespace songda::verifier {
namespace {

Error not_ours(const char* why) {
    ERR_clear_error();
    return {Fault::corrupt, why};
}

/// Nothing if the bytes are not one certificate, or another spelling of one.
openssl::Certificate parse_strictly(ByteView der) {
    auto certificate = parse_certificate(der);
    return certificate && as_text(certificate_der(certificate.get())) == as_text(der)
               ? std::move(certificate)
               : nullptr;
}

bool same(ByteView left, ByteView right) {
    return as_text(left) == as_text(right);
}

} // namespace

Result<SignedDocument> read_cms(ByteView der) {
    const auto parts = split_cms(der);
    if (!parts.ok()) {
        return parts.error();
    }
    SignedDocument document;
    for (const ByteView encoded : parts.value().certificates) {
        auto certificate = parse_strictly(encoded);
        if (!certificate) {
            return not_ours("not a set of certificates");
        }
        if (same(sha256(encoded), parts.value().certificate_hash)) {
            document.signer = std::move(certificate);
        } else {
            document.others.push_back(std::move(certificate));
        }
    }
    if (!document.signer) {
        return not_ours("the signer certificate is missing");
    }
    if (!same(issuer_and_serial(document.signer.get()), parts.value().signer_id)) {
        return not_ours("a signer info that ours is not");
    }
    const auto copy = [](ByteView from, Digest& to) {
        std::copy(from.begin(), from.end(), to.begin());
    };
    copy(parts.value().certificate_hash, document.signer_hash);
    copy(parts.value().message_digest, document.message_digest);
    document.attributes_hash = parts.value().attributes_hash();
    document.signature.assign(parts.value().signature.begin(), parts.value().signature.end());
    return document;
}

bool signature_fits(const SignedDocument& document, EVP_PKEY* key) {
    return key != nullptr && is_p256(key) &&
           ecdsa_fits(document.attributes_hash, document.signature, key);
}

} // namespace songda::verifier
