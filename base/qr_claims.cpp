#include "base/qr_claims.hpp"

#include <algorithm>

#include "base/cbor.hpp"

namespace songda {
namespace {

// Claim keys. 2, 4 and 6 are CWT's sub, exp and iat (RFC 8392); the negative ones are our own.
constexpr std::int64_t key_holder = 2;
constexpr std::int64_t key_valid_until = 4;
constexpr std::int64_t key_issued_at = 6;
constexpr std::int64_t key_type = -1;
constexpr std::int64_t key_number = -2;
constexpr std::int64_t key_record = -3;

constexpr std::int64_t seconds_max = 253'402'300'799; // 9999-12-31T23:59:59Z
constexpr std::uint8_t payload_version = 1;
constexpr std::uint64_t cose_sign1_tag = 18;
constexpr std::int64_t header_algorithm = 1;
constexpr std::int64_t header_key_id = 4;
constexpr std::int64_t es256 = -7;

bool take_key(CborReader& reader, std::int64_t key) {
    return reader.integer() == key;
}

std::optional<std::uint64_t> take_seconds(CborReader& reader, std::int64_t key) {
    if (!take_key(reader, key)) {
        return std::nullopt;
    }
    const auto value = reader.integer();
    return value && *value >= 0 && *value <= seconds_max
               ? std::optional(static_cast<std::uint64_t>(*value))
               : std::nullopt;
}

std::optional<std::string> take_text(CborReader& reader, std::int64_t key) {
    const auto value = take_key(reader, key) ? reader.text() : std::nullopt;
    return value ? std::optional(std::string(*value)) : std::nullopt;
}

} // namespace

Bytes encode_qr_claims(const QrClaims& claims) {
    CborWriter writer;
    writer.map(claims.valid_until_s ? 6 : 5);
    writer.integer(key_holder);
    writer.text(claims.masked_holder);
    if (claims.valid_until_s) {
        writer.integer(key_valid_until);
        writer.integer(static_cast<std::int64_t>(*claims.valid_until_s));
    }
    writer.integer(key_issued_at);
    writer.integer(static_cast<std::int64_t>(claims.issued_at_s));
    writer.integer(key_type);
    writer.text(claims.type_code);
    writer.integer(key_number);
    writer.text(claims.number);
    writer.integer(key_record);
    writer.bytes(claims.record_hash);
    return writer.written();
}

std::optional<QrClaims> decode_qr_claims(ByteView cbor) {
    CborReader reader(cbor);
    const auto pairs = reader.map();
    if (pairs != 5 && pairs != 6) {
        return std::nullopt;
    }
    QrClaims claims;
    const auto holder = take_text(reader, key_holder);
    if (!holder) {
        return std::nullopt;
    }
    claims.masked_holder = *holder;
    if (pairs == 6) {
        claims.valid_until_s = take_seconds(reader, key_valid_until);
        if (!claims.valid_until_s) {
            return std::nullopt;
        }
    }
    const auto issued_at = take_seconds(reader, key_issued_at);
    const auto type = issued_at ? take_text(reader, key_type) : std::nullopt;
    const auto number = type ? take_text(reader, key_number) : std::nullopt;
    const auto record = number && take_key(reader, key_record) ? reader.bytes() : std::nullopt;
    if (!record || record->size() != claims.record_hash.size() || !reader.at_end()) {
        return std::nullopt;
    }
    claims.issued_at_s = *issued_at;
    claims.type_code = *type;
    claims.number = *number;
    std::copy(record->begin(), record->end(), claims.record_hash.begin());
    return claims;
}

Bytes qr_protected_header(const KeyId& key_id) {
    CborWriter writer;
    writer.map(2);
    writer.integer(header_algorithm);
    writer.integer(es256);
    writer.integer(header_key_id);
    writer.bytes(key_id.bytes);
    return writer.written();
}

Bytes qr_signed_bytes(ByteView protected_header, const DocumentKey& key, ByteView claims) {
    CborWriter writer;
    writer.array(4);
    writer.text("Signature1");
    writer.bytes(protected_header);
    writer.bytes(as_bytes(to_text(key)));
    writer.bytes(claims);
    return writer.written();
}

Bytes write_qr_seal(ByteView protected_header, ByteView claims, ByteView signature) {
    CborWriter writer;
    writer.tag(cose_sign1_tag);
    writer.array(4);
    writer.bytes(protected_header);
    writer.map(0);
    writer.bytes(claims);
    writer.bytes(signature);
    Bytes seal;
    seal.reserve(1 + writer.written().size());
    seal.push_back(payload_version);
    append(seal, writer.written());
    return seal;
}

std::optional<QrSeal> read_qr_seal(ByteView bytes) {
    if (bytes.empty() || bytes[0] != payload_version) {
        return std::nullopt;
    }
    CborReader reader(bytes.subspan(1));
    if (reader.tag() != cose_sign1_tag || reader.array() != 4) {
        return std::nullopt;
    }
    const auto header = reader.bytes();
    const bool unprotected_empty = header && reader.map() == 0;
    const auto claims = unprotected_empty ? reader.bytes() : std::nullopt;
    const auto signature = claims ? reader.bytes() : std::nullopt;
    if (!signature || signature->size() != 64 || !reader.at_end()) {
        return std::nullopt;
    }
    CborReader inner(*header);
    if (inner.map() != 2 || inner.integer() != header_algorithm || inner.integer() != es256 ||
        inner.integer() != header_key_id) {
        return std::nullopt;
    }
    const auto key_id = inner.bytes();
    QrSeal seal;
    if (!key_id || key_id->size() != seal.key_id.bytes.size() || !inner.at_end()) {
        return std::nullopt;
    }
    std::copy(key_id->begin(), key_id->end(), seal.key_id.bytes.begin());
    seal.protected_header = *header;
    seal.claims = *claims;
    seal.signature = *signature;
    return seal;
}

} // namespace songda
