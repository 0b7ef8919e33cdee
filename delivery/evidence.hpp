#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/private.hpp"
#include "ledger/evidence_record.hpp"
#include "store/evidence.hpp"

/// What the records of a delivery say (docs/formats/evidence.md).
namespace songda::delivery {

/// The keys under which records name addressees, addresses and what a person wrote: purposes of one
/// secret, which is kept as long as evidence may be asked for. A court's copy of any of them is
/// hashed again with it and compared. Immutable.
class EvidenceKeys {
public:
    explicit EvidenceKeys(const Digest& secret) : secret_(secret.begin(), secret.end()) {}

    /// Of the inbox, which itself follows from department and the addressee's code.
    [[nodiscard]] Digest addressee(const store::InboxId& inbox) const;
    [[nodiscard]] Digest address(std::string_view channel, std::string_view address) const;
    /// Of free text, which may say anything of anybody.
    [[nodiscard]] Digest words(std::string_view text) const;

private:
    Bytes secret_;
};

/// How a record's trail names them.
[[nodiscard]] std::string words_trail(const Digest& words);

/// What a record says. Pure.
[[nodiscard]] ledger::EvidenceRecord evidence_of(const store::Testified& what,
                                                 const EvidenceKeys& keys);

/// Writes records for a store.
[[nodiscard]] store::Testify make_testify(const EvidenceKeys& keys);

} // namespace songda::delivery
