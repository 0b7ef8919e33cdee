#pragma once

#include <string>

#include "base/time.hpp"
#include "signer/seals/register_fold.hpp"

/// What people and programs read of a seal.
namespace songda::app {

/// `启用 active`, and what waits for a second operator.
[[nodiscard]] std::string seal_standing(const signer::Seal& seal);
/// Days until its last one is over, today included; 0: it is over.
[[nodiscard]] std::int64_t days_left(const signer::Seal& seal, TimeMs now);

/// All about one seal, on standard output.
void tell_seal(const signer::Seal& seal, TimeMs now);
/// `下一步 next: …`; nothing where nothing needs to be done.
void tell_next_step(const signer::Seal& seal);

/// One JSON object (docs/formats/seals.md).
[[nodiscard]] std::string seal_json(const signer::Seal& seal, TimeMs now);

} // namespace songda::app
