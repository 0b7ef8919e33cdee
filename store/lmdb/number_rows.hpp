#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "store/lmdb/environment.hpp"
#include "store/rows.hpp"

/// Number sequences as rows. Used where numbers are written with intents and where they are moved.
namespace songda::store {

struct CounterRow {
    std::uint64_t last = 0;   ///< highest number given or passed over
    std::uint64_t passed = 0; ///< no number up to here is written any more
};

/// A sequence without a row begins after the floor and, if it is of all years, after those of
/// single years.
[[nodiscard]] CounterRow find_counter(Transaction& rows, const DepartmentCode& department,
                                      std::string_view sequence);
/// Time of the backup that the store was restored from; nothing once the numbers were decided.
[[nodiscard]] std::optional<TimeMs> find_hold(Transaction& rows);
/// In the transaction that makes a copy of the store: it is one. The first of two backups stays.
void put_hold(Transaction& rows, TimeMs at);
/// Faults `held` and `unavailable` as Store::put_intents says.
[[nodiscard]] Result<void> check_numbers(Transaction& rows, std::span<const Intent> intents);
void raise_counter(Transaction& rows, const Intent& intent);

} // namespace songda::store
