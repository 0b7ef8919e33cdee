#include "signer/pkcs11_uri.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "base/text_codec.hpp"

namespace songda::signer {
namespace {

constexpr std::string_view scheme = "pkcs11:";
/// CK_TOKEN_INFO has fields of this size.
constexpr std::size_t token_bytes_max = 32;
constexpr std::size_t serial_bytes_max = 16;
constexpr std::size_t object_bytes_max = 128;
constexpr std::size_t id_bytes_max = 64;

Error refused(const std::string& why) {
    return {Fault::invalid_input, "pkcs11: address: " + why};
}

/// pk11-path-char of RFC 7512 §2.3 besides letters, digits and percent-encoding.
bool stands_for_itself(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~:[]@!$'()*+,=&").find(c) != std::string_view::npos;
}

/// Nothing when it is not spelled as the standard says.
std::optional<Bytes> decode(std::string_view text) {
    Bytes bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            if (!stands_for_itself(text[i])) {
                return std::nullopt;
            }
            bytes.push_back(static_cast<std::uint8_t>(text[i]));
            continue;
        }
        std::string digits(text.substr(i + 1, 2));
        for (char& digit : digits) {
            digit = digit >= 'A' && digit <= 'F' ? static_cast<char>(digit - 'A' + 'a') : digit;
        }
        const auto byte = digits.size() == 2 ? from_hex(digits) : std::nullopt;
        if (!byte) {
            return std::nullopt;
        }
        append(bytes, *byte);
        i += 2;
    }
    return bytes;
}

/// Takes one `name=value` over.
Result<void> take(std::string_view name, const Bytes& value, Pkcs11Uri& uri) {
    const std::string text(value.begin(), value.end());
    const auto fits = [&](std::size_t most) { return !value.empty() && value.size() <= most; };
    if (name == "token" && fits(token_bytes_max)) {
        uri.token = text;
    } else if (name == "serial" && fits(serial_bytes_max)) {
        uri.serial = text;
    } else if (name == "object" && fits(object_bytes_max)) {
        uri.object = text;
    } else if (name == "id" && fits(id_bytes_max)) {
        uri.id = value;
    } else if (name == "type") {
        return text == "private" ? Result<void>() : refused("type must be private");
    } else if (name == "token" || name == "serial" || name == "object" || name == "id") {
        return refused(std::string(name) + " is empty or too long");
    } else {
        return refused("only token, serial, object, id and type are known");
    }
    return {};
}

} // namespace

bool is_pkcs11_uri(std::string_view text) {
    return text.starts_with(scheme);
}

Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view text) {
    if (!is_pkcs11_uri(text)) {
        return refused("does not begin with pkcs11:");
    }
    text.remove_prefix(scheme.size());
    if (text.find("pin-") != std::string_view::npos) {
        return refused("a PIN does not stand here, where many read it: name its file in "
                       "[pkcs11] pin_file");
    }
    if (text.find('?') != std::string_view::npos) {
        return refused("nothing after a question mark is taken: the module is [pkcs11] module");
    }
    Pkcs11Uri uri;
    std::set<std::string_view> seen;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(';', begin), text.size());
        const std::string_view part = text.substr(begin, end - begin);
        const std::size_t equals = part.find('=');
        const auto value =
            equals == std::string_view::npos ? std::nullopt : decode(part.substr(equals + 1));
        if (!value) {
            return refused("must be name=value;name=value… with other characters than letters and "
                           "digits percent-encoded");
        }
        const std::string_view name = part.substr(0, equals);
        if (!seen.insert(name).second) {
            return refused("the same name twice");
        }
        const auto taken = take(name, *value, uri);
        if (!taken.ok()) {
            return taken.error();
        }
        begin = end + 1;
    }
    if (uri.token.empty() || (uri.object.empty() && uri.id.empty())) {
        return refused("needs token=… and object=… or id=…");
    }
    return uri;
}

} // namespace songda::signer
