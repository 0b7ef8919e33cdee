#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "signer/seal_form.hpp"
#include "signer/seals/seal_rules.hpp"

namespace songda::signer {

/// The rules of the register in `folder` for the seals that `faces` show. The file is opened here
/// and never again, so that it may be watched from a cage without files (app/signer/cage.cpp: fstat
/// and pread64). Each `rule` asks once how long the file is; a line that another process has
/// written counts from the next call on. A register that is cut, replaced or not what was written
/// refuses every use (`register_unreadable`) until this is opened anew. Time-stamps, which are of
/// no department, are not the register's. Safe to call from several threads.
/// Faults: not_found (no register yet), corrupt, as file_error.
[[nodiscard]] Result<std::unique_ptr<SealRules>>
open_register_watch(const std::string& folder, const std::vector<SealFace>& faces);

} // namespace songda::signer
