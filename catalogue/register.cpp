#include "catalogue/register.hpp"

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "base/toml_reader.hpp"
#include "catalogue/codes.hpp"

namespace songda::catalogue {
namespace {

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

template <class Row>
void read_days(TomlTable& table, Row& row) {
    row.from = read_day(table, "from");
    if (table.has("until")) {
        row.until = read_day(table, "until");
    }
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
    read_days(row, area);
    return area;
}

Department read_department(TomlTable& row) {
    Department department;
    department.code = row.text("code");
    department.name = row.text("name");
    department.also = row.texts_or_none("also");
    department.area = row.text("area");
    if (const CodeVerdict verdict = check_credit_code(department.code);
        verdict != CodeVerdict::good) {
        row.refuse("code", verdict_text_en(verdict));
    }
    read_days(row, department);
    return department;
}

struct Rows {
    std::vector<Area> areas;
    std::vector<Department> departments;
};

Result<void> read_file(const std::string& path, Rows& rows) {
    const auto file = TomlFile::open(path);
    if (!file.ok()) {
        return file.error();
    }
    TomlTable root = file.value().root();
    (void)root.text("source");
    (void)read_day(root, "as_of");
    for (TomlTable& row : root.tables("area")) {
        rows.areas.push_back(read_area(row));
    }
    for (TomlTable& row : root.tables("department")) {
        rows.departments.push_back(read_department(row));
    }
    return file.value().finish();
}

} // namespace

Result<Register> Register::read(const std::vector<std::string>& folders) {
    Rows rows;
    for (const std::string& folder : folders) {
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
    }
    if (rows.areas.empty()) {
        return Error{Fault::not_found,
                     "no table of areas in " + (folders.empty() ? "" : folders.front())};
    }
    return make(std::move(rows.areas), std::move(rows.departments));
}

Result<Register> Register::make(std::vector<Area> areas, std::vector<Department> departments) {
    Register made;
    auto all = Areas::make(std::move(areas));
    if (!all.ok()) {
        return all.error();
    }
    made.areas_ = std::move(all).value();
    made.departments_ = std::move(departments);
    std::sort(made.departments_.begin(), made.departments_.end(),
              [](const Department& a, const Department& b) {
                  return std::tie(a.code, a.from) < std::tie(b.code, b.from);
              });
    const Department* before = nullptr;
    for (const Department& department : made.departments_) {
        if (before != nullptr && before->code == department.code &&
            (!before->until || *before->until >= department.from)) {
            return Error{Fault::invalid_input,
                         "department " + department.code + ": twice on one day"};
        }
        if (const auto area = made.areas_.find(department.area, department.from); !area.ok()) {
            return Error{Fault::invalid_input,
                         "department " + department.code + ": " + area.error().detail};
        }
        before = &department;
    }
    return made;
}

std::vector<Department> Register::departments_of(std::string_view area, Date day) const {
    std::vector<Department> found;
    std::copy_if(departments_.begin(), departments_.end(), std::back_inserter(found),
                 [&](const Department& d) {
                     return d.area == area && d.from <= day && (!d.until || day <= *d.until);
                 });
    return found;
}

} // namespace songda::catalogue
