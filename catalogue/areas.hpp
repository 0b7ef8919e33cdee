#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace songda::catalogue {

/// Whose lists there are (苏政办发〔2018〕64号 四(二)2), and the province above them all.
enum class AreaType {
    province,
    provincial_department,
    city,
    county,
    national_zone,
    provincial_zone
};

/// `county`, as the table and JSON write it.
[[nodiscard]] std::string_view area_type_name(AreaType type);
[[nodiscard]] std::string_view area_type_zh(AreaType type);
[[nodiscard]] std::optional<AreaType> find_area_type(std::string_view name);

/// One area under one name. A renamed or moved area has several rows whose days do not overlap.
struct Area {
    std::string code; ///< GB/T 2260, six digits; a department's 统一社会信用代码
    std::string name;
    AreaType type = AreaType::county;
    std::string upper;         ///< code; empty for the province
    Date from;                 ///< first day that the table vouches for
    std::optional<Date> until; ///< last day; none: to this day
};

/// The areas by day. Immutable; share it.
class Areas {
public:
    /// Fault invalid_input: an upper area that is unknown or is not there on all days; a code twice
    /// on one day.
    [[nodiscard]] static Result<Areas> make(std::vector<Area> rows);

    /// Fault not_found, which tells an unknown code from one that has no row for the day.
    [[nodiscard]] Result<Area> find(std::string_view code, Date day) const;
    /// Those directly under `upper` on the day, by code. Fault not_found: `upper` itself is not.
    [[nodiscard]] Result<std::vector<Area>> under(std::string_view upper, Date day) const;
    /// All that are there on the day, by code.
    [[nodiscard]] std::vector<Area> all(Date day) const;

private:
    std::vector<Area> rows_; ///< by code and first day
};

} // namespace songda::catalogue
