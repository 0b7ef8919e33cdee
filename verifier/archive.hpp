#pragma once

#include <optional>
#include <vector>

#include "base/archive_revision.hpp"
#include "verifier/report.hpp"
#include "verifier/trust.hpp"

namespace songda::verifier {

/// A file taken apart: what was issued, and the archive time-stamps behind it.
struct ArchivedFile {
    ByteView issued;
    std::vector<ArchiveStamp> stamps;
};

/// By what the first signature says that it covers. A file with nothing of the kind behind it, or
/// with anything else behind it, is taken whole. Pure; for bytes from anybody; nothing is verified.
[[nodiscard]] ArchivedFile split_archived(ByteView file);

/// What the time-stamps say, in their order. Nothing if one of them is not about these bytes: the
/// file was changed behind what was issued.
[[nodiscard]] std::optional<std::vector<TimestampFace>>
check_archive(ByteView file, const std::vector<ArchiveStamp>& stamps, const TrustStore& trust,
              TimeMs at);

} // namespace songda::verifier
