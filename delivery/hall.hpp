#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

/// What a hall's screen 大厅公告屏 shows (S74): who may come and collect, as a stranger may read
/// it.
namespace songda::delivery {

/// One document that waits to be collected in person.
struct ReadyInHall {
    std::string name;   ///< of the holder, masked; nothing else of a person
    std::string number; ///< the last digits of the document's number, four at most
    bool at_counter = false;
    bool at_kiosk = false;
};

/// As people who wait compare it with their message: `JY13201990000019` → `0019`,
/// `示审〔2026〕12号` → `12`; without a digit: empty.
[[nodiscard]] std::string short_number(std::string_view number);

inline constexpr std::size_t hall_rows_max = 200;

/// Documents of these departments that can be collected at a counter or a kiosk now, newest first,
/// each once, at most hall_rows_max. Not those that do not hold, or wait for their level. Faults:
/// those of the store.
[[nodiscard]] Result<std::vector<ReadyInHall>>
ready_in_hall(store::Store& store, const std::vector<DepartmentCode>& departments, TimeMs now);

} // namespace songda::delivery
