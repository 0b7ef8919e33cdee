#pragma once

#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "issuer/decision.hpp"
#include "issuer/licence.hpp"

namespace songda::issuer {

/// What the record says beside the decision itself.
struct RecordFacts {
    DocumentKey key;
    std::string number;
    TimeMs issued_at;
    std::string department_name;
    DepartmentCode department;
    std::string template_full_name; ///< `food-business-licence@1`
    std::string title;
    std::string type_code;
    const Licence* licence = nullptr; ///< null: the document is none
    std::optional<Digest> photo = {}; ///< of the photo's bytes as the document carries them
};

/// The canonical record, byte for byte as docs/formats/record.md says: its SHA-256 is what the QR
/// code vouches for.
[[nodiscard]] std::string make_record(const Decision& decision, const RecordFacts& facts);

} // namespace songda::issuer
