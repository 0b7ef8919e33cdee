#pragma once

#include <string>

#include "store/rating.hpp"

namespace songda::api {

/// A rating as its applicant sees it.
[[nodiscard]] std::string rating_json(const store::RatingRow& rating);
/// The same with what its department needs to put a low one right.
[[nodiscard]] std::string department_rating_json(const store::RatingRow& rating);

} // namespace songda::api
