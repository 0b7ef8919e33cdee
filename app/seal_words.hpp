#pragma once

#include <CLI/CLI.hpp>

#include "app/commands.hpp"

namespace songda::app {

/// songda seal and its commands. `asked` and `status` outlive the command line.
void add_seal(CLI::App& app, SealArguments& asked, int& status);

} // namespace songda::app
