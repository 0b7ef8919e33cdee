#include "delivery/channels/return_path.hpp"

#include <algorithm>
#include <array>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::delivery {
namespace {

constexpr std::size_t leg_digits = 32;

/// How return paths look, the present form first. Legs live for years: none is taken out.
struct Form {
    std::string_view purpose;
    std::string_view before_leg;
    std::string_view before_mac;
    std::size_t mac_bytes;
};
constexpr std::array forms = {Form{"songda verp 2", "b+", "-", 12},
                              Form{"songda verp 1", "bounce+", ".", 8}};

Bytes mac_of(const Form& form, const LegId& leg, ByteView secret) {
    Bytes message;
    append(message, form.purpose);
    message.push_back(0);
    append(message, leg.view());
    const Digest whole = hmac_sha256(secret, message);
    return {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(form.mac_bytes)};
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    return out;
}

ReturnPath read_local(std::string_view local, const Form& form, ByteView secret) {
    if (!local.starts_with(form.before_leg)) {
        return {};
    }
    local.remove_prefix(form.before_leg.size());
    const auto leg = parse_leg_id(local.substr(0, leg_digits));
    local.remove_prefix(std::min(leg_digits, local.size()));
    if (!leg || !local.starts_with(form.before_mac)) {
        return {};
    }
    const auto mac = from_hex(local.substr(form.before_mac.size()));
    const bool same = mac && mac->size() == form.mac_bytes &&
                      equal_constant_time(*mac, mac_of(form, *leg, secret));
    return same ? ReturnPath{ReturnPath::Kind::ours, *leg}
                : ReturnPath{ReturnPath::Kind::forged, {}};
}

} // namespace

std::string return_path(const LegId& leg, ByteView secret, std::string_view domain) {
    const Form& form = forms.front();
    std::string path(form.before_leg);
    path += to_text(leg);
    path += form.before_mac;
    path += to_hex(mac_of(form, leg, secret));
    path += '@';
    path += domain;
    return path;
}

ReturnPath read_return_path(std::string_view mailbox, ByteView secret, std::string_view domain) {
    const std::string text = lower(mailbox);
    const std::size_t at = text.find('@');
    if (at == std::string::npos || text.substr(at + 1) != lower(domain)) {
        return {};
    }
    for (const Form& form : forms) {
        const ReturnPath read = read_local(std::string_view(text).substr(0, at), form, secret);
        if (read.kind != ReturnPath::Kind::foreign) {
            return read;
        }
    }
    return {};
}

} // namespace songda::delivery
