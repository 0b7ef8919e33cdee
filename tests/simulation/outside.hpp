#pragma once

#include <functional>
#include <random>

#include "delivery/channel.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/simulation/truth.hpp"

/// The other sides: each channel a little world of its own.
namespace songda::simulation {

/// Takes messages or does not, answers, answers late, loses the answer, refuses, asks for time,
/// and sees the process die before and after it took one; what becomes of the message is told
/// later, by Truth::tells. What a channel may answer is what the real ones do: one that is not
/// idempotent says `temporary` only when nothing was taken.
class Outside final : public delivery::Channel {
public:
    struct World {
        Truth& truth;
        fakes::ManualClock& clock;
        std::mt19937_64& chance;
        bool peace = false; ///< everything is taken and answered from now on
        bool tells = false; ///< whoever is not idempotent can be asked what became of a message
        /// What happens in the world while an attempt is under way.
        std::function<void()> meanwhile = {};
    };
    Outside(World& world, delivery::ChannelKind kind, bool idempotent)
        : world_(world), kind_(kind), idempotent_(idempotent) {}

    void set_away(bool away) { away_ = away; }

    [[nodiscard]] delivery::ChannelTraits traits() const override {
        return {idempotent_, true, attempt_ms, world_.tells && !idempotent_};
    }
    [[nodiscard]] delivery::Outcome send(const delivery::Dispatch& dispatch) override;
    /// The truth, if anything; its clock may be wrong.
    [[nodiscard]] delivery::Found find(const store::LegRow& leg,
                                       delivery::SentBetween sent) override;

    static constexpr std::int64_t attempt_ms = 60'000;

private:
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return world_.chance() % bound; }
    void look_at(const delivery::Dispatch& dispatch);
    delivery::Outcome take(const delivery::Dispatch& dispatch);
    delivery::Outcome refuse();
    void plan_what_follows(const LegId& leg);
    void plan_mail(const LegId& leg);
    void plan_reports(const LegId& leg);
    void plan_letter(const LegId& leg);
    void tell(Tell tell);

    World& world_;
    const delivery::ChannelKind kind_;
    const bool idempotent_;
    bool away_ = false;
};

} // namespace songda::simulation
