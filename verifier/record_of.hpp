#pragma once

#include <optional>

#include "base/bytes.hpp"

namespace songda::verifier {

/// The record that an issued file carries as `record.json` (docs/formats/record.md), a view into
/// it. Finds it as our writer puts it and proves nothing: a message or a hash over it does. Nothing
/// where it is not. Pure; for bytes from anybody.
[[nodiscard]] std::optional<ByteView> record_of(ByteView issued);

} // namespace songda::verifier
