#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "delivery/applicant_keys.hpp"
#include "delivery/channel.hpp"
#include "store/store.hpp"

namespace songda::delivery {

/// One channel that the recipient chose, with the address on it.
struct Choice {
    ChannelKind channel;
    Private<std::string> address; ///< mailbox, portal account, telephone number; empty at a counter
};

struct PlanRequest {
    const store::DocumentRow& document;
    std::vector<Choice> choices; ///< 送达, all at once, in the recipient's order
    std::string_view recipient_code; ///< 统一社会信用代码 or ID number; only its keyed hash is kept
    /// 送达, one after another: each when all before it failed, or after `fallback_ms` more.
    std::vector<Choice> fallback = {};
    std::vector<Choice> notices = {}; ///< 告知: there is something for you
};

/// A leg of the document, department, channel, address and inbox of `like`: a dispatch of its own
/// with a new id and link, queued and due at once. Also for an operator who sends again.
[[nodiscard]] store::LegWrite make_leg(const store::LegRow& like, TimeMs now, Random& random);

/// A leg that tells its recipient that the document is there, as was chosen with its service.
[[nodiscard]] bool is_chosen_notice(const store::LegRow& leg);

/// Somebody opened or took the document, whichever way it came.
[[nodiscard]] bool was_opened(const std::vector<store::LegRow>& legs);

/// Nobody is there for good: another message would only fail again.
[[nodiscard]] bool is_dead_end(const store::LegRow& leg);

/// Is there one of the document's chosen notices to an address that somebody may be at?
[[nodiscard]] bool has_living_notice(const std::vector<store::LegRow>& legs);

/// Legs that tell the recipient, by each way chosen for notices, that `waiting` may be collected:
/// the newest of the document's chosen notices once more. Their ids follow from `waiting` and the
/// moment, since they are made inside a transaction (store::FollowLeg).
[[nodiscard]] std::vector<store::LegWrite>
tell_waiting(const store::LegRow& waiting, const std::vector<store::LegRow>& legs, TimeMs now);

/// Makes the legs of a document, to be stored in the transaction that issues it: each chosen
/// channel gets one, in the recipient's inbox, and the browsers that the recipient subscribed there
/// another; HELD until the file has the level that its document
/// is served with, or until the ways before it came to nothing. Safe to call from several threads.
class Planner {
public:
    /// Has the recipient a browser that is to be told? Called once a document.
    using Subscribed = std::function<bool(const store::InboxId&)>;

    /// `keys` and `random` outlive it. `fallback_ms`: how long the ways before a fallback have;
    /// where it may be collected, the days for that besides.
    Planner(const ApplicantKeys& keys, Random& random, std::int64_t fallback_ms = 72 * 3'600'000,
            Subscribed subscribed = {})
        : keys_(keys), random_(random), fallback_ms_(fallback_ms),
          subscribed_(std::move(subscribed)) {}

    [[nodiscard]] std::vector<store::LegWrite> plan(const PlanRequest& request) const;

private:
    const ApplicantKeys& keys_;
    Random& random_;
    std::int64_t fallback_ms_;
    Subscribed subscribed_; ///< empty: nobody can subscribe
};

} // namespace songda::delivery
