#include "base/ocsp.hpp"

#include <algorithm>

#include "base/der.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::ocsp {
namespace {

constexpr std::uint8_t tag_enumerated = 0x0A;
constexpr std::uint8_t tag_utc_time = 0x17;
constexpr std::uint8_t tag_context_1 = 0xA1;
constexpr std::uint8_t tag_context_2 = 0xA2;
/// More are no serial numbers (RFC 5280 §4.1.2.2 allows 20 octets).
constexpr std::size_t serial_bytes_max = 32;

const Bytes oid_sha1 = {0x2B, 0x0E, 0x03, 0x02, 0x1A};
const Bytes oid_sha256 = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
const Bytes oid_basic_response = {0x06, 0x09, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01};

bool same(ByteView left, ByteView right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

Error malformed() {
    return Error{Fault::invalid_input, "not an OCSPRequest"};
}

bool is_next(ByteView rest, std::uint8_t tag) {
    return !rest.empty() && rest.front() == tag;
}

/// AlgorithmIdentifier without parameters or with NULL: its object identifier.
std::optional<ByteView> take_algorithm(ByteView& rest) {
    auto content = der::take_value(rest, der::tag_sequence);
    if (!content) {
        return std::nullopt;
    }
    const auto oid = der::take_value(*content, der::tag_oid);
    if (!oid || !der::is_oid(*oid)) {
        return std::nullopt;
    }
    if (!content->empty()) {
        const auto null = der::take_value(*content, der::tag_null);
        if (!null || !null->empty() || !content->empty()) {
            return std::nullopt;
        }
    }
    return oid;
}

bool is_extension(ByteView content) {
    const auto oid = der::take_value(content, der::tag_oid);
    if (!oid || !der::is_oid(*oid)) {
        return false;
    }
    if (is_next(content, der::tag_boolean)) { // DER leaves the default, FALSE, out
        const auto critical = der::take_value(content, der::tag_boolean);
        if (!critical || critical->size() != 1 || critical->front() != 0xFF) {
            return false;
        }
    }
    return der::take_value(content, der::tag_octets) && content.empty();
}

/// An EXPLICIT tag around Extensions, or nothing.
bool skip_extensions(ByteView& rest, std::uint8_t tag) {
    if (!is_next(rest, tag)) {
        return true;
    }
    auto all = der::take_value(rest, tag);
    if (!all || !der::enter(*all, der::tag_sequence) || all->empty()) {
        return false;
    }
    while (!all->empty()) {
        const auto one = der::take_value(*all, der::tag_sequence);
        if (!one || !is_extension(*one)) {
            return false;
        }
    }
    return true;
}

struct AnyCertId {
    ByteView algorithm;
    ByteView name_hash;
    ByteView key_hash;
    ByteView serial;
};

std::optional<AnyCertId> read_cert_id(ByteView content) {
    const auto algorithm = take_algorithm(content);
    const auto name_hash = algorithm ? der::take_value(content, der::tag_octets) : std::nullopt;
    const auto key_hash = name_hash ? der::take_value(content, der::tag_octets) : std::nullopt;
    const auto serial = key_hash ? der::take_value(content, der::tag_integer) : std::nullopt;
    if (!serial || !content.empty() || !der::is_integer(*serial)) {
        return std::nullopt;
    }
    return AnyCertId{*algorithm, *name_hash, *key_hash, *serial};
}

std::optional<TimeMs> take_time(ByteView& rest) {
    const bool utc = is_next(rest, tag_utc_time);
    const auto content = der::take_value(rest, utc ? tag_utc_time : der::tag_generalized_time);
    if (!content || content->size() != (utc ? 13U : 15U) || content->back() != 'Z') {
        return std::nullopt;
    }
    std::string digits(as_text(content->first(content->size() - 1)));
    if (digits.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    if (utc) { // RFC 5280 §4.1.2.5.1
        digits.insert(0, digits < "50" ? "20" : "19");
    }
    const auto part = [&digits](std::size_t at) { return digits.substr(at, 2); };
    return parse_rfc3339(digits.substr(0, 4) + '-' + part(4) + '-' + part(6) + 'T' + part(8) + ':' +
                         part(10) + ':' + part(12) + 'Z');
}

/// Steps into a value that may be too large for der::take_value and is not looked at to its end.
bool enter_large(ByteView& rest, std::uint8_t tag) {
    if (rest.size() < 2 || rest[0] != tag) {
        return false;
    }
    const std::size_t length_bytes = rest[1] < 0x80 ? 0U : rest[1] - 0x80U;
    if (length_bytes > 4 || rest.size() < 2 + length_bytes) {
        return false;
    }
    rest = rest.subspan(2 + length_bytes);
    return true;
}

} // namespace

Bytes refusal(ResponseStatus status) {
    return {der::tag_sequence, 3, tag_enumerated, 1, static_cast<std::uint8_t>(status)};
}

Result<CertId> read_request(ByteView der) {
    ByteView rest = der;
    if (!der::enter(rest, der::tag_sequence)) {
        return malformed();
    }
    auto request = der::take_value(rest, der::tag_sequence);
    // A signature and the name of who signs are for responders that know their clients.
    const bool signed_request = request && !rest.empty();
    const bool named = request && is_next(*request, tag_context_1);
    if (!request ||
        (signed_request && (!der::take_value(rest, der::tag_context_0) || !rest.empty())) ||
        (named && !der::take_value(*request, tag_context_1))) {
        return malformed();
    }
    auto list = der::take_value(*request, der::tag_sequence);
    if (!list || !skip_extensions(*request, tag_context_2) || !request->empty() || list->empty()) {
        return malformed();
    }
    std::optional<AnyCertId> asked;
    std::size_t count = 0;
    for (; !list->empty(); ++count) {
        auto one = der::take_value(*list, der::tag_sequence);
        const auto id = one ? der::take_value(*one, der::tag_sequence) : std::nullopt;
        asked = id ? read_cert_id(*id) : std::nullopt;
        if (!asked || !skip_extensions(*one, der::tag_context_0) || !one->empty()) {
            return malformed();
        }
    }
    const bool sha1 = same(asked->algorithm, oid_sha1);
    const std::size_t size = sha1 ? 20 : 32;
    if (count != 1 || signed_request || named || (!sha1 && !same(asked->algorithm, oid_sha256)) ||
        asked->name_hash.size() != size || asked->key_hash.size() != size ||
        asked->serial.size() > serial_bytes_max) {
        return Error{Fault::not_found, "nothing here answers such a request"};
    }
    const auto owned = [](ByteView view) { return Bytes(view.begin(), view.end()); };
    return CertId{sha1 ? HashKind::sha1 : HashKind::sha256, owned(asked->name_hash),
                  owned(asked->key_hash), owned(asked->serial)};
}

std::string file_name(const CertId& id) {
    const std::uint8_t kind[] = {static_cast<std::uint8_t>(id.hash)};
    return to_hex(sha256(der::join({kind, id.name_hash, id.key_hash, id.serial})));
}

std::optional<Times> response_times(ByteView der) {
    ByteView rest = der;
    if (!der::enter(rest, der::tag_sequence)) {
        return std::nullopt;
    }
    const auto status = der::take_value(rest, tag_enumerated);
    if (!status || status->size() != 1 || status->front() != 0 ||
        !der::enter(rest, der::tag_context_0) || !der::enter(rest, der::tag_sequence) ||
        !der::take(rest, oid_basic_response) || !der::enter(rest, der::tag_octets) ||
        !der::enter(rest, der::tag_sequence)) {
        return std::nullopt;
    }
    auto data = der::take_value(rest, der::tag_sequence);
    if (!data || data->empty() ||
        !der::take_value(*data, is_next(*data, tag_context_1) ? tag_context_1 : tag_context_2) ||
        !der::take_value(*data, der::tag_generalized_time)) {
        return std::nullopt;
    }
    auto answers = der::take_value(*data, der::tag_sequence);
    auto answer = answers ? der::take_value(*answers, der::tag_sequence) : std::nullopt;
    if (!answer || !der::take_value(*answer, der::tag_sequence) || answer->empty() ||
        !der::take_value(*answer, answer->front())) {
        return std::nullopt;
    }
    const auto this_update = take_time(*answer);
    auto tagged = der::take_value(*answer, der::tag_context_0);
    const auto next_update = tagged ? take_time(*tagged) : std::nullopt;
    return this_update && next_update ? std::optional(Times{*this_update, *next_update})
                                      : std::nullopt;
}

std::optional<Times> crl_times(ByteView der) {
    ByteView rest = der;
    if (!enter_large(rest, der::tag_sequence) || !enter_large(rest, der::tag_sequence) ||
        !der::take_value(rest, der::tag_integer) || !der::take_value(rest, der::tag_sequence) ||
        !der::take_value(rest, der::tag_sequence)) {
        return std::nullopt;
    }
    const auto this_update = take_time(rest);
    const auto next_update = this_update ? take_time(rest) : std::nullopt;
    return next_update ? std::optional(Times{*this_update, *next_update}) : std::nullopt;
}

} // namespace songda::ocsp
