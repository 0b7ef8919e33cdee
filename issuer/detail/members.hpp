#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/document.h>

#include "base/time.hpp"
#include "issuer/finding.hpp"

namespace songda::issuer::detail {

/// Line breaks are for texts of several paragraphs; the template says which those are.
enum class Breaks { refused, kept };

/// Reads members of one object of a decision and gathers what is wrong with them.
class Members {
public:
    Members(const rapidjson::Value& object, std::string pointer, std::vector<Finding>& findings)
        : object_(object), pointer_(std::move(pointer)), findings_(findings) {}

    void find(std::string_view name, std::string_view rule, std::string value, std::string zh,
              std::string en);
    /// The same of what is deeper: `delivery/1`, a pointer of ours.
    void find_at(const std::string& place, std::string_view rule, std::string value, std::string zh,
                 std::string en);
    [[nodiscard]] const rapidjson::Value* member(std::string_view name, bool required);
    [[nodiscard]] std::string text(std::string_view name, bool required,
                                   std::size_t characters_max);
    [[nodiscard]] std::string read_text(std::string_view name, const rapidjson::Value& given,
                                        std::size_t characters_max, bool required, Breaks breaks);
    [[nodiscard]] std::optional<Date> day(std::string_view name, bool required);
    [[nodiscard]] bool says(std::string_view name, std::string_view words);
    /// Everything that nobody asked for.
    void refuse_the_rest();
    /// Where it finds: for an object inside this one.
    [[nodiscard]] std::vector<Finding>& findings() const { return findings_; }

private:
    void check_text(std::string_view name, std::string_view value, std::size_t characters_max,
                    bool required, Breaks breaks);

    const rapidjson::Value& object_;
    std::string pointer_;
    std::vector<Finding>& findings_;
    std::vector<std::string_view> known_; ///< literals and names of the object
};

} // namespace songda::issuer::detail
