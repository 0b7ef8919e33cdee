#pragma once

#include <memory>

#include "signer/seal_cupboard.hpp"
#include "signer/signer.hpp"

namespace songda::signer {

/// A signer over the seals of a cupboard. Production refuses sample keys, also where whoever holds
/// them does not. Faults: invalid_input.
[[nodiscard]] Result<std::unique_ptr<Signer>> make_signer(std::shared_ptr<SealCupboard> cupboard,
                                                          bool production);

} // namespace songda::signer
