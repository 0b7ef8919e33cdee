#pragma once

#include <CLI/CLI.hpp>

#include "app/commands.hpp"

namespace songda::app {

/// `songda mail …`: its words, and what runs when they are said.
void add_mail(CLI::App& app, MailArguments& asked, int& status);

} // namespace songda::app
