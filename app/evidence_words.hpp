#pragma once

#include <CLI/CLI.hpp>

#include "app/commands.hpp"

namespace songda::app {

/// songda evidence export, match, receipt, status. `asked` outlives the command line.
void add_evidence(CLI::App& app, EvidenceArguments& asked, int& status);

} // namespace songda::app
