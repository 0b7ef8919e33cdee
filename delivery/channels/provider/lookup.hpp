#pragma once

#include <string>
#include <string_view>

#include "delivery/channels/guarded_http.hpp"
#include "delivery/channels/provider/spec.hpp"

/// What a provider says of a message whose answer was lost (docs/formats/provider.md). Pure; reads
/// outside bytes.
namespace songda::delivery::provider {

/// Which message is looked for.
struct Sought {
    std::string_view leg; ///< 32 hexadecimal digits
    std::string_view ref; ///< the provider's own id; empty: none is known
    std::string_view to;  ///< cut out of the trace
    /// What is not in a whole list never came there: the provider's time for that is over.
    bool complete = false;
};

struct LookupAnswer {
    Found found;
    bool unknown_code = false; ///< the file does not say what its code means
};

/// Of several elements that are ours the one that says most: reached, taken, failed. Absent only
/// from an answer that says it of ours, or from a whole list without ours, where `complete`; unsure
/// from anything else: another shape, a cut or overlong body, a refusal, a part of the
/// list, elements that name no message.
[[nodiscard]] LookupAnswer read_lookup(const Spec& spec, const HttpReply& reply,
                                       const Sought& sought);

} // namespace songda::delivery::provider
