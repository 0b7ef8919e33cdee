#pragma once

#include <cstddef>

#include "base/time.hpp"
#include "signer/signer.hpp"

namespace songda::app {

/// Whose electronic seal, and what it is used for.
struct SealingOf {
    DepartmentCode department;
    signer::SealUse use;
};
/// A file of ours, and how much of it was issued.
struct GrownFile {
    ByteView bytes;
    std::size_t issued_bytes;
};

/// What a department's electronic seal puts behind a file: one revision (docs/formats/sm2.md, "In
/// the PDF") with the certificates above the one that signs, and the seal over all of it. Empty:
/// the file has a seal already, or the department has none. Faults: those of Signer::seal_file,
/// corrupt (not our file), invalid_input (no room for one more revision).
[[nodiscard]] Result<Bytes> seal_file(signer::Signer& signer, const SealingOf& sealing,
                                      const GrownFile& file, TimeMs now);

} // namespace songda::app
