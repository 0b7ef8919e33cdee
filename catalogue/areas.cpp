#include "catalogue/areas.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <tuple>

#include "base/toml_reader.hpp"
#include "catalogue/codes.hpp"

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

bool is_area_code(AreaType type, std::string_view code) {
    return type == AreaType::provincial_department ? check_credit_code(code) == CodeVerdict::good
                                                   : code.size() == 6 && is_digits(code);
}

Date read_day(TomlTable& row, std::string_view key) {
    const auto day = parse_date(row.text(key));
    if (!day) {
        row.refuse(key, "is no day, like 2021-12-30");
    }
    return day.value_or(Date{});
}

Area read_area(TomlTable& row) {
    Area area;
    area.code = row.text("code");
    area.name = row.text("name");
    const auto type = find_area_type(row.text("type"));
    if (!type) {
        row.refuse("type", "is no type of area");
    }
    area.type = type.value_or(AreaType::county);
    if (!is_area_code(area.type, area.code)) {
        row.refuse("code", "is neither six digits nor a department's code");
    }
    area.upper = row.text_or("upper", "");
    area.from = read_day(row, "from");
    if (row.has("until")) {
        area.until = read_day(row, "until");
    }
    return area;
}

Result<void> read_file(const std::string& path, std::vector<Area>& rows) {
    const auto file = TomlFile::open(path);
    if (!file.ok()) {
        return file.error();
    }
    TomlTable root = file.value().root();
    (void)root.text("source");
    (void)read_day(root, "as_of");
    for (TomlTable& row : root.tables("area")) {
        rows.push_back(read_area(row));
    }
    return file.value().finish();
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

Result<Areas> Areas::read(const std::string& folder) {
    std::vector<Area> rows;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
        if (entry.path().extension() != ".toml") {
            continue;
        }
        const auto read = read_file(entry.path().string(), rows);
        if (!read.ok()) {
            return read.error();
        }
    }
    if (rows.empty()) {
        return Error{Fault::not_found, folder + ": no table of areas"};
    }
    return make(std::move(rows));
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
