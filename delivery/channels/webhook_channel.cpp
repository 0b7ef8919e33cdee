#include "delivery/channels/webhook_channel.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/json.hpp"
#include "delivery/channels/curl_pool.hpp"
#include "delivery/channels/header_text.hpp"
#include "delivery/channels/ssrf_guard.hpp"
#include "delivery/channels/webhook_answer.hpp"
#include "delivery/channels/webhook_signature.hpp"

namespace songda::delivery {

struct WebhookChannel::Inside {
    WebhookOptions options;
    WebhookSigner signer;
    bool encrypted = true; ///< the URL is https
    CurlPool pool;
};

namespace {

constexpr std::size_t answer_bytes_max = 20'000;

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

/// Stops after `answer_bytes_max`: the status is all that matters.
std::size_t count_answer(char* /*bytes*/, std::size_t size, std::size_t count, void* user) {
    auto& total = *static_cast<std::size_t*>(user);
    total += size * count;
    return total > answer_bytes_max ? 0 : size * count;
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

/// The URL's scheme; empty when it is not one that a webhook may have.
std::string accepted_scheme(const WebhookOptions& options) {
    const CurlUrl url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, options.url.c_str(), CURLU_DISALLOW_USER) !=
                    CURLUE_OK) {
        return {};
    }
    const std::string scheme = url_part(url.get(), CURLUPART_SCHEME).text;
    const bool known = scheme == "https" || (scheme == "http" && options.allow_private_addresses);
    return known && !url_part(url.get(), CURLUPART_FRAGMENT).present ? scheme : std::string();
}

bool add_headers(CurlList& headers, const WebhookStamp& stamp, const std::string& signature) {
    return append(headers, "Content-Type: application/json") &&
           append(headers, "User-Agent: Songda") &&
           append(headers, "Expect:") && // no waiting for 100 Continue
           append(headers, "webhook-id: " + std::string(stamp.id)) &&
           append(headers, "webhook-timestamp: " + std::to_string(stamp.timestamp_seconds)) &&
           append(headers, "webhook-signature: " + signature);
}

void set_way(CURL* curl, const WebhookOptions& options, bool encrypted, Guard& guard) {
    curl_easy_setopt(curl, CURLOPT_URL, options.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, encrypted ? "https" : "http");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &guard);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_ms));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options.attempt_ms));
}

std::int64_t retry_after_of(CURL* curl, TimeMs now) {
    curl_header* header = nullptr;
    if (curl_easy_header(curl, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return 0;
    }
    return parse_retry_after(header->value, now).value_or(0);
}

Outcome failed_here(std::string trace) {
    return {Outcome::Kind::temporary, Reason::network, std::move(trace), 0};
}

void put_document(JsonObject& data, std::string& out, const Dispatch& dispatch) {
    const store::DocumentRow& document = dispatch.document;
    data.text("document", to_text(document.id));
    data.text("key", to_text(document.key));
    data.text("number", clean_line(document.number));
    data.text("title", clean_line(document.title));
    data.begin("issuer");
    JsonObject issuer(out);
    issuer.text("code", clean_line(document.department.text));
    issuer.text("name", clean_line(document.department_name));
    issuer.end();
    data.text("portal_account", clean_line(dispatch.leg.address.reveal()));
}

/// What happened, and to whom it is told. No link and no code: it serves nothing.
void put_notice(JsonObject& data, std::string& out, const Dispatch& dispatch,
                const Notice& notice) {
    const store::StatusChange& change = notice.change;
    const bool supervisor = dispatch.leg.purpose == store::LegPurpose::supervision;
    data.text("audience", supervisor ? "supervisor" : "recipient");
    data.text("verify", clean_line(notice.verify));
    data.begin("status");
    JsonObject status(out);
    status.raw("sequence", std::to_string(notice.sequence));
    status.text("status", store::status_name(change.status));
    status.text("status_zh", store::status_name_zh(change.status));
    status.text("code", store::status_code(change.status));
    status.text_if("operation", store::operation_code(change.operation));
    status.text_if("operation_zh", store::operation_name_zh(change.operation));
    status.text("at", to_rfc3339(change.at));
    status.text_if("reason", notice.sequence > 1 ? clean_line(change.reason) : "");
    status.text_if("basis", clean_line(change.basis));
    status.text_if("description", clean_line(change.description));
    status.end();
    data.raw("present", notice.present ? "true" : "false");
    data.text_if("now", notice.present ? "" : store::status_name(notice.now));
}

} // namespace

std::string webhook_body(const Dispatch& dispatch) {
    const Notice* const notice = dispatch.notice;
    std::string out;
    JsonObject event(out);
    event.text("type", notice == nullptr ? "document.issued" : "document.status_changed");
    event.text("timestamp",
               to_rfc3339(notice == nullptr ? dispatch.document.issued_at : notice->change.at));
    event.begin("data");
    JsonObject data(out);
    put_document(data, out, dispatch);
    if (notice == nullptr) {
        data.text("link", clean_line(dispatch.collection.link));
        data.text("code", dispatch.collection.code.reveal());
    } else {
        put_notice(data, out, dispatch, *notice);
    }
    data.end();
    event.end();
    return out;
}

WebhookChannel::WebhookChannel(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
WebhookChannel::~WebhookChannel() = default;

Result<std::unique_ptr<WebhookChannel>> WebhookChannel::make(WebhookOptions options) {
    const std::string scheme = accepted_scheme(options);
    if (scheme.empty()) {
        return Error{Fault::invalid_input, "webhook: url"};
    }
    if (options.connect_ms <= 0 || options.attempt_ms < options.connect_ms ||
        options.attempt_ms > 120'000) {
        return Error{Fault::invalid_input, "webhook: connect_ms and attempt_ms"};
    }
    auto signer = WebhookSigner::make(options.ed25519_key_file, options.secrets);
    if (!signer.ok()) {
        return signer.error();
    }
    auto inside = std::make_unique<Inside>();
    inside->options = std::move(options);
    inside->signer = std::move(signer).value();
    inside->encrypted = scheme == "https";
    return std::unique_ptr<WebhookChannel>(new WebhookChannel(std::move(inside)));
}

ChannelTraits WebhookChannel::traits() const {
    return {true, false, inside_->options.attempt_ms};
}

Outcome WebhookChannel::send(const Dispatch& dispatch) {
    const WebhookOptions& options = inside_->options;
    const std::string id = to_text(dispatch.leg.id);
    const WebhookStamp stamp{id, dispatch.now.value / 1000};
    const std::string body = webhook_body(dispatch);
    const auto signature = inside_->signer.sign(stamp, body);
    if (!signature.ok()) {
        return failed_here("not signed");
    }
    const CurlPool::Loan loan = inside_->pool.lend(options.ca_file);
    CURL* const curl = loan.get();
    CurlList headers;
    if (curl == nullptr || !add_headers(headers, stamp, signature.value())) {
        return failed_here("no memory");
    }
    Guard guard{options.allow_private_addresses, !inside_->encrypted, false};
    std::size_t answer_bytes = 0;
    set_way(curl, options, inside_->encrypted, guard);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &count_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer_bytes);
    WebhookAnswer answer;
    answer.curl_code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    answer.address_denied = guard.denied;
    answer.retry_after_ms = retry_after_of(curl, dispatch.now);
    return classify_webhook(answer);
}

} // namespace songda::delivery
