#pragma once

#include <functional>
#include <memory>

#include "signer/seal_cupboard.hpp"
#include "signer/seals/seal_book.hpp"
#include "signer/seals/seal_rules.hpp"

namespace songda::signer {

struct RegisteredParts {
    std::unique_ptr<SealCupboard> inner; ///< with the keys
    std::unique_ptr<SealRules> rules;
    std::unique_ptr<SealBook> book;
    /// Hears of each use that has come to its end. May be empty.
    std::function<void(SealPurpose, UseOutcome)> counted = nullptr;
};

/// A cupboard whose seals are used by the rules of the register and never without a trace: rule →
/// row in the book → key → what became of it in the book → on the disk → answer. What the book
/// cannot take is not signed (unavailable, no_space); what the rules forbid is `forbidden` and in
/// the book too. A document's signature leaves when its rows are on the disk. The rows of QR codes
/// and time-stamps are in the file then, and on the disk within a second
/// (docs/decisions/book-of-uses.md). The rules have no say about time-stamps, which are of no
/// department. Safe to call from several threads. The clock outlives it.
[[nodiscard]] std::unique_ptr<SealCupboard> make_registered_cupboard(RegisteredParts parts,
                                                                     const Clock& clock);

} // namespace songda::signer
