#pragma once

#include "api/routes.hpp"

namespace songda::api {

using OwnHandler = http::Response (*)(const ApiParts&, const store::DocumentRow&,
                                      const http::Request&, const Principal&);

/// A route about the document that its path names first, if it is the caller's: another
/// department's is as absent as an unknown one (threat T18). `parts` outlives it.
[[nodiscard]] ApiRoute own_document_route(const ApiParts& parts, ApiRoute route, OwnHandler handle);

} // namespace songda::api
