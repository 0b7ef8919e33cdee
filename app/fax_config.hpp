#pragma once

#include <cstdint>
#include <string>

#include "base/toml_reader.hpp"

namespace songda::app {

/// The channel `fax`: a fax line behind IPP FaxOut.
struct FaxConfig {
    std::string device; ///< `ipps://HOST/ipp/faxout`
    std::string phone_context;
    std::int64_t call_seconds = 0;
    unsigned lines = 0; ///< calls at the same time
};

/// `[delivery.fax]`.
[[nodiscard]] FaxConfig read_fax(TomlTable table);

} // namespace songda::app
