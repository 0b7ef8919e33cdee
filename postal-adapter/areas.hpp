#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace songda::postal {

/// A province, city or county under its code of GB/T 2260.
struct PostalArea {
    std::string code; ///< six digits
    std::string name; ///< in full: 江苏省, 南京市, 建邺区
    bool operator==(const PostalArea&) const = default;
};

/// The areas that a postal address names, from postal-adapter/areas.csv (tools/make-areas.sh).
/// Immutable; share it.
class PostalAreas {
public:
    /// A table `code,name`. Fault invalid_input, with the row.
    [[nodiscard]] static Result<PostalAreas> read(std::string_view csv);

    /// By code; what is there under no city in the codes' sense (市辖区, 省直辖县级行政区划) is
    /// directly under the province.
    [[nodiscard]] const std::vector<PostalArea>& provinces() const { return provinces_; }
    [[nodiscard]] const std::vector<PostalArea>& cities(const PostalArea& province) const;
    /// Of a city, or those directly under a province. Empty: a city without counties (东莞市).
    [[nodiscard]] const std::vector<PostalArea>& counties(const PostalArea& upper) const;

private:
    std::vector<PostalArea> provinces_;
    std::map<std::string, std::vector<PostalArea>> cities_;   ///< by the province's code
    std::map<std::string, std::vector<PostalArea>> counties_; ///< by the upper area's code
};

} // namespace songda::postal
