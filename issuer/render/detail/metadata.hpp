#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "issuer/render/detail/pdf_text.hpp"

namespace songda::issuer::detail {

struct MetadataInput {
    std::string_view title;
    std::string_view creator;
    std::string_view number;
    ByteView record;
    TimeMs issued_at;
    ByteView licence; ///< licence-metadata.json; empty: no licence
};

/// XMP packet (PDF/A-3b) and the record as an associated file (ISO 19005-3 §6.8).
void write_metadata(Objects& objects, ByteBuffer& to, const MetadataInput& input);

/// `D:20261124090203+08'00'`.
[[nodiscard]] std::string pdf_date(TimeMs time);

} // namespace songda::issuer::detail
