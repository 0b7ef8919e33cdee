#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/time.hpp"
#include "http/client.hpp"
#include "signer/timestamp_client.hpp"
#include "verifier/trust.hpp"

namespace songda::app {

/// A time-stamp authority over HTTP (RFC 3161 §3.4), checked by the verifier. A connection for each
/// question. Safe to call from several threads.
class HttpTimestampServer final : public signer::TimestampServer {
public:
    /// The clock outlives it. Faults name what of the configuration is wrong.
    [[nodiscard]] static Result<std::unique_ptr<HttpTimestampServer>>
    open(const TimestampClientConfig& config, const Clock& clock);

    [[nodiscard]] const std::string& name() const override { return config_.name; }
    [[nodiscard]] const std::string& policy() const override { return config_.policy; }
    [[nodiscard]] Result<Bytes> ask(ByteView request) override;
    [[nodiscard]] Result<TimestampProof> check(ByteView request, ByteView reply) const override;

private:
    HttpTimestampServer(const TimestampClientConfig& config, const Clock& clock)
        : config_(config), clock_(clock) {}

    const TimestampClientConfig config_;
    const Clock& clock_;
    http::ClientOptions connection_;
    std::string target_;
    std::string credential_; ///< value of Authorization; empty: none
    verifier::TrustStore trust_;
};

/// Scheme, host, port and path of an authority's URL.
struct TimestampUrl {
    http::ClientOptions connection;
    std::string target;
};
/// Fault invalid_input: not `http://HOST[:PORT][/PATH]` or the same with https; no user, no
/// fragment.
[[nodiscard]] Result<TimestampUrl> parse_timestamp_url(std::string_view url);

} // namespace songda::app
