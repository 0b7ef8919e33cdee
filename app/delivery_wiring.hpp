#pragma once

#include <memory>
#include <string_view>

#include "app/config.hpp"
#include "app/desk.hpp"

namespace songda::app {

/// Channels and worker of delivery, made from the configuration.
class DeliveryWiring {
public:
    DeliveryWiring();
    ~DeliveryWiring();
    DeliveryWiring(const DeliveryWiring&) = delete;
    DeliveryWiring& operator=(const DeliveryWiring&) = delete;

    /// Starts the worker's threads. Fault: a secret file that cannot be read.
    [[nodiscard]] Result<void> start(const Config& config, Desk& desk);
    /// Stops taking legs, waits for running attempts.
    void stop();
    /// Legs are due. Before `start` it does nothing.
    void wake();

    [[nodiscard]] Digest code_hash(std::string_view token, std::string_view code) const;
    /// An applicant opened the document: its leg is acknowledged.
    void note_opened(const DocumentId& document, const LegId& leg);

    [[nodiscard]] static std::string_view channel_name(std::uint8_t number);
    [[nodiscard]] static std::string_view leg_state_name(std::uint8_t number);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// What the issuer calls to plan the legs of a document. Fault: the secret file cannot be read.
[[nodiscard]] Result<
    std::function<std::vector<store::LegWrite>(const issuer::Decision&, const store::DocumentRow&)>>
make_planner(const Config& config, const Clock& clock, Random& random);

} // namespace songda::app
