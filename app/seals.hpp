#pragma once

#include <memory>

#include "app/config.hpp"
#include "base/metrics.hpp"
#include "base/time.hpp"
#include "signer/seal_cupboard.hpp"

namespace songda::app {

/// The seals of the configuration's departments and the key of its time-stamp authority: in this
/// process, or those of the signer process that it names, for which it waits ten seconds. Tells
/// operators when token or process goes away and comes back. The clock outlives it. Faults name
/// the file, or address and token, or the socket, and what to do.
[[nodiscard]] Result<std::shared_ptr<signer::SealCupboard>>
open_seal_cupboard(const Config& config, metrics::Registry& metrics, const Clock& clock);

} // namespace songda::app
