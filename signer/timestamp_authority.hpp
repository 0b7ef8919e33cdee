#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/certificate.hpp"
#include "base/random.hpp"
#include "signer/cms.hpp"
#include "signer/marked_time.hpp"
#include "signer/signing_key.hpp"
#include "signer/timestamp_request.hpp"

namespace songda::signer {

/// What one authority stamps by, besides its key.
struct TimestampAuthorityRules {
    std::string certificate; ///< PEM: the authority's certificate first, then its issuers
    std::string policy;      ///< dotted numbers: what its tokens are issued under
    std::int64_t accuracy_ms = 1000;
};

/// The built-in time-stamp authority (RFC 3161): the stamping key and the answers made with it.
/// Safe to call from several threads.
class TimestampAuthority {
public:
    /// `time`, `random` outlive it. Faults: not_found (file), invalid_input (key and certificate
    /// differ, extended use not timeStamping alone and critical, no policy, sample key in
    /// production), forbidden (certificate not valid now).
    [[nodiscard]] static Result<std::unique_ptr<TimestampAuthority>>
    open(const TimestampAuthorityRules& rules, std::unique_ptr<const SigningKey> key,
         bool production, TimeMs now, MarkedTime& time, Random& random);

    /// What goes back to the asker, and why it is no token if it is none.
    struct Answer {
        Bytes response; ///< DER TimeStampResp
        std::optional<PkiFailure> refused;
    };
    /// Any bytes may come in; there is always an answer.
    [[nodiscard]] Answer answer(ByteView request);

    [[nodiscard]] bool is_sample() const { return sample_; }
    /// When its certificate ends.
    [[nodiscard]] TimeMs not_after() const { return validity_.not_after; }

private:
    TimestampAuthority(std::unique_ptr<const SigningKey> key, CmsBuilder cms, MarkedTime& time,
                       Random& random)
        : key_(std::move(key)), cms_(std::move(cms)), time_(time), random_(random) {}
    /// The token, or why there is none.
    [[nodiscard]] std::variant<Bytes, TimestampRefusal> stamp(const TimestampRequest& request);

    std::unique_ptr<const SigningKey> key_;
    CmsBuilder cms_;
    MarkedTime& time_;
    Random& random_;
    Bytes policy_;   ///< OBJECT IDENTIFIER, whole
    Bytes accuracy_; ///< Accuracy, whole
    Validity validity_;
    bool sample_ = false;
};

/// The DER of dotted numbers; empty if they are none.
[[nodiscard]] Bytes policy_der(const std::string& dotted);

} // namespace songda::signer
