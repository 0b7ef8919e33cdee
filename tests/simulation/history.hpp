#pragma once

#include <memory>
#include <random>
#include <vector>

#include "delivery/applicant_keys.hpp"
#include "delivery/collecting.hpp"
#include "delivery/courier.hpp"
#include "delivery/plan.hpp"
#include "delivery/status_plan.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/outside.hpp"

namespace songda::simulation {

/// Some days of a delivery office in which anything happens, and then weeks of peace in which
/// everything comes to rest; all of it follows from the seed. The engine is the real one: couriers,
/// what answers and reports mean, service cases, plans, the applicant's counter. The process dies
/// now and then in the middle of any of it, and new couriers go on with what is on disk.
class History {
public:
    History(std::uint64_t seed, bool on_lmdb);

    void run();

    /// What is wrong, by truth.
    [[nodiscard]] std::vector<std::string> check();
    /// Everything that the store keeps of it, for whoever replays it.
    [[nodiscard]] std::string describe();
    [[nodiscard]] const Truth& truth() const { return truth_; }

private:
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return chance_() % bound; }
    [[nodiscard]] store::Store& store() { return disk_->store(); }

    void start_couriers();
    /// Part of the process; it may die in it. Then a new one is started.
    void alive(const std::function<void()>& work);
    void start_again();

    void live();
    void work_in_peace();
    void act();
    void issue(std::uint64_t department);
    void open();
    void change_status();
    void tell_consent();
    void take_by_hand();
    void operate();
    void bring_level(DocumentTruth& document);
    void tell_expired();
    void hear(bool all);
    bool hear(const Tell& tell);
    bool hear_mail(const Tell& tell);
    bool hear_report(const Tell& tell);
    bool hear_tracked(const Tell& tell);
    void look_around();
    void decide_disputes();
    [[nodiscard]] bool is_true(const store::LegRow& leg, delivery::LegStep step);
    [[nodiscard]] TimeMs moment_of(const store::LegRow& leg, delivery::LegStep step);
    [[nodiscard]] std::vector<store::LegRow> all_legs();
    [[nodiscard]] DocumentTruth& any_document();

    std::mt19937_64 chance_;
    Truth truth_;
    fakes::ManualClock clock_;
    fakes::SeededRandom random_;
    Reaper reaper_;
    std::unique_ptr<Disk> disk_;
    Turns turns_{truth_};
    std::size_t documents_max_ = 5;
    Outside::World world_;
    Outside portal_{world_, delivery::ChannelKind::portal, true};
    Outside email_{world_, delivery::ChannelKind::email, false};
    Outside sms_{world_, delivery::ChannelKind::sms, false};
    Outside counter_{world_, delivery::ChannelKind::counter, true};
    Outside post_{world_, delivery::ChannelKind::post, false};
    delivery::ApplicantKeys keys_;
    delivery::Planner planner_;
    delivery::StatusPlanner status_planner_;
    std::unique_ptr<metrics::Registry> registry_;
    std::vector<std::unique_ptr<delivery::Courier>> couriers_; ///< two of one process
    std::size_t depth_ = 0;
};

} // namespace songda::simulation
