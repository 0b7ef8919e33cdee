#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/rows.hpp"

namespace songda::store {

/// What its applicant thought of one case 好差评 (国办发〔2019〕51号: 一事一评), and how far a bad
/// rating has been put right. What `state` means belongs to delivery/rating.hpp.
struct RatingRow {
    DepartmentCode department;
    std::string case_key; ///< its number; of a document without one the document's id
    DocumentId document;  ///< that was served, and on which it was given
    std::string template_version;
    std::uint8_t level = 0;
    std::vector<std::string> reasons; ///< codes
    Private<std::string> words;
    TimeMs at;
    std::uint8_t state = 0;
    bool counts = true;      ///< among its department's (RatingCount)
    std::optional<Date> due; ///< by when it is to be put right; absent: nothing is to be done
    TimeMs changed;
    std::string actor; ///< of the last change; empty: the applicant
    Private<std::string> note;
    bool operator==(const RatingRow&) const = default;
};

/// How many ratings of a level the documents of one template version have.
struct RatingCount {
    std::string template_version;
    std::uint8_t level = 0;
    std::uint64_t count = 0;
    bool operator==(const RatingCount&) const = default;
};

} // namespace songda::store
