#include "delivery/channels/guarded_http.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "delivery/channels/curl_pool.hpp"
#include "delivery/channels/ssrf_guard.hpp"
#include "delivery/channels/webhook_answer.hpp"

namespace songda::delivery {

struct GuardedHttp::Inside {
    HttpWay way;
    bool encrypted = true; ///< the URL is https
    CurlPool pool;
};

namespace {

struct Guard {
    bool allow_private = false;
    bool loopback_only = false; ///< for plain http
    bool denied = false;
};

/// Called for every address that a name stands for, right before the connection.
curl_socket_t open_socket(void* user, curlsocktype purpose, curl_sockaddr* address) {
    auto& guard = *static_cast<Guard*>(user);
    const std::size_t size = address->addrlen;
    const bool allowed = guard.loopback_only
                             ? is_loopback_address(&address->addr, size)
                             : guard.allow_private || is_public_address(&address->addr, size);
    if (purpose != CURLSOCKTYPE_IPCXN || !allowed) {
        guard.denied = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

struct Answer {
    std::string bytes;
    std::size_t bytes_max = 0;
};

/// Stops at the bound.
std::size_t keep_answer(char* bytes, std::size_t size, std::size_t count, void* user) {
    auto& answer = *static_cast<Answer*>(user);
    const std::size_t more = size * count;
    if (more > answer.bytes_max - answer.bytes.size()) {
        return 0;
    }
    answer.bytes.append(bytes, more);
    return more;
}

struct UrlPart {
    std::string text;
    bool present = false;
};

UrlPart url_part(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK || text == nullptr) {
        return {};
    }
    UrlPart out{text, true};
    curl_free(text);
    return out;
}

/// The URL's scheme; empty when it is not one that may be called.
std::string accepted_scheme(const HttpWay& way) {
    const CurlUrl url(curl_url());
    if (!url ||
        curl_url_set(url.get(), CURLUPART_URL, way.url.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) {
        return {};
    }
    const std::string scheme = url_part(url.get(), CURLUPART_SCHEME).text;
    const bool known = scheme == "https" || (scheme == "http" && way.allow_private_addresses);
    return known && !url_part(url.get(), CURLUPART_FRAGMENT).present ? scheme : std::string();
}

/// What libcurl would say of itself is taken away.
bool add_headers(CurlList& list, const HttpCall& call) {
    bool typed = false;
    for (const auto& [name, value] : call.headers) {
        typed = typed || curl_strequal(name.c_str(), "content-type") != 0;
        // With `;` libcurl sends a header that has no value.
        if (!append(list, value.empty() ? name + ';' : name + ": " + value)) {
            return false;
        }
    }
    return (typed || append(list, "Content-Type:")) && append(list, "User-Agent: Songda") &&
           append(list, "Expect:"); // no waiting for 100 Continue
}

void set_way(CURL* curl, const HttpWay& way, bool encrypted, Guard& guard) {
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, encrypted ? "https" : "http");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &guard);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(way.connect_ms));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(way.attempt_ms));
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, way.fresh_connection ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, way.fresh_connection ? 1L : 0L);
}

void set_call(CURL* curl, const HttpCall& call) {
    curl_easy_setopt(curl, CURLOPT_URL, call.url.c_str());
    if (call.method == "GET") {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
        return;
    }
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call.method.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
}

std::int64_t retry_after_of(CURL* curl, TimeMs now) {
    curl_header* header = nullptr;
    if (curl_easy_header(curl, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return 0;
    }
    return parse_retry_after(header->value, now).value_or(0);
}

HttpReply no_memory() {
    HttpReply reply;
    reply.curl_code = CURLE_OUT_OF_MEMORY;
    return reply;
}

} // namespace

GuardedHttp::GuardedHttp(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
GuardedHttp::GuardedHttp(GuardedHttp&&) noexcept = default;
GuardedHttp& GuardedHttp::operator=(GuardedHttp&&) noexcept = default;
GuardedHttp::~GuardedHttp() = default;

Result<GuardedHttp> GuardedHttp::make(HttpWay way) {
    const std::string scheme = accepted_scheme(way);
    if (scheme.empty()) {
        return Error{Fault::invalid_input, "url"};
    }
    if (way.connect_ms <= 0 || way.attempt_ms < way.connect_ms || way.attempt_ms > 120'000) {
        return Error{Fault::invalid_input, "connect_ms and attempt_ms"};
    }
    auto inside = std::make_unique<Inside>();
    inside->way = std::move(way);
    inside->encrypted = scheme == "https";
    return GuardedHttp(std::move(inside));
}

HttpReply GuardedHttp::call(const HttpCall& call, TimeMs now) {
    const HttpWay& way = inside_->way;
    const CurlPool::Loan loan = inside_->pool.lend(way.ca_file);
    CURL* const curl = loan.get();
    CurlList headers;
    if (curl == nullptr || !add_headers(headers, call)) {
        return no_memory();
    }
    Guard guard{way.allow_private_addresses, !inside_->encrypted, false};
    Answer answer{{}, way.answer_bytes_max};
    set_way(curl, way, inside_->encrypted, guard);
    set_call(curl, call);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &keep_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    HttpReply reply;
    reply.curl_code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    long request_bytes = 0;
    curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &request_bytes);
    curl_off_t sending_began = 0;
    curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &sending_began);
    reply.sent = request_bytes > 0 || sending_began > 0;
    reply.address_denied = guard.denied;
    reply.retry_after_ms = retry_after_of(curl, now);
    reply.body = std::move(answer.bytes);
    return reply;
}

} // namespace songda::delivery
