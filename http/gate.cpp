#include "http/gate.hpp"

#include <algorithm>
#include <array>

#include "http/detail/field_text.hpp"

namespace songda::http {

using namespace detail;

namespace {

GateAnswer refuse(std::string_view why, int status = 400) {
    return {std::nullopt, status, why};
}

/// RFC 9110 §5.6.2 tchar.
bool is_token(std::string_view text) {
    static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
               marks.find(c) != std::string_view::npos;
    });
}

std::optional<std::size_t> digits(std::string_view text) {
    if (text.empty() || text.size() > 12) {
        return std::nullopt;
    }
    std::size_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + static_cast<std::size_t>(c - '0');
    }
    return value;
}

/// Rules 7 of reliability §10.4: origin-form, printable ASCII, nothing that a file system or a
/// proxy could read in another way.
std::string_view target_fault(std::string_view target, std::string_view opaque_prefix) {
    if (target.empty() || target.front() != '/') {
        return "the target must be a path";
    }
    const auto printable = [](char c) { return c > 0x20 && c < 0x7F; };
    if (!std::all_of(target.begin(), target.end(), printable) ||
        target.find_first_of("\"<>\\^`{|}") != std::string_view::npos) {
        return "the target holds a character that must be escaped";
    }
    if (target.find('#') != std::string_view::npos) {
        return "the target holds a fragment";
    }
    const std::string path = to_lower(target.substr(0, target.find('?')));
    const bool opaque = !opaque_prefix.empty() && target.starts_with(opaque_prefix);
    static constexpr std::array<std::string_view, 4> never = {"/..", "/./", "%00", "%2e"};
    static constexpr std::array<std::string_view, 2> slashes = {"//", "%2f"};
    const auto holds = [&path](std::string_view part) {
        return path.find(part) != std::string::npos;
    };
    if (std::any_of(never.begin(), never.end(), holds) ||
        (!opaque && std::any_of(slashes.begin(), slashes.end(), holds))) {
        return "the target has two meanings";
    }
    return {};
}

std::string_view read_request_line(std::string_view line, Head& head,
                                   std::string_view opaque_prefix) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
        return "the request line needs method, target and version";
    }
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return "only HTTP/1.1 and HTTP/1.0 are spoken";
    }
    head.http_1_0 = version == "HTTP/1.0";
    head.keep_alive = !head.http_1_0;
    if (!is_token(head.method)) {
        return "the method is not a token";
    }
    return target_fault(head.target, opaque_prefix);
}

std::string_view read_field(std::string_view line, Head& head) {
    if (line.front() == ' ' || line.front() == '\t') {
        return "a header line is folded";
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        return "a header line has no name";
    }
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) {
        value.remove_prefix(1);
    }
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) {
        value.remove_suffix(1);
    }
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t') || byte >= 0x7F) {
            return "a header value holds a control or non-ASCII byte";
        }
    }
    head.headers.emplace_back(line.substr(0, colon), value);
    return {};
}

/// The fields that frame the message or say whose it is, counted so that two of one kind are seen.
struct Framing {
    int lengths = 0;
    int encodings = 0;
    int hosts = 0;
    int credentials = 0;
    int keys = 0;
    std::string encoding;
    std::string length;
    std::string host;
    bool upgrade = false;
};

Framing collect_framing(Head& head) {
    Framing framing;
    for (const auto& [name, value] : head.headers) {
        if (same_name(name, "content-length")) {
            ++framing.lengths;
            framing.length = value;
        } else if (same_name(name, "transfer-encoding")) {
            ++framing.encodings;
            framing.encoding = value;
        } else if (same_name(name, "host")) {
            ++framing.hosts;
            framing.host = value;
        } else if (same_name(name, "authorization")) {
            ++framing.credentials;
        } else if (same_name(name, "idempotency-key")) {
            ++framing.keys;
        } else if (same_name(name, "upgrade")) {
            framing.upgrade = true;
        } else if (same_name(name, "connection")) {
            head.keep_alive = same_name(value, "close")
                                  ? false
                                  : same_name(value, "keep-alive") || head.keep_alive;
        } else if (same_name(name, "expect")) {
            head.expects_continue = same_name(value, "100-continue");
        }
    }
    return framing;
}

std::string_view framing_fault(const Framing& framing, Head& head,
                               const std::vector<std::string>& hosts) {
    if (framing.encodings > 1 || (framing.encodings == 1 && framing.encoding != "chunked")) {
        return "Transfer-Encoding must be chunked or absent";
    }
    head.chunked = framing.encodings == 1;
    if (head.chunked && (head.http_1_0 || framing.lengths > 0)) {
        return "Transfer-Encoding with Content-Length or HTTP/1.0";
    }
    if (framing.lengths > 1) {
        return "more than one Content-Length";
    }
    if (framing.lengths == 1) {
        head.content_length = digits(framing.length);
        if (!head.content_length) {
            return "Content-Length is not a number";
        }
    }
    if (framing.hosts != 1) {
        return "exactly one Host is needed";
    }
    const std::string host = to_lower(framing.host.substr(0, framing.host.rfind(':')));
    if (!hosts.empty() && std::find(hosts.begin(), hosts.end(), host) == hosts.end()) {
        return "this Host is not served here";
    }
    if (framing.credentials > 1 || framing.keys > 1) {
        return "more than one Authorization or Idempotency-Key";
    }
    if (framing.upgrade) {
        return "Upgrade is not offered";
    }
    const bool bodiless = head.method == "GET" || head.method == "HEAD";
    if (bodiless && (head.chunked || head.content_length.value_or(0) > 0)) {
        return "GET and HEAD carry no body";
    }
    return {};
}

} // namespace

GateAnswer pass_gate(std::string_view bytes, const GateLimits& limits,
                     const std::vector<std::string>& hosts) {
    if (bytes.size() > limits.header_bytes_max) {
        return refuse("the header is too large", 431);
    }
    Head head;
    bool first = true;
    while (true) {
        const std::size_t end = bytes.find('\n');
        if (end == std::string_view::npos || end == 0 || bytes[end - 1] != '\r') {
            return refuse("lines must end with CR LF");
        }
        const std::string_view line = bytes.substr(0, end - 1);
        bytes.remove_prefix(end + 1);
        if (line.empty()) {
            break;
        }
        if (line.find('\r') != std::string_view::npos) {
            return refuse("a bare CR");
        }
        const std::string_view fault =
            first ? read_request_line(line, head, limits.opaque_prefix) : read_field(line, head);
        if (!fault.empty()) {
            return refuse(fault);
        }
        if (head.target.size() > limits.target_bytes_max) {
            return refuse("the target is too long");
        }
        if (head.headers.size() > limits.fields_max) {
            return refuse("too many header fields", 431);
        }
        first = false;
    }
    if (first) {
        return refuse("the request line is missing");
    }
    const Framing framing = collect_framing(head);
    const std::string_view fault = framing_fault(framing, head, hosts);
    if (!fault.empty()) {
        return refuse(fault);
    }
    return {std::move(head), 200, {}};
}

} // namespace songda::http
