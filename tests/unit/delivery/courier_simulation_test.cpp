// Many weeks of an office in which anything goes wrong, by seed: servers refuse, hang and vanish,
// answers are lost, legs are opened meanwhile. What must hold: a mail that may have been taken is
// never sent again, every recorded step is one of the table, every leg comes to rest.
#include <gtest/gtest.h>

#include "delivery/settle.hpp"
#include "tests/unit/delivery/office.hpp"

namespace songda::delivery {
namespace {

using office::Office;

class Simulation {
public:
    explicit Simulation(std::uint64_t seed) : office_(seed), chance_(seed) {
        office_.email.answer = [this](const Dispatch&) { return any_outcome(); };
        office_.portal.answer = [this](const Dispatch&) { return any_outcome(); };
    }

    void run() {
        Courier courier(office_.parts());
        for (int step = 0; step < 400; ++step) {
            if (step < 60) {
                const DepartmentCode department{std::to_string(below(3)) + "320199014138860W"};
                documents_.push_back(
                    office_.issue(department, {ChannelKind::portal, ChannelKind::email}));
            }
            courier.run_once();
            office_.store.set_writable(true);
            if (below(20) == 0) {
                open(documents_[below(documents_.size())]);
            }
            office_.clock.advance(static_cast<std::int64_t>(below(3'600'000)));
        }
        peace_ = true;
        // Forty days: the longest that time alone needs (leg_watch.hpp).
        for (int step = 0; step < 960; ++step) {
            while (courier.run_once() > 0) {
            }
            office_.clock.advance(3'600'000);
        }
    }

    void check() {
        for (const DocumentId& document : documents_) {
            for (const store::LegRow& leg : office_.store.legs_of(document).value()) {
                check_rest(leg);
                check_history(leg);
            }
        }
        for (const auto& [leg, outcomes] : office_.email.sent) {
            for (std::size_t at = 0; at + 1 < outcomes.size(); ++at) {
                EXPECT_TRUE(outcomes[at] == Outcome::Kind::temporary ||
                            outcomes[at] == Outcome::Kind::configuration)
                    << "sent again after an answer that may have taken effect";
            }
        }
    }

private:
    std::uint64_t below(std::uint64_t bound) { return chance_() % bound; }

    Outcome any_outcome() {
        if (peace_) {
            return {Outcome::Kind::accepted, Reason::none, {}, 0};
        }
        if (below(8) == 0) {
            office_.store.set_writable(false); // the answer will be lost
        }
        using Kind = Outcome::Kind;
        constexpr std::array kinds = {Kind::accepted,  Kind::temporary, Kind::temporary,
                                      Kind::permanent, Kind::ambiguous, Kind::configuration};
        constexpr std::array reasons = {Reason::network, Reason::mailbox_full, Reason::timeout};
        return {kinds[below(kinds.size())],
                reasons[below(reasons.size())],
                {},
                below(5) == 0 ? 120'000 : 0};
    }

    void open(const DocumentId& document) {
        for (const store::LegRow& leg : office_.store.legs_of(document).value()) {
            if (const auto update = settle_opened(leg, office_.clock.now())) {
                ASSERT_TRUE(office_.store.append_leg_event(leg.id, leg.state, *update).ok());
            }
        }
    }

    static void check_rest(const store::LegRow& leg) {
        const LegState state = *leg_state(leg.state);
        EXPECT_TRUE(state == LegState::reached || state == LegState::acknowledged ||
                    state == LegState::failed || state == LegState::expired)
            << state_name(state);
        EXPECT_FALSE(leg.due) << state_name(state);
        EXPECT_TRUE(state != LegState::failed || !leg.reason.empty());
    }

    /// The last event says where the leg stands, and each names a state of the table.
    void check_history(const store::LegRow& leg) {
        const auto events = office_.store.leg_events(leg.id).value();
        ASSERT_FALSE(events.empty());
        EXPECT_EQ(events.back().state_after, leg.state);
        for (const store::LegEvent& event : events) {
            EXPECT_TRUE(leg_state(event.state_after)) << event.kind;
        }
    }

    Office office_;
    std::mt19937_64 chance_;
    std::vector<DocumentId> documents_;
    bool peace_ = false;
};

TEST(CourierSimulation, NothingIsLostAndNoMailIsSentTwice) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Simulation simulation(seed);
        simulation.run();
        simulation.check();
    }
}

} // namespace
} // namespace songda::delivery
