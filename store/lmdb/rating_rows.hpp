#pragma once

#include "store/lmdb/rows_access.hpp"

/// Keys of ratings; ratings.cpp.
namespace songda::store {

[[nodiscard]] inline Key rating_key(const DepartmentCode& department, std::string_view case_key) {
    return Key().text(department.text).text(case_key);
}
/// Department, template version, level.
[[nodiscard]] inline Key rating_count_key(const RatingRow& row) {
    return Key().text(row.department.text).text(row.template_version).raw({&row.level, 1});
}
/// `department_bytes`: of the key's beginning. Nothing: the entry is damaged.
[[nodiscard]] inline std::optional<RatingCount> read_rating_count(const Entry& entry,
                                                                  std::size_t department_bytes) {
    const std::string_view rest = as_text(entry.key).substr(department_bytes);
    if (rest.size() < 2 || rest[rest.size() - 2] != '\0' || entry.value.size() != 8) {
        return std::nullopt;
    }
    return RatingCount{std::string(rest.substr(0, rest.size() - 2)),
                       static_cast<std::uint8_t>(rest.back()), read_number(entry.value)};
}
/// Of a row with `due`.
[[nodiscard]] inline Key rating_due_key(const RatingRow& row) {
    return Key().text(row.department.text).day(*row.due).text(row.case_key);
}

} // namespace songda::store
