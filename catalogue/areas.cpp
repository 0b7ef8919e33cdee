#include "catalogue/areas.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace songda::catalogue {
namespace {

struct TypeName {
    AreaType type;
    std::string_view name;
    std::string_view zh;
};

constexpr std::array type_names = {
    TypeName{AreaType::province, "province", "省"},
    TypeName{AreaType::provincial_department, "provincial_department", "省级部门"},
    TypeName{AreaType::city, "city", "设区市"},
    TypeName{AreaType::county, "county", "县市区"},
    TypeName{AreaType::national_zone, "national_zone", "国家级开发区"},
    TypeName{AreaType::provincial_zone, "provincial_zone", "省级开发区"},
};

bool holds_on(const Area& area, Date day) {
    return area.from <= day && (!area.until || day <= *area.until);
}

} // namespace

std::string_view area_type_name(AreaType type) {
    return type_names.at(static_cast<std::size_t>(type)).name;
}

std::string_view area_type_zh(AreaType type) {
    return type_names.at(static_cast<std::size_t>(type)).zh;
}

std::optional<AreaType> find_area_type(std::string_view name) {
    const auto* const found = std::find_if(type_names.begin(), type_names.end(),
                                           [name](const TypeName& t) { return t.name == name; });
    return found == type_names.end() ? std::nullopt : std::optional(found->type);
}

Result<Areas> Areas::make(std::vector<Area> rows) {
    Areas made;
    made.rows_ = std::move(rows);
    std::sort(made.rows_.begin(), made.rows_.end(), [](const Area& a, const Area& b) {
        return std::tie(a.code, a.from) < std::tie(b.code, b.from);
    });
    const Area* before = nullptr;
    for (const Area& area : made.rows_) {
        if (area.until && *area.until < area.from) {
            return Error{Fault::invalid_input, "area " + area.code + ": ends before it begins"};
        }
        if (before != nullptr && before->code == area.code &&
            (!before->until || *before->until >= area.from)) {
            return Error{Fault::invalid_input, "area " + area.code + ": twice on one day"};
        }
        before = &area;
        const bool root = area.type == AreaType::province;
        if (root != area.upper.empty() || area.upper == area.code) {
            return Error{Fault::invalid_input, "area " + area.code + ": wrong upper area"};
        }
        if (!root && (!made.find(area.upper, area.from).ok() ||
                      !made.find(area.upper, area.until.value_or(Date{9999, 12, 31})).ok())) {
            return Error{Fault::invalid_input,
                         "area " + area.code + ": its upper area is not there on all its days"};
        }
    }
    return made;
}

Result<Area> Areas::find(std::string_view code, Date day) const {
    bool known = false;
    for (auto row = std::lower_bound(rows_.begin(), rows_.end(), code,
                                     [](const Area& a, std::string_view c) { return a.code < c; });
         row != rows_.end() && row->code == code; ++row) {
        known = true;
        if (holds_on(*row, day)) {
            return *row;
        }
    }
    return Error{Fault::not_found,
                 known ? "area " + std::string(code) + " is not there on " + to_text(day)
                       : "no area has the code " + std::string(code)};
}

std::vector<Area> Areas::all(Date day) const {
    std::vector<Area> found;
    std::copy_if(rows_.begin(), rows_.end(), std::back_inserter(found),
                 [&](const Area& a) { return holds_on(a, day); });
    return found;
}

Result<std::vector<Area>> Areas::under(std::string_view upper, Date day) const {
    const auto above = find(upper, day);
    if (!above.ok()) {
        return above.error();
    }
    std::vector<Area> found;
    std::copy_if(rows_.begin(), rows_.end(), std::back_inserter(found),
                 [&](const Area& a) { return a.upper == upper && holds_on(a, day); });
    return found;
}

} // namespace songda::catalogue
