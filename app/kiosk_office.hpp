#pragma once

#include <chrono>
#include <memory>
#include <set>

#include "api/kiosks.hpp"
#include "app/config.hpp"
#include "app/desk.hpp"
#include "app/kiosk_config.hpp"
#include "app/paced_thread.hpp"
#include "base/metrics.hpp"
#include "http/server.hpp"
#include "signer/pki/client_authority.hpp"

namespace songda::app {

/// Watches the heartbeats of kiosks: how many are registered, heard of and silent, as metrics, and
/// in the log once when one falls silent and once when it is back. `look` by hand, or in a thread
/// of the office. All parts outlive it.
class KioskWatch {
public:
    KioskWatch(store::Store& store, const Clock& clock, metrics::Registry& registry)
        : store_(store), clock_(clock), registry_(registry) {}
    /// How many are silent now. One that never spoke since it enrolled is silent too.
    std::size_t look();

private:
    store::Store& store_;
    const Clock& clock_;
    metrics::Registry& registry_;
    std::set<store::KioskId> silent_;
};

/// The kiosks' listener and what stands behind it, where the configuration has one. Belongs to one
/// thread.
class KioskOffice {
public:
    /// Faults name the file or key at fault. `desk` outlives it.
    [[nodiscard]] static Result<std::unique_ptr<KioskOffice>> open(const Config& config,
                                                                   Desk& desk);
    KioskOffice(const KioskOffice&) = delete;
    KioskOffice& operator=(const KioskOffice&) = delete;

    /// Opens the door. Fault unavailable: the address is in use.
    [[nodiscard]] Result<void> start();
    void stop();

private:
    KioskOffice(const KioskConfig& config, std::vector<DepartmentCode> departments, Desk& desk,
                signer::ClientAuthority authority);
    [[nodiscard]] Result<api::KioskCertified> certify(std::string_view request,
                                                      const store::KioskId& kiosk) const;

    const KioskConfig config_;
    Desk& songda_;
    const signer::ClientAuthority authority_;
    delivery::KioskDesk desk_;
    const api::KioskParts parts_;
    metrics::Registry connections_; ///< of this listener; the names are the other's
    KioskWatch watch_;
    std::unique_ptr<http::Server> server_;
    PacedThread thread_; ///< first to go
};

} // namespace songda::app
