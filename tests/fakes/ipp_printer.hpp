#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "tests/fakes/child_process.hpp"
#include "tests/fakes/loopback_port.hpp"

namespace songda::fakes {

/// ippeveprinter of CUPS on a loopback port, with the D-Bus and Avahi that it wants, in namespaces
/// of its own; ends with this object, and everything that it started with it. What it prints goes
/// through a shell script, which says on its standard error how the paper fares.
class IppPrinter {
public:
    [[nodiscard]] static bool is_possible() {
        return geteuid() == 0 && std::system("unshare -m true && command -v ippeveprinter "
                                             ">/dev/null && command -v avahi-daemon >/dev/null && "
                                             "command -v dbus-daemon >/dev/null") == 0;
    }
    static constexpr const char* why_not =
        "ippeveprinter, avahi-daemon and dbus-daemon need root, a mount namespace and "
        "tools/install.sh test: NOTHING was printed";

    /// `script`: run for each job with the file as its argument.
    [[nodiscard]] bool start(const std::string& script) {
        port_ = free_port();
        std::filesystem::create_directories(folder_.path() / "spool");
        behave(script);
        std::filesystem::permissions(folder_.path() / "print.sh", std::filesystem::perms::all);
        std::ofstream(folder_.path() / "avahi.conf")
            << "[server]\nallow-interfaces=lo\nuse-ipv6=no\n";
        const std::string path = folder_.path().string();
        const std::string command =
            "mount -t tmpfs none /run && mkdir -p /run/dbus /run/avahi-daemon && "
            "{ dbus-daemon --system --nofork --nopidfile & bus=$!; sleep 0.3; "
            "avahi-daemon --no-chroot --no-drop-root --no-rlimits -f " +
            path + "/avahi.conf & names=$!; sleep 0.5; ippeveprinter -p " + std::to_string(port_) +
            " -n localhost -f application/pdf -c " + path + "/print.sh -k -d " + path +
            "/spool Kiosk & printer=$!; "
            "trap 'kill $printer $names $bus; wait; exit 0' TERM; wait $printer; } >" +
            path + "/log 2>&1";
        server_ = std::make_unique<Child>(
            std::vector<std::string>{"/usr/bin/unshare", "-m", "/bin/sh", "-c", command});
        return wait_for_port(port_);
    }
    /// What the next job meets.
    void behave(const std::string& script) const {
        std::ofstream(folder_.path() / "print.sh") << "#!/bin/sh\n" << script << '\n';
    }
    [[nodiscard]] std::string uri() const {
        return "ipp://localhost:" + std::to_string(port_) + "/ipp/print";
    }
    [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
    /// Files that it was sent.
    [[nodiscard]] std::size_t received() const {
        std::size_t count = 0;
        for (const auto& each : std::filesystem::directory_iterator(folder_.path() / "spool")) {
            count += each.path().extension() == ".pdf" ? 1U : 0U;
        }
        return count;
    }
    void stop() { server_.reset(); }

private:
    TemporaryFolder folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<Child> server_;
};

} // namespace songda::fakes
