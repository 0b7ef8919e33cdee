#include "delivery/kiosk/tokens.hpp"

#include <algorithm>
#include <charconv>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::delivery {
namespace {

constexpr std::size_t mac_bytes = 20;
constexpr std::size_t token_bytes_max = 8192;
constexpr std::size_t inbox_bytes = 16;

/// An id or a hash of its own length.
template <class To>
bool take_hex(const rapidjson::Value& from, std::string_view name, To& to) {
    const auto bytes = from_hex(member_text(from, name));
    if (!bytes || bytes->size() != to.size()) {
        return false;
    }
    std::copy(bytes->begin(), bytes->end(), to.begin());
    return true;
}

std::optional<std::int64_t> take_number(const rapidjson::Value& from, std::string_view name) {
    const std::string_view text = member_text(from, name);
    std::int64_t number = 0;
    const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && failure == std::errc() && rest == text.data() + text.size()
               ? std::optional(number)
               : std::nullopt;
}

} // namespace

std::string KioskTokens::seal(std::string_view purpose, std::string_view payload) const {
    const std::string shown = to_hex(as_bytes(payload));
    const Digest mac = counted(purpose, shown);
    return shown + '.' + to_base32(ByteView(mac).first(mac_bytes));
}

/// Compared with what would have been given: nothing is read before.
std::optional<std::string> KioskTokens::open(std::string_view purpose,
                                             std::string_view token) const {
    const std::size_t dot = token.find('.');
    const auto payload = token.size() <= token_bytes_max && dot != std::string_view::npos
                             ? from_hex(token.substr(0, dot))
                             : std::nullopt;
    if (!payload) {
        return std::nullopt;
    }
    std::string text(as_text(*payload));
    return equal_constant_time(as_bytes(seal(purpose, text)), as_bytes(token))
               ? std::optional(std::move(text))
               : std::nullopt;
}

Digest KioskTokens::counted(std::string_view purpose, std::string_view what) const {
    Bytes input(purpose.begin(), purpose.end());
    input.push_back(0);
    append(input, what);
    return hmac_sha256(secret_, input);
}

std::string KioskTokens::write(const KioskSession& session) const {
    Bytes inboxes;
    for (const store::InboxId& inbox : session.inboxes) {
        append(inboxes, inbox.view());
    }
    std::string to;
    JsonObject object(to);
    object.text("kiosk", to_hex(session.kiosk.view()));
    object.text("until", std::to_string(session.until.value));
    object.text("inboxes", to_hex(inboxes));
    object.text("detail", session.detail);
    object.end();
    return seal("session", to);
}

std::optional<KioskSession> KioskTokens::read_session(std::string_view token) const {
    const auto payload = open("session", token);
    const auto parsed = payload ? parse_json(*payload, 2) : Result<JsonText>(Error{});
    if (!parsed.ok()) {
        return std::nullopt;
    }
    const rapidjson::Value& root = parsed.value().root();
    KioskSession session;
    const auto until = take_number(root, "until");
    const auto inboxes = from_hex(member_text(root, "inboxes"));
    if (!take_hex(root, "kiosk", session.kiosk.bytes) || !until || !inboxes ||
        inboxes->size() % inbox_bytes != 0) {
        return std::nullopt;
    }
    session.until = {*until};
    for (std::size_t at = 0; at < inboxes->size(); at += inbox_bytes) {
        std::copy_n(inboxes->begin() + static_cast<std::ptrdiff_t>(at), inbox_bytes,
                    session.inboxes.emplace_back().bytes.begin());
    }
    session.detail = member_text(root, "detail");
    return session;
}

std::string KioskTokens::write(const KioskRelease& release) const {
    std::string to;
    JsonObject object(to);
    object.text("leg", to_text(release.leg));
    object.text("document", to_text(release.document));
    object.text("kiosk", to_hex(release.kiosk.view()));
    object.text("until", std::to_string(release.until.value));
    object.text("copy", std::to_string(release.copy));
    object.text("pages", std::to_string(release.pages));
    object.text("file", to_hex(release.file));
    object.text("nonce", to_hex(release.nonce));
    object.text("detail", release.detail);
    object.end();
    return seal("release", to);
}

std::optional<KioskRelease> KioskTokens::read_release(std::string_view token) const {
    const auto payload = open("release", token);
    const auto parsed = payload ? parse_json(*payload, 2) : Result<JsonText>(Error{});
    if (!parsed.ok()) {
        return std::nullopt;
    }
    const rapidjson::Value& root = parsed.value().root();
    KioskRelease release;
    const auto until = take_number(root, "until");
    const auto copy = take_number(root, "copy");
    const auto pages = take_number(root, "pages");
    auto nonce = from_hex(member_text(root, "nonce"));
    if (!take_hex(root, "leg", release.leg.bytes) ||
        !take_hex(root, "document", release.document.bytes) ||
        !take_hex(root, "kiosk", release.kiosk.bytes) || !take_hex(root, "file", release.file) ||
        !until || !copy || !pages || !nonce) {
        return std::nullopt;
    }
    release.until = {*until};
    release.copy = static_cast<std::uint32_t>(*copy);
    release.pages = static_cast<std::uint32_t>(*pages);
    release.nonce = std::move(*nonce);
    release.detail = member_text(root, "detail");
    return release;
}

} // namespace songda::delivery
