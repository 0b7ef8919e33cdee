#include "delivery/applicant_keys.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::delivery {
namespace {

using store::InboxId;

constexpr std::size_t token_mac_bytes = 9;   // with the leg's 16 bytes: 40 characters of base32
constexpr std::uint64_t codes = 100'000'000; // 8 digits
constexpr std::size_t session_mac_bytes = 20;

} // namespace

Result<ApplicantKeys> ApplicantKeys::make(Bytes secret, std::string public_base) {
    if (secret.size() < secret_bytes_min) {
        return Error{Fault::invalid_input, fmt::format("the delivery secret has {} bytes; at least "
                                                       "{} are needed",
                                                       secret.size(), secret_bytes_min)};
    }
    return ApplicantKeys(std::move(secret), std::move(public_base));
}

/// The purpose ends with a zero byte, so that no two purposes can meet in the same input.
Digest ApplicantKeys::derive(std::string_view purpose, ByteView what) const {
    Bytes input(purpose.begin(), purpose.end());
    input.push_back(0);
    append(input, what);
    return hmac_sha256(secret_, input);
}

InboxId ApplicantKeys::inbox_of(const DepartmentCode& department,
                                std::string_view recipient_code) const {
    const std::string what = department.text + '\0' + std::string(recipient_code);
    const Digest derived = derive("inbox", as_bytes(what));
    InboxId id;
    std::copy_n(derived.begin(), id.bytes.size(), id.bytes.begin());
    return id;
}

std::string ApplicantKeys::token_of(const LegId& leg) const {
    Bytes bytes(leg.bytes.begin(), leg.bytes.end());
    append(bytes, ByteView(derive("link", leg.view())).first(token_mac_bytes));
    return to_base32(bytes);
}

/// 64 bits modulo 10^8 favour no code by more than 2^-37.
std::string ApplicantKeys::code_of(const DocumentId& document) const {
    const Digest derived = derive("code", document.view());
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        number = (number << 8U) | derived[i];
    }
    return fmt::format("{:08}", number % codes);
}

Collection ApplicantKeys::collection_of(const LegId& leg, const DocumentId& document) const {
    return {public_base_ + "/inbox/" + token_of(leg), Private<std::string>(code_of(document))};
}

std::optional<LegId> ApplicantKeys::leg_of(std::string_view token) const {
    const auto bytes = from_base32(token);
    LegId leg;
    if (!bytes || bytes->size() != leg.bytes.size() + token_mac_bytes) {
        return std::nullopt;
    }
    std::copy_n(bytes->begin(), leg.bytes.size(), leg.bytes.begin());
    // Compared with what would have been sent: nothing that was read above is believed before.
    return equal_constant_time(as_bytes(to_base32(*bytes)), as_bytes(token_of(leg)))
               ? std::optional(leg)
               : std::nullopt;
}

bool ApplicantKeys::is_code(const DocumentId& document, std::string_view code) const {
    return equal_constant_time(as_bytes(code), as_bytes(code_of(document)));
}

Digest ApplicantKeys::person_of(std::string_view identity, std::string_view number) const {
    const std::string what = std::string(identity) + '\0' + std::string(number);
    return derive("person", as_bytes(what));
}

std::string ApplicantKeys::make_session(const InboxId& inbox, TimeMs expires) const {
    std::string session = fmt::format("{}.{}", to_hex(inbox.view()), expires.value);
    const Digest mac = derive("session", as_bytes(session));
    return session + '.' + to_base32(ByteView(mac).first(session_mac_bytes));
}

std::optional<InboxId> ApplicantKeys::check_session(std::string_view cookie, TimeMs now) const {
    const std::size_t first = cookie.find('.');
    const std::size_t last = cookie.rfind('.');
    if (first == std::string_view::npos || first == last) {
        return std::nullopt;
    }
    const auto inbox = from_hex(cookie.substr(0, first));
    const std::string_view end = cookie.substr(first + 1, last - first - 1);
    TimeMs expires;
    const auto [rest, failure] =
        std::from_chars(end.data(), end.data() + end.size(), expires.value);
    InboxId id;
    if (!inbox || inbox->size() != id.bytes.size() || failure != std::errc() ||
        rest != end.data() + end.size() || expires <= now) {
        return std::nullopt;
    }
    std::copy(inbox->begin(), inbox->end(), id.bytes.begin());
    // Compared with what would have been given, byte by byte in constant time: nothing that was
    // read above is believed before.
    return equal_constant_time(as_bytes(cookie), as_bytes(make_session(id, expires)))
               ? std::optional(id)
               : std::nullopt;
}

} // namespace songda::delivery
