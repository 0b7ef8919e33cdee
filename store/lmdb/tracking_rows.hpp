#pragma once

#include "store/lmdb/committer.hpp"
#include "store/lmdb/open_lmdb.hpp"

/// What is tracked of legs, inside a transaction; tracking.cpp.
namespace songda::store {

/// What was tracked of a leg while a courier had it, now that it has moved from `before`.
[[nodiscard]] Result<void> settle_waiting_tracked(Batch& batch, const LmdbOptions& options,
                                                  const LegRow& before, const LegUpdate& update);

} // namespace songda::store
