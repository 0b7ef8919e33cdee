#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/private.hpp"
#include "base/result.hpp"
#include "delivery/channel.hpp"
#include "delivery/channels/dkim.hpp"

namespace songda::delivery {

enum class SmtpTls {
    none,     ///< for a sink on loopback; refused together with a password
    starttls, ///< demanded: a server that does not offer it gets nothing
    tls,      ///< from the first byte (port 465)
};

struct EmailOptions {
    std::string server; ///< host name or IPv4 address
    std::uint16_t port = 587;
    SmtpTls tls = SmtpTls::starttls;
    std::string ca_file;  ///< PEM; empty: the system's authorities
    std::string username; ///< empty: no AUTH
    Private<std::string> password;
    std::string from_address;     ///< its domain also names the messages (Message-ID, EHLO)
    std::string from_name;        ///< any text
    std::string bounce_domain;    ///< of the return path
    Private<Bytes> return_secret; ///< 16 bytes or more; marks our return paths
    std::string public_base;      ///< `https://HOST`, of the verify address
    std::string dkim_domain;      ///< of `from_address` or above it; empty: not signed
    std::vector<DkimKeyFile> dkim_keys;
    bool attach_file = true;          ///< false: the mail only says where to collect
    std::int64_t connect_ms = 10'000; ///< covers EHLO, STARTTLS and AUTH too
    std::int64_t attempt_ms = 60'000;
};

/// Sends a leg's mail to an SMTP relay: one recipient per transaction, so that nobody's refusal
/// hides behind another's acceptance. `accepted` means that the relay has it, no more. Not
/// idempotent: an answer lost after the message was begun is `ambiguous`. Safe to call from several
/// threads; connections are kept and used again.
class EmailChannel final : public Channel {
public:
    /// Fault invalid_input names the option.
    [[nodiscard]] static Result<std::unique_ptr<EmailChannel>> make(EmailOptions options);
    ~EmailChannel() override;

    [[nodiscard]] ChannelTraits traits() const override;
    /// `dispatch.file` must be there when `traits().needs_file`.
    [[nodiscard]] Outcome send(const Dispatch& dispatch) override;

private:
    struct Inside;
    explicit EmailChannel(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

} // namespace songda::delivery
