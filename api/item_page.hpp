#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/areas.hpp"
#include "catalogue/items.hpp"
#include "store/rows.hpp"

/// Published lists of items as people and programs read them. Pure functions; every text is
/// escaped.
namespace songda::api {

struct PublishedList {
    catalogue::Area area;
    store::EditionRow edition;
    catalogue::ItemList list;
    std::set<std::string, std::less<>> guides; ///< codes that have a guide in force
};

/// The columns of 附件1 with the words that were looked for, for the place that guide.html keeps.
[[nodiscard]] std::string items_html(const PublishedList& published, std::string_view words);
[[nodiscard]] std::string items_json(const PublishedList& published);

/// An area with a list in force.
struct ListedArea {
    catalogue::Area area;
    store::EditionRow edition;
};
[[nodiscard]] std::string item_lists_html(const std::vector<ListedArea>& areas);
[[nodiscard]] std::string item_lists_json(const std::vector<ListedArea>& areas);

/// `{"upper_items":…,"covered":…,"missing":[…],"differing":[…],"local_only":[…]}`.
[[nodiscard]] std::string coverage_json(const catalogue::Coverage& coverage);

/// Members of an area: code, name, type, upper.
void put_area(std::string& to, const catalogue::Area& area);

} // namespace songda::api
