#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace songda::app {

struct KioskArguments {
    std::string config;
    std::string command; ///< add, list, code or revoke
    std::string site;
    std::string serial;
    std::string place;
    std::vector<std::string> types; ///< type codes; empty: all
    std::string kiosk;              ///< beginning of its id
    std::string reason;
};
int run_kiosk(const KioskArguments& asked);

/// `songda kiosk …`
void add_kiosk(CLI::App& app, KioskArguments& asked, int& status);

} // namespace songda::app
