#pragma once

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
    Private<std::string> address; ///< mailbox or portal account
};

struct PlanRequest {
    const store::DocumentRow& document;
    std::vector<Choice> choices; ///< in the recipient's order
    std::string_view recipient_code; ///< 统一社会信用代码 or ID number; only its keyed hash is kept
};

/// A leg of the document, department, channel, address and inbox of `like`: a dispatch of its own
/// with a new id and link, queued and due at once. Also for an operator who sends again.
[[nodiscard]] store::LegWrite make_leg(const store::LegRow& like, TimeMs now, Random& random);

/// Makes the legs of a document, to be stored in the transaction that issues it: each chosen
/// channel gets one, in the recipient's inbox; HELD until the file has the level that its document
/// is served with. Safe to call from several threads.
class Planner {
public:
    /// `keys` and `random` outlive it.
    Planner(const ApplicantKeys& keys, Random& random) : keys_(keys), random_(random) {}

    [[nodiscard]] std::vector<store::LegWrite> plan(const PlanRequest& request) const;

private:
    const ApplicantKeys& keys_;
    Random& random_;
};

} // namespace songda::delivery
