#pragma once

#include "base/signing_ticket.hpp"

namespace songda::store {

/// The one place where leave to sign comes from. Only an engine includes this header, and only
/// calls it after the commit of the intent.
class TicketMint {
public:
    [[nodiscard]] static SigningTicket mint(const DocumentId& id, const Digest& digest) {
        return {id, digest};
    }
};

} // namespace songda::store
