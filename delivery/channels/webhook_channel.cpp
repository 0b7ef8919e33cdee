#include "delivery/channels/webhook_channel.hpp"

#include "base/json.hpp"
#include "delivery/channels/guarded_http.hpp"
#include "delivery/channels/header_text.hpp"
#include "delivery/channels/webhook_answer.hpp"
#include "delivery/channels/webhook_signature.hpp"

namespace songda::delivery {

struct WebhookChannel::Inside {
    WebhookOptions options;
    WebhookSigner signer;
    GuardedHttp http;
};

namespace {

HttpCall call_of(const WebhookOptions& options, const WebhookStamp& stamp,
                 const std::string& signature, std::string body) {
    return {"POST",
            options.url,
            {{"Content-Type", "application/json"},
             {"webhook-id", std::string(stamp.id)},
             {"webhook-timestamp", std::to_string(stamp.timestamp_seconds)},
             {"webhook-signature", signature}},
            std::move(body)};
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
    auto http = GuardedHttp::make({.url = options.url,
                                   .ca_file = options.ca_file,
                                   .allow_private_addresses = options.allow_private_addresses,
                                   .connect_ms = options.connect_ms,
                                   .attempt_ms = options.attempt_ms});
    if (!http.ok()) {
        return Error{http.error().fault, "webhook: " + http.error().detail};
    }
    auto signer = WebhookSigner::make(options.ed25519_key_file, options.secrets);
    if (!signer.ok()) {
        return signer.error();
    }
    auto inside = std::make_unique<Inside>(
        Inside{std::move(options), std::move(signer).value(), std::move(http).value()});
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
    return classify_webhook(
        inside_->http.call(call_of(options, stamp, signature.value(), body), dispatch.now));
}

} // namespace songda::delivery
