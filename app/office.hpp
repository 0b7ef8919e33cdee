#pragma once

#include <memory>

#include "app/config.hpp"
#include "app/desk.hpp"
#include "app/providers.hpp"
#include "app/returned_mail.hpp"
#include "delivery/channels/fax_channel.hpp"
#include "delivery/channels/hand_post_channel.hpp"
#include "delivery/channels/place_channel.hpp"
#include "delivery/channels/push/push_channel.hpp"
#include "delivery/courier.hpp"

namespace songda::app {

/// The dispatch office wired: channels by configuration, couriers on the desk's store, woken by
/// the desk's issuer.
class Office {
public:
    /// Faults name the file or key at fault. `desk` outlives the office.
    [[nodiscard]] static Result<std::unique_ptr<Office>> open(const DeliveryConfig& config,
                                                              Desk& desk);
    ~Office();
    Office(const Office&) = delete;
    Office& operator=(const Office&) = delete;

    /// Starts the couriers, unless the configuration says that delivery is paused.
    void start();
    /// Something is due now; cheap, from any thread.
    void wake() { courier_->wake(); }
    /// Where the providers' reports come in.
    [[nodiscard]] Providers& providers() { return *providers_; }
    /// What browsers subscribe to; empty: nobody can.
    [[nodiscard]] std::string push_key() const { return push_ ? push_->public_key() : ""; }
    /// Lets running attempts end.
    void stop();

private:
    Office(const DeliveryConfig& config, Desk& desk) : config_(config), desk_(desk) {}
    [[nodiscard]] Result<void> open_portal();
    [[nodiscard]] Result<void> open_email();
    [[nodiscard]] Result<void> open_push();
    [[nodiscard]] Result<void> open_fax();
    [[nodiscard]] Result<void> open_returned();
    [[nodiscard]] Private<Bytes> return_secret() const;
    [[nodiscard]] Result<void> open_providers();

    const DeliveryConfig config_;
    Desk& desk_;
    std::unique_ptr<delivery::Channel> portal_;
    std::unique_ptr<delivery::Channel> email_;
    std::unique_ptr<delivery::push::PushChannel> push_; ///< null: not configured
    std::unique_ptr<delivery::FaxChannel> fax_;         ///< null: not configured
    delivery::PlaceChannel place_;
    delivery::HandPostChannel post_;
    std::unique_ptr<Providers> providers_;
    std::unique_ptr<delivery::Courier> courier_;
    std::unique_ptr<ReturnedMailKeeping> returned_; ///< null: nobody looks
};

} // namespace songda::app
