#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/certificate.hpp"
#include "base/random.hpp"
#include "signer/marked_time.hpp"
#include "signer/seal_cupboard.hpp"
#include "signer/timestamp_request.hpp"

namespace songda::signer {

/// What one authority stamps by, besides its key and certificate.
struct TimestampAuthorityRules {
    std::string policy; ///< dotted numbers: what its tokens are issued under
    std::int64_t accuracy_ms = 1000;
};

/// The built-in time-stamp authority (RFC 3161): answers made with the key in a cupboard. Safe to
/// call from several threads.
class TimestampAuthority {
public:
    /// `time`, `random` outlive it. Faults: not_found (the cupboard has no key for time-stamps),
    /// invalid_input (no policy).
    [[nodiscard]] static Result<std::unique_ptr<TimestampAuthority>>
    open(const TimestampAuthorityRules& rules, std::shared_ptr<SealCupboard> cupboard,
         MarkedTime& time, Random& random);

    /// What goes back to the asker, and why it is no token if it is none.
    struct Answer {
        Bytes response; ///< DER TimeStampResp
        std::optional<PkiFailure> refused;
    };
    /// Any bytes may come in; there is always an answer.
    [[nodiscard]] Answer answer(ByteView request);

    [[nodiscard]] bool is_sample() const { return form_.is_sample(); }
    /// When its certificate ends.
    [[nodiscard]] TimeMs not_after() const { return form_.validity().not_after; }

private:
    TimestampAuthority(std::shared_ptr<SealCupboard> cupboard, SealForm form, MarkedTime& time,
                       Random& random)
        : cupboard_(std::move(cupboard)), form_(std::move(form)), time_(time), random_(random) {}
    /// The token, or why there is none.
    [[nodiscard]] std::variant<Bytes, TimestampRefusal> stamp(const TimestampRequest& request);

    std::shared_ptr<SealCupboard> cupboard_;
    SealForm form_;
    MarkedTime& time_;
    Random& random_;
    Bytes policy_;   ///< OBJECT IDENTIFIER, whole
    Bytes accuracy_; ///< Accuracy, whole
};

/// The DER of dotted numbers; empty if they are none.
[[nodiscard]] Bytes policy_der(const std::string& dotted);

} // namespace songda::signer
