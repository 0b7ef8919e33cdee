#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalogue/areas.hpp"

namespace songda::catalogue {

/// An approval department (审批部门) under one name. A renamed one has several rows whose days do
/// not overlap.
struct Department {
    std::string code;              ///< 统一社会信用代码
    std::string name;              ///< as its seal says it
    std::vector<std::string> also; ///< shorter names that lists use: 市场监管局
    std::string area;              ///< code of the area whose department it is
    Date from;                     ///< first day that the register vouches for
    std::optional<Date> until;     ///< last day; none: to this day
};

/// Who there is to approve (名录): areas and their departments, by day. Immutable; share it.
class Register {
public:
    /// Reads `[[area]]` and `[[department]]` of all `*.toml` of the folders as one table. Faults:
    /// not_found (no area in any of them), invalid_input (everything wrong in a file; what
    /// Areas::make refuses; a department whose code fails its check, is there twice on one day or
    /// whose area is not there on its first day).
    [[nodiscard]] static Result<Register> read(const std::vector<std::string>& folders);
    [[nodiscard]] static Result<Register> make(std::vector<Area> areas,
                                               std::vector<Department> departments);

    [[nodiscard]] const Areas& areas() const { return areas_; }
    /// Those of one area on the day, by code.
    [[nodiscard]] std::vector<Department> departments_of(std::string_view area, Date day) const;

private:
    Areas areas_;
    std::vector<Department> departments_; ///< by code and first day
};

} // namespace songda::catalogue
