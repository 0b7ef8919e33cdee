#include "postal-adapter/areas.hpp"

#include <fmt/format.h>

#include "catalogue/codes.hpp"
#include "catalogue/sheet.hpp"

namespace songda::postal {
namespace {

constexpr std::size_t code_digits = 6;

/// Not an area: what the codes call counties that have no city above them.
bool names_no_area(std::string_view name) {
    return name == "市辖区" || name == "县" || name.ends_with("直辖县级行政区划");
}

const std::vector<PostalArea>&
find_under(const std::map<std::string, std::vector<PostalArea>>& areas, const std::string& code) {
    static const std::vector<PostalArea> none;
    const auto found = areas.find(code);
    return found == areas.end() ? none : found->second;
}

} // namespace

Result<PostalAreas> PostalAreas::read(std::string_view csv) {
    const auto sheet = catalogue::read_csv(csv);
    if (!sheet.ok()) {
        return sheet.error();
    }
    PostalAreas areas;
    for (std::size_t at = 1; at < sheet.value().rows.size(); ++at) {
        const catalogue::SheetRow& row = sheet.value().rows[at];
        if (row.cells.size() != 2 || row.cells[0].size() != code_digits ||
            !catalogue::is_digits(row.cells[0]) || row.cells[1].empty()) {
            return Error{Fault::invalid_input,
                         fmt::format("row {}: no code of six digits and name", row.number)};
        }
        PostalArea area{row.cells[0], row.cells[1]};
        const std::string province = area.code.substr(0, 2) + "0000";
        const std::string city = area.code.substr(0, 4) + "00";
        if (area.code == province) {
            areas.provinces_.push_back(std::move(area));
        } else if (area.code != city) {
            const std::vector<PostalArea>& cities = find_under(areas.cities_, province);
            const bool has_city = !cities.empty() && cities.back().code == city;
            areas.counties_[has_city ? city : province].push_back(std::move(area));
        } else if (!names_no_area(area.name)) {
            areas.cities_[province].push_back(std::move(area));
        }
    }
    return areas;
}

const std::vector<PostalArea>& PostalAreas::cities(const PostalArea& province) const {
    return find_under(cities_, province.code);
}

const std::vector<PostalArea>& PostalAreas::counties(const PostalArea& upper) const {
    return find_under(counties_, upper.code);
}

} // namespace songda::postal
