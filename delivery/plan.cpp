#include "delivery/plan.hpp"

#include "delivery/leg_state.hpp"
#include "delivery/policy.hpp"

namespace songda::delivery {

std::vector<store::LegWrite> Planner::plan(const PlanRequest& request) const {
    const store::DocumentRow& document = request.document;
    const TimeMs now = document.issued_at;
    const store::InboxId inbox = keys_.inbox_of(document.department, request.recipient_code);
    std::vector<store::LegWrite> legs;
    legs.reserve(request.choices.size());
    for (const Choice& choice : request.choices) {
        store::LegWrite& write = legs.emplace_back();
        store::LegRow& leg = write.leg;
        leg.id = make_leg_id(now, random_);
        leg.document = document.id;
        leg.department = document.department;
        leg.channel = static_cast<std::uint8_t>(choice.channel);
        leg.state = static_cast<std::uint8_t>(*state_after(LegState::created, LegStep::enqueue));
        leg.due = now;
        leg.address = choice.address;
        leg.created = now;
        leg.deadline = now + policy_of(choice.channel).give_up;
        write.inbox = store::InboxEntry{inbox, document.id, leg.id, now, std::nullopt};
        write.grant = keys_.grant_of(leg.id, document.id, inbox, now + link_ms_);
    }
    return legs;
}

} // namespace songda::delivery
