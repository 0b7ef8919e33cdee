#include "delivery/plan.hpp"

#include "delivery/leg_state.hpp"
#include "delivery/policy.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {

std::vector<store::LegWrite> Planner::plan(const PlanRequest& request) const {
    const store::DocumentRow& document = request.document;
    const TimeMs now = document.issued_at;
    std::vector<store::LegWrite> legs;
    legs.reserve(request.choices.size() + request.fallback.size() + request.notices.size());
    store::LegRow like;
    like.document = document.id;
    like.department = document.department;
    like.inbox = keys_.inbox_of(document.department, request.recipient_code);
    const auto add = [&](const Choice& choice) -> store::LegRow& {
        like.channel = static_cast<std::uint8_t>(choice.channel);
        like.address = choice.address;
        legs.push_back(make_leg(like, now, random_));
        if (document.level_wanted != SignatureLevel::b_b) {
            hold_for_level(legs.back().leg, document.level_wanted, now);
        }
        return legs.back().leg;
    };
    for (const Choice& choice : request.choices) {
        add(choice);
    }
    TimeMs turn = now;
    for (const Choice& choice : request.fallback) {
        turn = turn + fallback_ms_;
        hold_as_fallback(add(choice), turn);
    }
    const auto tell = [&](const Choice& choice) {
        store::LegRow& leg = add(choice);
        leg.purpose = store::LegPurpose::notice;
        leg.tells = store::ToldStatus{document.id, 1};
    };
    for (const Choice& choice : request.notices) {
        tell(choice);
    }
    if (subscribed_ && subscribed_(like.inbox)) {
        tell({ChannelKind::web_push, {}});
    }
    return legs;
}

bool is_chosen_notice(const store::LegRow& leg) {
    return leg.purpose == store::LegPurpose::notice && leg.tells &&
           leg.tells->document == leg.document && leg.tells->sequence == 1;
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
