#pragma once

#include <CLI/CLI.hpp>

#include "app/commands.hpp"

namespace songda::app {

/// songda delivery and songda service. `config`, what is asked and `status` outlive the command
/// line.
void add_delivery(CLI::App& app, std::string& config, DeliveryArguments& asked, int& status);
void add_service(CLI::App& app, std::string& config, ServiceArguments& asked, int& status);

} // namespace songda::app
