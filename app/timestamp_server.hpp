#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/timestamping.hpp"
#include "base/metrics.hpp"
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

/// One of the configuration's; the fault names it.
[[nodiscard]] Result<std::unique_ptr<signer::TimestampServer>>
open_timestamp_server(const TimestampClientConfig& config, const Clock& clock);

/// The authority of this very service, without a connection, checked by the verifier like any
/// other. Safe to call from several threads.
class BuiltInTimestampServer final : public signer::TimestampServer {
public:
    /// All of them outlive it.
    BuiltInTimestampServer(Timestamping& authority, const verifier::TrustStore& trust,
                           const Clock& clock)
        : authority_(authority), trust_(trust), clock_(clock) {}

    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] const std::string& policy() const override { return policy_; }
    [[nodiscard]] Result<Bytes> ask(ByteView request) override;
    [[nodiscard]] Result<TimestampProof> check(ByteView request, ByteView reply) const override;

private:
    const std::string name_{built_in_authority};
    const std::string policy_; ///< any: it has one
    Timestamping& authority_;
    const verifier::TrustStore& trust_;
    const Clock& clock_;
};

/// Another, counted: how often it was asked, and how often that gave nothing. Safe to call from
/// several threads.
class MeteredTimestampServer final : public signer::TimestampServer {
public:
    /// The registry outlives it.
    MeteredTimestampServer(std::unique_ptr<signer::TimestampServer> asked,
                           metrics::Registry& metrics);

    [[nodiscard]] const std::string& name() const override { return asked_->name(); }
    [[nodiscard]] const std::string& policy() const override { return asked_->policy(); }
    [[nodiscard]] Result<Bytes> ask(ByteView request) override;
    [[nodiscard]] Result<TimestampProof> check(ByteView request, ByteView reply) const override;

private:
    const std::unique_ptr<signer::TimestampServer> asked_;
    const metrics::Counter requests_;
    const metrics::Counter failures_;
};

/// The authorities that a configuration names.
struct NamedServers {
    const TimestampConfig& config;
    Timestamping* built_in; ///< null: no authority here
    const verifier::TrustStore& trust;
    const Clock& clock;
    metrics::Registry& metrics;
};
/// By one of the names that `augmentation.authorities` and `evidence.authorities` hold, which
/// read_config has looked at; counted. What it is opened with outlives it.
[[nodiscard]] Result<std::unique_ptr<signer::TimestampServer>>
open_named_server(const std::string& name, const NamedServers& servers);

/// Scheme, host, port and path of an authority's URL.
struct TimestampUrl {
    http::ClientOptions connection;
    std::string target;
};
/// Fault invalid_input: not `http://HOST[:PORT][/PATH]` or the same with https; no user, no
/// fragment.
[[nodiscard]] Result<TimestampUrl> parse_timestamp_url(std::string_view url);

} // namespace songda::app
