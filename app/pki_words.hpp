#pragma once

#include <CLI/CLI.hpp>

#include "app/commands.hpp"

namespace songda::app {

/// songda pki and its commands. `asked` and `status` outlive the command line.
void add_pki(CLI::App& app, PkiArguments& asked, int& status);

} // namespace songda::app
