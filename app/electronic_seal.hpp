#pragma once

#include <CLI/CLI.hpp>

namespace songda::app {

/// `songda seal electronic`: makes an electronic seal (GB/T 38540) under a maker's key, for samples
/// and for whoever is their own maker. `status`: 0 done, 2 failure.
void add_electronic_seal(CLI::App& seal, int& status);

} // namespace songda::app
