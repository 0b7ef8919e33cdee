#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/store.hpp"

namespace songda::app {

/// Compares every sealed batch of evidence with the records and the batch before it: is its
/// statement what would be sealed over them, and its seal over that? What is wrong, a line a batch,
/// at most so many that a person reads them. Faults: those of the store.
[[nodiscard]] Result<std::vector<std::string>> check_batches(store::Store& store);

} // namespace songda::app
