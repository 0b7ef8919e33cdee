#pragma once

#include <optional>
#include <string>

#include "api/routes.hpp"

namespace songda::api {

/// Until when the addressee may ask for a review or sue, of a served document that tells of
/// remedies; nothing for any other. What took the service back takes the terms back.
[[nodiscard]] std::optional<std::string> remedies_json(const ApiParts& parts,
                                                       const store::DocumentRow& document,
                                                       const delivery::ServiceCase& service);

} // namespace songda::api
