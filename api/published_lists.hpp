#pragma once

#include <optional>
#include <string>

#include "catalogue/areas.hpp"
#include "catalogue/items.hpp"
#include "store/store.hpp"

/// Lists of items and of powers as they were published (docs/formats/items.md).
namespace songda::api {

using ReadList = catalogue::ItemList (*)(const catalogue::Sheet&);

/// Fault corrupt: what was published does not read.
[[nodiscard]] Result<catalogue::ItemList> read_list(store::Store& store,
                                                    const store::EditionRow& edition,
                                                    ReadList read = catalogue::read_items);

struct LevelList {
    catalogue::Area area;
    catalogue::ItemList list;
};

/// The first list in force on the day from the area `level` upwards to the province. Fault
/// not_found: no such area on the day.
[[nodiscard]] Result<std::optional<LevelList>>
find_level_list(store::Store& store, store::EditionKind kind, ReadList read,
                const catalogue::Areas& areas, std::string level, Date day);

} // namespace songda::api
