#pragma once

#include "delivery/channel.hpp"

namespace songda::delivery {

/// Letters that a clerk hands to the post 邮政寄递: nothing is sent by a machine. The leg waits,
/// and is told of once a day in the log (`leg_settled`, `awaits_handover`), until the clerk says
/// under which number it was handed over; from then on it is tracked (tracking.hpp). Thread-safe.
class HandPostChannel final : public Channel {
public:
    [[nodiscard]] ChannelTraits traits() const override { return {true, false, 1000}; }
    [[nodiscard]] Outcome send(const Dispatch& /*dispatch*/) override {
        constexpr std::int64_t day_ms = 86'400'000;
        return {Outcome::Kind::not_now, Reason::awaits_handover, {}, day_ms};
    }
};

} // namespace songda::delivery
