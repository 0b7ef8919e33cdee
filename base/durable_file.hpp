#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace songda {

/// Replaces a small file, whole or not at all, through a second one beside it (`PATH.new`):
/// written, on the disk, renamed, the folder on the disk. When this returns ok the new content
/// survives power loss; when it does not, the file is the old or the new one. Readable by its owner
/// alone unless `mode` says otherwise. Not for two writers of one path at once. Faults: no_space,
/// internal (the disk failed), not_found (no such folder), forbidden (not ours to write).
[[nodiscard]] Result<void> replace_file(const std::string& path, std::string_view content,
                                        unsigned mode = 0600);

} // namespace songda
