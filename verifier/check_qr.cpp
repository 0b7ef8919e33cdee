#include "verifier/check_qr.hpp"

#include "base/ecdsa_check.hpp"
#include "base/ecdsa_signature.hpp"
#include "base/qr_claims.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::verifier {
namespace {

struct ScannedCode {
    DocumentKey key;
    Bytes payload;
};

std::optional<ScannedCode> scan(std::string_view text) {
    const std::size_t hash = text.find('#');
    if (text.size() > qr_text_bytes_max || hash == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view address = text.substr(0, hash);
    address.remove_prefix(address.rfind('/') + 1); // npos + 1 is 0
    const auto key = parse_document_key(address);
    auto payload = from_base41(text.substr(hash + 1));
    if (!key || !payload) {
        return std::nullopt;
    }
    return ScannedCode{*key, std::move(*payload)};
}

bool fits(const ListedKey& listed, const QrSeal& seal, const EcdsaSignature& signature,
          const DocumentKey& key) {
    return ecdsa_fits(sha256(qr_signed_bytes(seal.protected_header, key, seal.claims)),
                      write_ecdsa_der(signature), listed.spki);
}

TimeMs from_seconds(std::uint64_t seconds) {
    return {static_cast<std::int64_t>(seconds) * 1000};
}

DocumentFace make_face(const QrClaims& claims, const DocumentKey& key, const ListedKey& listed,
                       const KeyList& keys) {
    DocumentFace face;
    face.key = to_text(key);
    face.type_code = claims.type_code;
    const auto title = keys.types.find(claims.type_code);
    face.title = title != keys.types.end() ? title->second : claims.type_code;
    face.number = claims.number;
    face.issuer_code = listed.department_code;
    face.issuer_name = listed.department_name;
    face.holder = claims.masked_holder;
    face.issued_at = from_seconds(claims.issued_at_s);
    if (claims.valid_until_s) {
        face.valid_until = china_date(from_seconds(*claims.valid_until_s));
    }
    face.sample = listed.sample;
    return face;
}

} // namespace

Report check_qr(std::string_view text, const KeyList& keys, TimeMs now) {
    Report report;
    report.integrity = {Answer::unknown, Reason::payload_unreadable, now};
    report.authority = {Answer::unknown, Reason::not_checked, keys.issued_at};
    report.status = {Answer::unknown, Reason::offline, now};
    const auto code = scan(text);
    const auto seal = code ? read_qr_seal(code->payload) : std::nullopt;
    const auto claims = seal ? decode_qr_claims(seal->claims) : std::nullopt;
    const auto signature = seal ? read_ecdsa_fixed(seal->signature) : std::nullopt;
    if (!claims || !signature) {
        return report;
    }
    const bool low_s = has_low_s(*signature);
    const ListedKey* named = nullptr;
    for (const ListedKey& listed : keys.keys) { // a kid is a hint: every key that has it is tried
        if (listed.kid != seal->key_id) {
            continue;
        }
        named = &listed;
        if (!low_s || !fits(listed, *seal, *signature, code->key)) {
            continue;
        }
        if (listed.compromised_since) { // whoever has it writes what they like: nothing is a fact
            report.integrity = {Answer::unknown, Reason::key_compromised, now};
            report.authority = {Answer::unknown, Reason::key_compromised, keys.issued_at};
            return report;
        }
        report.integrity = {Answer::yes, Reason::seal_signature, now};
        const TimeMs issued = from_seconds(claims->issued_at_s);
        const bool within = listed.not_before <= issued && issued <= listed.not_after;
        report.authority = {within ? Answer::yes : Answer::no,
                            within ? Reason::key_listed : Reason::outside_key_validity,
                            keys.issued_at};
        report.document = make_face(*claims, code->key, listed, keys);
        if (claims->valid_until_s && from_seconds(*claims->valid_until_s) < now) {
            report.status = {Answer::no, Reason::expired, now};
        }
        return report;
    }
    if (named != nullptr) {
        report.integrity = {Answer::no, low_s ? Reason::seal_wrong : Reason::signature_form_wrong,
                            now};
    } else {
        report.integrity = {Answer::unknown, Reason::key_not_listed, now};
        report.authority = {Answer::no, Reason::key_not_listed, keys.issued_at};
    }
    return report;
}

} // namespace songda::verifier
