#include "delivery/plan.hpp"

#include "delivery/leg_state.hpp"
#include "delivery/policy.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {

std::vector<store::LegWrite> Planner::plan(const PlanRequest& request) const {
    const store::DocumentRow& document = request.document;
    std::vector<store::LegWrite> legs;
    legs.reserve(request.choices.size());
    store::LegRow like;
    like.document = document.id;
    like.department = document.department;
    like.inbox = keys_.inbox_of(document.department, request.recipient_code);
    for (const Choice& choice : request.choices) {
        like.channel = static_cast<std::uint8_t>(choice.channel);
        like.address = choice.address;
        legs.push_back(make_leg(like, document.issued_at, random_));
        if (document.level_wanted != SignatureLevel::b_b) {
            hold_for_level(legs.back().leg, document.level_wanted, document.issued_at);
        }
    }
    return legs;
}

store::LegWrite make_leg(const store::LegRow& like, TimeMs now, Random& random) {
    store::LegWrite write;
    store::LegRow& leg = write.leg;
    leg.id = make_leg_id(now, random);
    leg.document = like.document;
    leg.department = like.department;
    leg.channel = like.channel;
    leg.address = like.address;
    leg.state = static_cast<std::uint8_t>(*state_after(LegState::created, LegStep::enqueue));
    leg.due = now;
    leg.created = now;
    leg.deadline = now + policy_of(static_cast<ChannelKind>(like.channel)).give_up;
    leg.inbox = like.inbox;
    return write;
}

} // namespace songda::delivery
