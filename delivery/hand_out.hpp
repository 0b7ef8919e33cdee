#pragma once

#include <string>

#include "base/random.hpp"
#include "delivery/applicant_keys.hpp"
#include "delivery/channel_kind.hpp"
#include "delivery/collector.hpp"
#include "store/store.hpp"

/// Handing a document out in person (直接送达) at a counter: identity first, then the leg is
/// collected, and by that the document is served.
namespace songda::delivery {

struct HandOut {
    const store::DocumentRow& document;
    const Collector& collector; ///< without faults (check_collector)
    std::string actor;          ///< the clerk
};

struct HandedOut {
    enum class Kind {
        collected, ///< now, and on disk
        repeated,  ///< the same request again; `at` is of the first
        already,   ///< somebody collected it before, at `at`
        stranger,  ///< the identity is not the addressee's; that it was tried is in the audit
        not_valid, ///< the document does not hold now
        level_awaited,
        at_kiosk, ///< a kiosk prints it at this moment
        no_copy,  ///< the paper copy does not exist, or is revoked
        nobody,   ///< the document was sent to nobody: there is no addressee to compare with
    };
    Kind kind = Kind::collected;
    TimeMs at;
    std::string detail; ///< of `collected`, `repeated` and `already`: collector_detail
};

/// What the parts of it outlive. Used by one thread.
struct HandOutParts {
    store::Store& store;
    const ApplicantKeys& keys;
    Random& random;
    TimeMs now;
};

/// Ends the document's leg at the counter with `collect`: one that waits there, waits to get there,
/// or is made now, since coming in person is always possible (S13). Faults: unavailable (its leg
/// moves at this moment: again), those of the store.
[[nodiscard]] Result<HandedOut> hand_out(const HandOutParts& parts, const HandOut& request);

} // namespace songda::delivery
