#pragma once

#include <string>
#include <vector>

#include "issuer/decision.hpp"
#include "issuer/render/renderer.hpp"

namespace songda::issuer {

/// Values by the names that templates use. `storage` holds what is made here; views of the decision
/// stay good as long as it.
struct DecisionValues {
    std::vector<std::string> storage;
    std::vector<NamedValue> list;

    void keep(std::string_view name, std::string text) {
        list.push_back({name, storage.emplace_back(std::move(text))});
    }
};

/// All but what is not in the decision: number, key, identifier, day of issue and the document that
/// a licence follows, for which `storage` has room. A list's texts are named `fields.reasons.0`, a
/// row's cells `fields.items.0.supply`. The decision outlives them.
[[nodiscard]] DecisionValues name_values(const Decision& decision);

} // namespace songda::issuer
