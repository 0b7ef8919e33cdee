#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postal-adapter/areas.hpp"

namespace songda::postal {

/// Where an envelope goes, in the parts that carriers ask for (政务专递, standards §8.1). An area
/// that could not be told has an empty code.
struct PostalAddress {
    PostalArea province;
    PostalArea
        city; ///< of a municipality 直辖市 and a county directly under a province: that again
    PostalArea county; ///< empty without a finding where a city has none
    std::string street;
    /// GB/T 2260 of the smallest area that is known; empty: none is.
    [[nodiscard]] const std::string& area_code() const;
    bool operator==(const PostalAddress&) const = default;
};

enum class AddressFault {
    too_long,         ///< over address_characters_max
    province_unknown, ///< none is named, and the rest does not tell which
    city_unknown,
    county_unknown,
    street_missing,
    street_without_number, ///< a carrier may not find it: a warning
};

struct AddressFinding {
    AddressFault fault;
    bool stops = true; ///< no order may go out with it
    std::string at;    ///< what was read there
    bool operator==(const AddressFinding&) const = default;
};

/// What a text says, and what is wrong with it, field by field.
struct AddressReading {
    PostalAddress address;
    std::vector<AddressFinding> findings; ///< empty: an order may go out
};

inline constexpr std::size_t address_characters_max = 120;

/// Reads a Chinese postal address as people write it: provinces and cities with or without 省 and
/// 市, a municipality once or twice, blanks and full-width digits anywhere. What a part leaves out
/// is filled in only where the next part leaves no doubt.
[[nodiscard]] AddressReading read_address(const PostalAreas& areas, std::string_view text);

/// `county_unknown`, and the words for people.
[[nodiscard]] std::string_view address_fault_name(AddressFault fault);
[[nodiscard]] std::string_view address_fault_zh(AddressFault fault);
[[nodiscard]] std::string_view address_fault_en(AddressFault fault);

} // namespace songda::postal
