#pragma once

#include <CLI/CLI.hpp>

#include "app/commands.hpp"

namespace songda::app {

/// songda provider check, try. `asked` outlives the command line.
void add_provider(CLI::App& app, ProviderArguments& asked, int& status);

} // namespace songda::app
