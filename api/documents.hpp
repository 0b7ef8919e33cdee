#pragma once

#include "api/routes.hpp"

namespace songda::api {

/// The signed file for its department or its holder; whoever calls has checked that it is theirs.
[[nodiscard]] http::Response file_response(const ApiParts& parts,
                                           const store::DocumentRow& document);

} // namespace songda::api
