#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/store.hpp"
#include "tests/simulation/truth.hpp"

/// Whether departments take turns: whoever has a leg that is due waits for no more than one leg of
/// each other department.
namespace songda::simulation {

class Turns {
public:
    explicit Turns(Truth& truth) : truth_(truth) {}

    /// What is due when a claim begins; of the store as it stands.
    void ask(store::Store& store, const store::ClaimRequest& request) {
        due_.clear();
        for (const DocumentTruth& document : truth_.documents) {
            for (const store::LegRow& leg : store.legs_of(document.id).value()) {
                if (leg.channel == request.channel && leg.due && *leg.due <= request.now) {
                    ++due_[leg.department.text];
                }
            }
        }
    }
    void give(const store::ClaimRequest& request, const std::vector<store::ClaimedLeg>& claimed) {
        Waiting& waiting = waiting_[request.channel];
        for (const auto& [department, passed] : Waiting(waiting)) {
            if (!due_.contains(department)) {
                waiting.erase(department);
            }
        }
        for (const store::ClaimedLeg& leg : claimed) {
            const std::string& served = leg.row.department.text;
            waiting.erase(served);
            for (const auto& [department, legs] : due_) {
                if (department != served && legs > 0 && ++waiting[department][served] > 1) {
                    truth_.fault("a department waits while another is served twice");
                }
            }
            --due_[served];
            ++truth_.counts["turns"];
        }
    }
    void forget() { waiting_.clear(); }

private:
    /// Who waits → whose legs went since it began to.
    using Waiting = std::map<std::string, std::map<std::string, unsigned>>;
    Truth& truth_;
    std::map<std::string, int> due_;
    std::map<std::uint8_t, Waiting> waiting_;
};

} // namespace songda::simulation
