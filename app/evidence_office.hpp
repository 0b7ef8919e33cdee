#pragma once

#include <memory>
#include <vector>

#include "app/config.hpp"
#include "app/desk.hpp"
#include "app/evidence_keeping.hpp"
#include "app/timestamping.hpp"
#include "delivery/evidence_package.hpp"

namespace songda::app {

/// The seal of [evidence]. Faults name the file at fault. The clock outlives it.
[[nodiscard]] Result<signer::EvidenceSeal> open_evidence_seal(const EvidenceConfig& config,
                                                              bool production, const Clock& clock);

/// What packages are made with: `seal`, null where there is none, over the manifest, and returned
/// mails that the configuration's mailbox keeps. All outlive it.
[[nodiscard]] delivery::EvidenceDesk evidence_desk(const Config& config, store::Store& store,
                                                   const Clock& clock,
                                                   const signer::EvidenceSeal* seal);

/// Sealing of evidence wired: the service's own seal, authorities by configuration, the thread that
/// works with the desk's store.
class EvidenceOffice {
public:
    /// `config` has [evidence]. Faults name the key at fault. `desk` and `built_in`, null without
    /// an authority here, outlive it.
    [[nodiscard]] static Result<std::unique_ptr<EvidenceOffice>>
    open(const Config& config, Desk& desk, Timestamping* built_in);

    void start() { keeping_->start(); }
    /// Lets the step at hand end, and seals what waits.
    void stop() { keeping_->close(); }
    [[nodiscard]] const signer::EvidenceSeal& seal() const { return *seal_; }

private:
    EvidenceOffice() = default;

    std::optional<signer::EvidenceSeal> seal_;
    std::vector<std::unique_ptr<signer::TimestampServer>> servers_;
    std::unique_ptr<signer::TimestampClient> client_;
    std::unique_ptr<EvidenceKeeping> keeping_; ///< first to go
};

} // namespace songda::app
