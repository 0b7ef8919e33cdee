#pragma once

#include <cstdint>

#include "base/signature_level.hpp"
#include "base/toml_reader.hpp"

namespace songda::issuer {

/// What a file of this template needs before it is served, and how soon after its issue it must
/// have it (docs/formats/template.md).
struct ServiceLevel {
    static constexpr std::int64_t within_hours_default = 24;

    SignatureLevel wanted = SignatureLevel::b_b; ///< B-B: it is served as it is signed
    std::int64_t within_ms = within_hours_default * 3'600'000;
};

/// `signature_level` and `level_within_hours` of a template. Refuses what is not fit.
[[nodiscard]] ServiceLevel read_service_level(TomlTable& root);

} // namespace songda::issuer
