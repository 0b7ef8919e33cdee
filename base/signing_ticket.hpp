#pragma once

#include <utility>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "base/ids.hpp"

namespace songda {

namespace store {
class TicketMint;
}

/// Leave to sign one digest, given once. Only the store mints it, and only after the intent to make
/// this signature is on disk, so that no signature can exist without a record of the intent
/// (design §7.1; the order is that of docs/ARCHITECTURE.md). Move-only: `spend` empties it.
class SigningTicket {
public:
    SigningTicket(SigningTicket&& other) noexcept
        : live_(std::exchange(other.live_, false)), id_(other.id_), digest_(other.digest_) {}
    SigningTicket& operator=(SigningTicket&& other) noexcept {
        live_ = std::exchange(other.live_, false);
        id_ = other.id_;
        digest_ = other.digest_;
        return *this;
    }
    SigningTicket(const SigningTicket&) = delete;
    SigningTicket& operator=(const SigningTicket&) = delete;
    ~SigningTicket() = default;

    [[nodiscard]] const DocumentId& document() const { return id_; }
    /// Only the digest that the intent on disk names can be signed.
    [[nodiscard]] const Digest& digest() const { return digest_; }

    /// Uses the ticket up. A second spending, or one of a moved-from ticket, aborts.
    [[nodiscard]] Digest spend() {
        SONGDA_CHECK(live_);
        live_ = false;
        return digest_;
    }

private:
    friend class store::TicketMint;
    SigningTicket(DocumentId id, Digest digest) : live_(true), id_(id), digest_(digest) {}

    bool live_ = false;
    DocumentId id_;
    Digest digest_{};
};

} // namespace songda
