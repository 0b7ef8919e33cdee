#include "delivery/channels/provider/reports.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <openssl/evp.h>

#include "base/foreign_time.hpp"
#include "base/json.hpp"
#include "base/json_pointer.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "base/utf8.hpp"
#include "delivery/channels/header_text.hpp"
#include "delivery/channels/provider/flat_xml.hpp"

namespace songda::delivery::provider {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::int64_t tolerance_ms = 300'000;
constexpr std::size_t ref_bytes_max = 128;
constexpr std::size_t code_bytes_max = 64;
constexpr std::size_t elements_max = 10'000;

int hex_value(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/// Form data's way; a broken escape stays as it stands.
std::string percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
        if (low >= 0) {
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            decoded += text[i] == '+' ? ' ' : text[i];
        }
    }
    return decoded;
}

Pairs read_form(std::string_view form) {
    Pairs fields;
    while (!form.empty() && fields.size() < elements_max) {
        const std::string_view field = form.substr(0, form.find('&'));
        form.remove_prefix(std::min(form.size(), field.size() + 1));
        const std::size_t equals = std::min(field.find('='), field.size());
        fields.emplace_back(percent_decoded(field.substr(0, equals)),
                            percent_decoded(field.substr(std::min(field.size(), equals + 1))));
    }
    return fields;
}

std::string value_in(const Pairs& fields, std::string_view name) {
    for (const auto& [known, value] : fields) {
        if (known == name) {
            return value;
        }
    }
    return {};
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

/// Seconds since 1970 that are not far from now.
bool is_recent(std::string_view seconds, TimeMs now) {
    const auto at = whole_number(seconds);
    return at && *at > 0 && *at < 100'000'000'000 &&
           std::abs(now.value - *at * 1000) <= tolerance_ms;
}

std::string secret_of(const Verify& verify, const Secrets& secrets) {
    return verify.secret.fill([&](std::string_view name) {
        const auto found = secrets.find(name.substr(name.find('.') + 1));
        return found == secrets.end() ? std::string() : found->second.reveal();
    });
}

bool same(std::string_view left, std::string_view right) {
    return !left.empty() && equal_constant_time(as_bytes(left), as_bytes(right));
}

bool hmac_holds(const Verify& verify, const std::string& secret, const ReportCall& call,
                TimeMs now) {
    std::string content;
    if (!verify.timestamp_header.empty()) {
        const std::string_view timestamp = call.header(verify.timestamp_header);
        if (!is_recent(timestamp, now)) {
            return false;
        }
        content = std::string(timestamp) + '.';
    }
    content += call.body;
    const Digest mac = hmac_sha256(as_bytes(secret), as_bytes(content));
    std::string given(call.header(verify.header));
    if (!given.starts_with(verify.prefix)) {
        return false;
    }
    given.erase(0, verify.prefix.size());
    if (!verify.base64) {
        std::transform(given.begin(), given.end(), given.begin(), [](char c) {
            return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
        });
    }
    return same(given, verify.base64 ? to_base64(mac) : to_hex(mac));
}

/// SHA-1 over token, timestamp and nonce in the order of the alphabet, as WeChat signs.
bool wechat_holds(const std::string& secret, const Pairs& query) {
    std::array parts = {secret, value_in(query, "timestamp"), value_in(query, "nonce")};
    std::sort(parts.begin(), parts.end());
    const std::string joined = parts[0] + parts[1] + parts[2];
    std::array<std::uint8_t, 20> digest{};
    unsigned size = 0;
    if (EVP_Digest(joined.data(), joined.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
        return false;
    }
    return same(value_in(query, "signature"), to_hex(digest));
}

/// A body of another shape as the JSON object that it stands for.
std::optional<std::string> as_json(const Callback& callback, std::string_view body) {
    if (callback.format == ReportFormat::json) {
        return std::string(body);
    }
    Pairs fields;
    if (callback.format == ReportFormat::form) {
        fields = read_form(body);
    } else {
        auto read = read_flat_xml(body);
        if (!read.ok()) {
            return std::nullopt;
        }
        fields = std::move(read).value();
    }
    std::map<std::string, std::string> first; // of two the first: no name twice in JSON
    for (auto& [name, value] : fields) {
        first.try_emplace(std::move(name), std::move(value));
    }
    std::string json;
    JsonObject object(json);
    for (const auto& [name, value] : first) {
        object.text(name, value);
    }
    object.end();
    return json;
}

std::string text_at(const rapidjson::Value& value, const std::string& pointer) {
    const auto* const found = pointer.empty() ? nullptr : find_at(value, pointer);
    return found == nullptr ? std::string() : scalar_text(*found);
}

/// Bounded, of printable ASCII: it goes into evidence and logs.
std::string clean(std::string text, std::size_t bytes_max) {
    for (char& c : text) {
        c = c >= ' ' && c < 0x7F ? c : '?';
    }
    return text.substr(0, bytes_max);
}

const ReportMeaning* meaning_of(const Meanings& meanings, const std::string& code) {
    const auto found = meanings.find(code);
    return found == meanings.end() ? nullptr : &found->second;
}

/// Nothing: it names no message.
std::optional<Report> read_report(const Callback& callback, const rapidjson::Value& element,
                                  TimeMs now) {
    Report report;
    const std::string leg = text_at(element, callback.leg);
    report.leg = parse_leg_id(leg);
    report.ref = clean(text_at(element, callback.ref), ref_bytes_max);
    if (!report.leg && report.ref.empty()) {
        return std::nullopt;
    }
    const std::string code = text_at(element, callback.code);
    const ReportMeaning* meaning = meaning_of(callback.status, code);
    report.unknown_code = meaning == nullptr;
    if (meaning == nullptr && !callback.otherwise.empty()) {
        meaning = meaning_of(callback.otherwise_status, text_at(element, callback.otherwise));
    }
    report.what.detail = "report code " + clean(code, code_bytes_max);
    if (!report.ref.empty()) {
        report.what.detail += " ref " + report.ref;
    }
    report.what.happened = read_foreign_time(text_at(element, callback.time)).value_or(now);
    if (meaning != nullptr) {
        report.understood = true;
        report.what.kind = meaning->kind;
        report.what.reason = meaning->reason;
    }
    const bool confirmed = report.understood && !callback.confirmed.empty() &&
                           report.what.kind == ReportKind::reached &&
                           text_at(element, callback.confirmed) == callback.confirmed_is;
    if (confirmed) {
        report.what.kind = ReportKind::acknowledged;
    }
    return report;
}

} // namespace

bool is_genuine(const Callback& callback, const Secrets& secrets, const ReportCall& call,
                TimeMs now) {
    const Verify& verify = callback.verify;
    if (!verify.peers.empty() && !verify.peers.contains(std::string(call.peer))) {
        return false;
    }
    const std::string secret = secret_of(verify, secrets);
    switch (verify.kind) {
    case VerifyKind::peers: return !verify.peers.empty();
    case VerifyKind::token: return same(call.path_token, secret);
    case VerifyKind::hmac: return hmac_holds(verify, secret, call, now);
    case VerifyKind::wechat: {
        const Pairs query = read_form(call.query);
        return is_recent(value_in(query, "timestamp"), now) && wechat_holds(secret, query);
    }
    }
    return false;
}

std::optional<std::string> echo_of(const Callback& callback, const Secrets& secrets,
                                   std::string_view query) {
    const Pairs fields = read_form(query);
    const std::string echo = value_in(fields, "echostr");
    const bool fit =
        !echo.empty() && echo.size() <= 128 && std::all_of(echo.begin(), echo.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        });
    if (callback.verify.kind != VerifyKind::wechat || !fit ||
        !wechat_holds(secret_of(callback.verify, secrets), fields)) {
        return std::nullopt;
    }
    return echo;
}

ReportBody read_reports(const Callback& callback, std::string_view body, TimeMs now) {
    ReportBody read;
    // Words in another encoding say nothing that is read here, and cost nobody their report.
    const auto text = as_json(callback, find_bad_utf8(body) ? clean_line(body) : std::string(body));
    const auto json = text ? parse_json(*text) : Error{};
    const rapidjson::Value* const list =
        json.ok() ? find_at(json.value().root(), callback.list) : nullptr;
    if (list == nullptr) {
        read.malformed = 1;
        return read;
    }
    std::vector<const rapidjson::Value*> elements = elements_of(*list);
    if (kind_of(*list) == "object") {
        elements = {list};
    }
    if (elements.size() > elements_max || (elements.empty() && kind_of(*list) != "array")) {
        read.malformed = 1;
        return read;
    }
    for (const rapidjson::Value* const element : elements) {
        if (!callback.only.empty() && text_at(*element, callback.only) != callback.only_is) {
            ++read.others;
            continue;
        }
        if (auto report = read_report(callback, *element, now)) {
            read.reports.push_back(*std::move(report));
        } else {
            ++read.malformed;
        }
    }
    return read;
}

} // namespace songda::delivery::provider
