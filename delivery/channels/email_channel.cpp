#include "delivery/channels/email_channel.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/check.hpp"
#include "delivery/channels/curl_pool.hpp"
#include "delivery/channels/letter.hpp"
#include "delivery/channels/mailbox.hpp"
#include "delivery/channels/mime.hpp"
#include "delivery/channels/notice_letter.hpp"
#include "delivery/channels/return_path.hpp"
#include "delivery/channels/smtp_reply.hpp"

namespace songda::delivery {

struct EmailChannel::Inside {
    EmailOptions options;
    std::string url;
    std::optional<DkimSigner> dkim; ///< nothing: mails go unsigned
    CurlPool pool;
};

namespace {

constexpr std::size_t return_secret_bytes_min = 16;
/// Servers close idle connections; an old one is not worth the risk of a failed attempt.
constexpr long connection_idle_seconds_max = 20;
/// After a timeout curl still says QUIT and would wait two minutes for the answer.
constexpr std::int64_t farewell_ms = 500;
/// curl looks at the deadline once a second while it waits for that answer.
constexpr std::int64_t overtime_ms = farewell_ms + 1'500;

/// One transaction, as curl's callbacks see it.
struct Transaction {
    std::string_view rest; ///< of the message
    SmtpTranscript transcript;
    std::chrono::steady_clock::time_point deadline;
};

std::size_t read_message(char* to, std::size_t size, std::size_t count, void* user) {
    auto& rest = static_cast<Transaction*>(user)->rest;
    const std::size_t bytes = std::min(size * count, rest.size());
    std::memcpy(to, rest.data(), bytes);
    rest.remove_prefix(bytes);
    return bytes;
}

std::size_t read_reply(char* line, std::size_t size, std::size_t count, void* user) {
    static_cast<Transaction*>(user)->transcript.received({line, size * count});
    return size * count;
}

std::size_t drop_body(char* /*bytes*/, std::size_t size, std::size_t count, void* /*user*/) {
    return size * count;
}

/// The only way to learn from curl which command a refusal answers.
int watch_commands(CURL* /*curl*/, curl_infotype type, char* line, std::size_t size, void* user) {
    if (type == CURLINFO_HEADER_OUT) {
        static_cast<Transaction*>(user)->transcript.sent({line, size});
    }
    return 0;
}

int stop_at_deadline(void* user, curl_off_t /*down*/, curl_off_t /*downloaded*/, curl_off_t /*up*/,
                     curl_off_t /*uploaded*/) {
    const auto deadline = static_cast<Transaction*>(user)->deadline;
    return std::chrono::steady_clock::now() > deadline ? 1 : 0;
}

void set_server(CURL* curl, const EmailOptions& options, const std::string& url) {
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_ms));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options.attempt_ms));
    curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, connection_idle_seconds_max);
    if (options.tls != SmtpTls::none) {
        curl_easy_setopt(curl, CURLOPT_USE_SSL, long{CURLUSESSL_ALL}); // never TRY: no falling back
    }
    if (!options.username.empty()) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, options.username.c_str());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, options.password.reveal().c_str());
    }
}

void set_message(CURL* curl, Transaction& transaction) {
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
                     static_cast<curl_off_t>(transaction.rest.size()));
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, &read_message);
    curl_easy_setopt(curl, CURLOPT_READDATA, &transaction);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &read_reply);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transaction);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &drop_body);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &stop_at_deadline);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transaction);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, &watch_commands);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &transaction);
}

std::string find_bad_option(const EmailOptions& options) {
    if (!is_host_name(options.server)) {
        return "server";
    }
    if (options.port == 0) {
        return "port";
    }
    if (!is_mailbox(options.from_address)) {
        return "from_address";
    }
    if (!is_domain(options.bounce_domain) || options.bounce_domain.size() > 180) {
        return "bounce_domain"; // with its local part a return path must stay under 254 octets
    }
    if (options.return_secret.reveal().size() < return_secret_bytes_min) {
        return "return_secret";
    }
    if (options.dkim_domain.empty() != options.dkim_keys.empty()) {
        return "dkim_domain and dkim_keys (both or none)";
    }
    const std::string_view from_domain = mailbox_domain(options.from_address);
    if (!options.dkim_domain.empty() && from_domain != options.dkim_domain &&
        !from_domain.ends_with('.' + options.dkim_domain)) {
        return "dkim_domain (must be the domain of from_address or above it)"; // RFC 7489 §3.1.1
    }
    if (options.username.empty() != options.password.reveal().empty() ||
        (!options.username.empty() && options.tls == SmtpTls::none)) {
        return "username and password (both or none, and only with TLS)";
    }
    if (!options.public_base.starts_with("https://") &&
        !options.public_base.starts_with("http://")) {
        return "public_base";
    }
    if (options.connect_ms <= 0 || options.attempt_ms < options.connect_ms ||
        options.attempt_ms > 600'000) {
        return "connect_ms and attempt_ms";
    }
    return {};
}

Mail mail_of(const Dispatch& dispatch, const EmailOptions& options) {
    Mail mail;
    mail.leg = dispatch.leg.id;
    mail.date = dispatch.leg.created;
    mail.from_address = options.from_address;
    mail.from_name = options.from_name;
    mail.to = dispatch.leg.address.reveal();
    return mail;
}

/// One text part: what only tells carries no file.
std::string notice_of(const Dispatch& dispatch, const EmailOptions& options) {
    const std::string subject = notice_subject(dispatch);
    const std::string body = notice_body(dispatch);
    Mail mail = mail_of(dispatch, options);
    mail.subject = subject;
    mail.body = body;
    return compose(mail);
}

std::string message_of(const Dispatch& dispatch, const EmailOptions& options) {
    if (dispatch.notice != nullptr) {
        return notice_of(dispatch, options);
    }
    const std::string subject = letter_subject(dispatch.document);
    const std::string body = letter_body(dispatch, {options.public_base, options.attach_file});
    const std::string file_name = letter_file_name(dispatch.document);
    Mail mail = mail_of(dispatch, options);
    mail.subject = subject;
    mail.body = body;
    if (options.attach_file) {
        SONGDA_CHECK(!dispatch.file.empty());
        mail.file_name = file_name;
        mail.file = dispatch.file;
    }
    return compose(mail);
}

} // namespace

EmailChannel::EmailChannel(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
EmailChannel::~EmailChannel() = default;

Result<std::unique_ptr<EmailChannel>> EmailChannel::make(EmailOptions options) {
    const std::string bad = find_bad_option(options);
    if (!bad.empty()) {
        return Error{Fault::invalid_input, "e-mail: " + bad};
    }
    auto inside = std::make_unique<Inside>();
    // The path is what curl says in EHLO.
    inside->url = fmt::format("{}://{}:{}/{}", options.tls == SmtpTls::tls ? "smtps" : "smtp",
                              options.server, options.port, mailbox_domain(options.from_address));
    if (!options.dkim_domain.empty()) {
        auto dkim = DkimSigner::make(options.dkim_domain, options.dkim_keys);
        if (!dkim.ok()) {
            return dkim.error();
        }
        inside->dkim = std::move(dkim).value();
    }
    inside->options = std::move(options);
    return std::unique_ptr<EmailChannel>(new EmailChannel(std::move(inside)));
}

ChannelTraits EmailChannel::traits() const {
    return {false, inside_->options.attach_file, inside_->options.attempt_ms + overtime_ms};
}

Outcome EmailChannel::send(const Dispatch& dispatch) {
    const EmailOptions& options = inside_->options;
    const std::string& to = dispatch.leg.address.reveal();
    if (!is_mailbox(to)) {
        return {Outcome::Kind::permanent, Reason::address_invalid, "not a mailbox", 0};
    }
    std::string message = message_of(dispatch, options);
    if (inside_->dkim) {
        // The leg's time, so that every attempt sends the same bytes.
        const auto signatures = inside_->dkim->sign(message, dispatch.leg.created);
        if (!signatures.ok()) {
            return {Outcome::Kind::configuration, Reason::config_cert, "not signed", 0};
        }
        message.insert(0, signatures.value());
    }
    const std::string from =
        return_path(dispatch.leg.id, options.return_secret.reveal(), options.bounce_domain);
    const CurlPool::Loan loan = inside_->pool.lend(options.ca_file);
    CurlList recipients;
    if (loan.get() == nullptr || !append(recipients, '<' + to + '>')) {
        return {Outcome::Kind::temporary, Reason::network, "no memory", 0};
    }
    Transaction transaction{message,
                            {},
                            std::chrono::steady_clock::now() +
                                std::chrono::milliseconds(options.attempt_ms + farewell_ms)};
    set_server(loan.get(), options, inside_->url);
    set_message(loan.get(), transaction);
    curl_easy_setopt(loan.get(), CURLOPT_MAIL_FROM, ('<' + from + '>').c_str());
    curl_easy_setopt(loan.get(), CURLOPT_MAIL_RCPT, recipients.get());
    const CURLcode code = curl_easy_perform(loan.get());
    Outcome outcome = classify_smtp(code, transaction.transcript);
    outcome.trace = smtp_trace(code, transaction.transcript, to);
    return outcome;
}

} // namespace songda::delivery
