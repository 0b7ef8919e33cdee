#pragma once

#include <optional>
#include <string>
#include <vector>

#include <rapidjson/fwd.h>

#include "issuer/finding.hpp"
#include "store/rows.hpp"

namespace songda::issuer {

/// What a decision says of an earlier document of its department: `"relates": {"kind": "renews",
/// "document": "KEY or id"}`, or by `template` and `case_number`, as the department knows it.
struct Relates {
    store::RelationKind kind = store::RelationKind::renews;
    std::string document;    ///< key or id; empty: by the case
    std::string template_id; ///< with `case_number`
    std::string case_number;
};

/// `renews`, as decisions, records and answers say it.
[[nodiscard]] std::string_view relation_name(store::RelationKind kind);

/// Reads the member; what is wrong is a finding below `/relates`, and then nothing is answered.
[[nodiscard]] std::optional<Relates> read_relates(const rapidjson::Value& value,
                                                  std::vector<Finding>& findings);

} // namespace songda::issuer
