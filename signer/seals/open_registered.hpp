#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "signer/seal_cupboard.hpp"
#include "signer/seals/use_line.hpp"

namespace songda::signer {

struct RegisteredPlace {
    std::string folder; ///< with register and book; there already
    /// Hears of each use that has come to its end. May be empty.
    std::function<void(SealPurpose, UseOutcome)> counted = nullptr;
};

/// Puts the register of seals and the book of uses of that folder around the cupboard with the keys
/// (registered_cupboard.hpp). Everything that it needs of the folder is open when it returns, but
/// for new segments of the book, which are files that were not there. Logs when the book cannot be
/// written, and when it can be again. The clock outlives it. Faults as
/// open_register_watch and SealBook::open.
[[nodiscard]] Result<std::unique_ptr<SealCupboard>>
open_registered(std::unique_ptr<SealCupboard> inner, RegisteredPlace place, const Clock& clock);

} // namespace songda::signer
