#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "verifier/cms_check.hpp"
#include "verifier/report.hpp"

namespace songda::verifier {

/// A file of our writer's one frame, taken apart and held against its own signature.
struct IssuedFile {
    SignedDocument seal;
    Reason reason = Reason::altered; ///< `signature_covers_whole_file`, or what speaks against it

    [[nodiscard]] bool whole() const { return reason == Reason::signature_covers_whole_file; }
};

/// Nothing if it has another frame or another form of CMS. Whose certificate it is is not looked
/// at. Safe for bytes from anybody.
[[nodiscard]] std::optional<IssuedFile> read_issued_file(ByteView issued);

} // namespace songda::verifier
