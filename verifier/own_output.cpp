#include "verifier/own_output.hpp"

#include <algorithm>
#include <cstring>

#include "base/certificate.hpp"
#include "base/ecdsa_signature.hpp"
#include "verifier/frame.hpp"

namespace songda::verifier {

void OwnOutputCheck::add_prefix(ByteView bytes) {
    auto prefix = std::make_shared<Prefix>();
    prefix->bytes.assign(bytes.begin(), bytes.end());
    prefix->hashed = bytes.size();
    prefix->midstate.update(bytes);
    const std::scoped_lock lock(known_->mutex);
    const Prefixes& present = *known_->prefixes;
    if (std::none_of(present.begin(), present.end(),
                     [&](const auto& other) { return other->bytes == prefix->bytes; })) {
        Prefixes more = present;
        more.push_back(std::move(prefix));
        known_->prefixes = std::make_shared<const Prefixes>(std::move(more));
    }
}

std::shared_ptr<const OwnOutputCheck::Prefixes> OwnOutputCheck::prefixes() const {
    const std::scoped_lock lock(known_->mutex);
    return known_->prefixes;
}

Result<void> OwnOutputCheck::add_seal(std::span<const openssl::Certificate> chain) {
    if (chain.empty() || !is_seal_certificate(chain.front().get())) {
        return Error{Fault::invalid_input, "a certificate that is not for sealing documents"};
    }
    auto key = FixedKey::make(X509_get0_pubkey(chain.front().get()));
    if (!key.ok()) {
        return Error{Fault::invalid_input, "a seal certificate without a P-256 key"};
    }
    std::vector<Bytes> certificates;
    for (const auto& certificate : chain) {
        certificates.push_back(certificate_der(certificate.get()));
    }
    const Digest hash = sha256(certificates.front());
    std::sort(certificates.begin(), certificates.end());
    seals_.push_back({hash, std::move(certificates), issuer_and_serial(chain.front().get()),
                      std::move(key).value()});
    return {};
}

/// The seal that the message names by its signed hash, its signer id and its whole chain.
const OwnOutputCheck::Seal* OwnOutputCheck::find_seal(const CmsParts& parts) const {
    const auto same = [](ByteView left, ByteView right) { return as_text(left) == as_text(right); };
    for (const Seal& seal : seals_) {
        if (same(seal.certificate_hash, parts.certificate_hash) &&
            same(seal.signer_id, parts.signer_id) &&
            std::equal(seal.certificates.begin(), seal.certificates.end(),
                       parts.certificates.begin(), parts.certificates.end(), same)) {
            return &seal;
        }
    }
    return nullptr;
}

Result<OwnOutputCheck::Reading> OwnOutputCheck::read(ByteView file,
                                                     const Prefixes& prefixes) const {
    const FrameReading reading = read_frame(file);
    if (!reading.frame) {
        return Error{Fault::corrupt, "frame: " + std::string(frame_refusal_name(reading.refusal))};
    }
    const Frame& frame = *reading.frame;
    const auto prefix = std::find_if(prefixes.begin(), prefixes.end(), [file](const auto& known) {
        const Bytes& bytes = known->bytes;
        return file.size() >= bytes.size() &&
               std::memcmp(file.data(), bytes.data(), bytes.size()) == 0;
    });
    if (prefix == prefixes.end() || frame.gap_begin < (*prefix)->hashed) {
        return Error{Fault::corrupt, "begins like no known template"};
    }
    const std::size_t hashed = (*prefix)->hashed;
    Sha256 hash = (*prefix)->midstate;
    hash.update(file.subspan(hashed, frame.gap_begin - hashed));
    hash.update(file.subspan(frame.gap_end));
    const auto cms = split_cms(frame.cms);
    if (!cms.ok()) {
        return cms.error();
    }
    const CmsParts& parts = cms.value();
    if (as_text(hash.finish()) != as_text(parts.message_digest)) {
        return Error{Fault::corrupt, "the digest is another"};
    }
    const Seal* const seal = find_seal(parts);
    if (seal == nullptr) {
        return Error{Fault::corrupt, "signed with an unknown seal"};
    }
    const auto signature = read_ecdsa_der(parts.signature);
    if (!signature || !has_low_s(*signature)) {
        return Error{Fault::corrupt, "the signature is not in its one form"};
    }
    return Reading{seal, {parts.attributes_hash(), *signature}};
}

std::vector<Result<void>> OwnOutputCheck::check(std::span<const ByteView> files) const {
    const auto known = prefixes();
    std::vector<Result<void>> answers(files.size());
    std::vector<Reading> readings(files.size()); // without a seal: refused already
    for (std::size_t at = 0; at < files.size(); ++at) {
        const auto reading = read(files[at], *known);
        if (reading.ok()) {
            readings[at] = reading.value();
        } else {
            answers[at] = reading.error();
        }
    }
    for (const Seal& seal : seals_) {
        std::vector<std::size_t> whose;
        std::vector<SignedHash> claims;
        for (std::size_t at = 0; at < files.size(); ++at) {
            if (readings[at].seal == &seal) {
                whose.push_back(at);
                claims.push_back(readings[at].claim);
            }
        }
        const std::vector<bool> fit = seal.key.fit(claims);
        for (std::size_t i = 0; i < whose.size(); ++i) {
            if (!fit[i]) {
                answers[whose[i]] = Error{Fault::corrupt, "the signature does not fit"};
            }
        }
    }
    return answers;
}

} // namespace songda::verifier
