#include "base/outage_seal.hpp"

#include <algorithm>

#include <openssl/evp.h>

#include "base/check.hpp"
#include "base/sealed_bytes.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda {
namespace {

constexpr std::string_view magic = "SOP1";
constexpr std::size_t head_bytes = 12; ///< magic, end
constexpr std::size_t name_bytes = 16;
constexpr std::size_t code_characters = 16;
constexpr std::size_t copy_digits_max = 9;
/// Crockford: of the number modulo 37.
constexpr std::string_view check_characters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";

constexpr std::uint64_t scrypt_n = 16384;
constexpr std::uint64_t scrypt_r = 8;
constexpr std::uint64_t scrypt_memory_max = std::uint64_t{64} << 20U;

OutageKey pad_of(const Private<std::string>& number) {
    static constexpr std::string_view salt = "songda-outage-number";
    const std::string plain = plain_identity_number(number.reveal());
    OutageKey pad{};
    const int made =
        EVP_PBE_scrypt(plain.data(), plain.size(), as_bytes(salt).data(), salt.size(), scrypt_n,
                       scrypt_r, 1, scrypt_memory_max, pad.data(), pad.size());
    SONGDA_CHECK(made == 1); // nothing but memory can fail
    return pad;
}

OutageKey with_pad(OutageKey key, const Private<std::string>& number) {
    const OutageKey pad = pad_of(number);
    for (std::size_t at = 0; at < key.size(); ++at) {
        key[at] = static_cast<std::uint8_t>(key[at] ^ pad[at]);
    }
    return key;
}

char check_of(ByteView bytes) {
    unsigned rest = 0;
    for (const std::uint8_t byte : bytes) {
        rest = (rest * 256 + byte) % 37;
    }
    return check_characters[rest];
}

Digest derived(const OutageKey& key, std::string_view purpose) {
    return hmac_sha256(key, as_bytes(purpose));
}

Bytes about_of(ByteView head, std::string_view id) {
    Bytes about(head.begin(), head.end());
    append(about, id);
    return about;
}

} // namespace

std::string plain_identity_number(std::string_view number) {
    std::string plain;
    for (const char c : number) {
        if (c != ' ') {
            plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
    }
    return plain;
}

std::string write_outage_code(const OutageKey& key, const Private<std::string>& number) {
    const OutageKey shown = with_pad(key, number);
    return to_base32(shown) + check_of(shown);
}

std::optional<OutageKey> read_outage_code(std::string_view code,
                                          const Private<std::string>& number) {
    std::string typed;
    for (const char c : code) {
        if (c != ' ' && c != '-') {
            typed += c;
        }
    }
    const auto bytes = typed.size() == code_characters + 1
                           ? from_base32(std::string_view(typed).substr(0, code_characters))
                           : std::nullopt;
    if (!bytes || bytes->size() != outage_key_bytes) {
        return std::nullopt;
    }
    const std::string check = plain_identity_number(typed.substr(code_characters)); // large
    const char given = check == "O" ? '0' : check == "I" || check == "L" ? '1' : check.front();
    if (given != check_of(*bytes)) {
        return std::nullopt;
    }
    OutageKey shown{};
    std::copy(bytes->begin(), bytes->end(), shown.begin());
    return with_pad(shown, number);
}

std::string outage_name(const OutageKey& key) {
    return to_hex(ByteView(derived(key, "name")).first(name_bytes));
}

std::string outage_package_id(const OutageKey& key, std::uint32_t copy) {
    return outage_name(key) + '-' + std::to_string(copy);
}

bool is_outage_package_id(std::string_view id) {
    const auto is_among = [](std::string_view text, std::string_view allowed) {
        return text.find_first_not_of(allowed) == std::string_view::npos;
    };
    constexpr std::size_t digits = name_bytes * 2;
    return id.size() > digits + 1 && id.size() <= digits + 1 + copy_digits_max &&
           id[digits] == '-' && is_among(id.substr(0, digits), "0123456789abcdef") &&
           is_among(id.substr(digits + 1), "0123456789");
}

Bytes seal_outage_package(ByteView content, const OutageKey& key, std::string_view id, TimeMs until,
                          Random& random) {
    Bytes sealed;
    append(sealed, magic);
    for (int shift = 56; shift >= 0; shift -= 8) {
        sealed.push_back(
            static_cast<std::uint8_t>(static_cast<std::uint64_t>(until.value) >> shift));
    }
    append(sealed, seal_bytes(content, derived(key, "package"), about_of(sealed, id), random));
    return sealed;
}

std::optional<Bytes> open_outage_package(ByteView sealed, const OutageKey& key,
                                         std::string_view id) {
    if (!outage_package_end(sealed)) {
        return std::nullopt;
    }
    return open_bytes(sealed.subspan(head_bytes), derived(key, "package"),
                      about_of(sealed.first(head_bytes), id));
}

std::optional<TimeMs> outage_package_end(ByteView sealed) {
    if (sealed.size() < head_bytes || as_text(sealed.first(magic.size())) != magic) {
        return std::nullopt;
    }
    std::uint64_t end = 0;
    for (const std::uint8_t byte : sealed.subspan(magic.size(), 8)) {
        end = (end << 8U) | byte;
    }
    return TimeMs{static_cast<std::int64_t>(end)};
}

Bytes seal_outage_text(std::string_view text, const Digest& key, Random& random) {
    return seal_bytes(as_bytes(text), key, {}, random);
}

std::optional<std::string> open_outage_text(ByteView sealed, const Digest& key) {
    const auto text = open_bytes(sealed, key, {});
    return text ? std::optional(std::string(as_text(*text))) : std::nullopt;
}

} // namespace songda
