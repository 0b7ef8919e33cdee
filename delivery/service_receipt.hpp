#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/store.hpp"

namespace songda::delivery {

/// The decision by which the receipt of a served document 送达回证 is issued, over the ordinary
/// way: who was served, with what, when, by which rule, and how far the chain of evidence went
/// then.
struct ReceiptDecision {
    std::string json;
    std::string idempotency_key; ///< the same as long as the same event is the service
    /// What was issued on it before: its words would be others by now, since evidence grows. None,
    /// too, where that was so long ago that the key is forgotten.
    std::optional<store::DocumentRow> issued;
};

/// `record`: what the document's file carries (docs/formats/record.md), where its recipient stands.
/// Whoever took it is named only where that is on record: an agent as such, nobody for the post.
/// Faults: conflict (it is not served; `detail` says so), invalid_input (served by hand, and the
/// entry does not name exactly one way, or over a way by which nothing can be sent now), corrupt.
[[nodiscard]] Result<ReceiptDecision> decide_receipt(store::Store& store,
                                                     const store::DocumentRow& document,
                                                     std::string_view record, TimeMs now);

} // namespace songda::delivery
