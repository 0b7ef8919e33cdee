#pragma once

#include "delivery/channel.hpp"

namespace songda::delivery {

/// Where the applicant comes: a counter 窗口 or a kiosk 自助机. Nothing leaves the house: the
/// document is ready there at once, until it is collected or its days are over. Thread-safe.
class PlaceChannel final : public Channel {
public:
    [[nodiscard]] ChannelTraits traits() const override { return {true, false, 1000}; }
    [[nodiscard]] Outcome send(const Dispatch& /*dispatch*/) override {
        return {Outcome::Kind::accepted, Reason::none, {}, 0};
    }
};

} // namespace songda::delivery
