#include "delivery/plan.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/sha256.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/leg_watch.hpp"
#include "delivery/place_leg.hpp"
#include "delivery/policy.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {
namespace {

/// Who is to come has the days of collecting before another way is tried.
std::int64_t time_to_come(const std::vector<Choice>& choices) {
    const bool any = std::any_of(choices.begin(), choices.end(),
                                 [](const Choice& each) { return is_place(each.channel); });
    return any ? pickup_ms : 0;
}

/// The bytes of one digest, from the first on at each call: for one id.
class DigestRandom final : public Random {
public:
    explicit DigestRandom(const Digest& digest) : digest_(digest) {}
    void fill(std::span<std::uint8_t> bytes) override {
        std::copy_n(digest_.begin(), std::min(bytes.size(), digest_.size()), bytes.begin());
    }

private:
    Digest digest_;
};

/// The newest of the chosen notices to each address that somebody may be at.
std::vector<const store::LegRow*> living_notices(const std::vector<store::LegRow>& legs) {
    std::map<std::pair<std::uint8_t, std::string>, const store::LegRow*> newest;
    for (const store::LegRow& leg : legs) { // in the order of their making
        if (is_chosen_notice(leg)) {
            newest[{leg.channel, leg.address.reveal()}] = &leg;
        }
    }
    std::vector<const store::LegRow*> living;
    for (const auto& [address, leg] : newest) {
        if (!is_dead_end(*leg)) {
            living.push_back(leg);
        }
    }
    return living;
}

} // namespace

std::vector<store::LegWrite> Planner::plan(const PlanRequest& request) const {
    const store::DocumentRow& document = request.document;
    const TimeMs now = document.issued_at;
    std::vector<store::LegWrite> legs;
    legs.reserve(request.choices.size() + request.fallback.size() + request.notices.size());
    store::LegRow like;
    like.document = document.id;
    like.department = document.department;
    like.inbox = keys_.inbox_of(document.department, request.recipient_code);
    const bool subscribed = subscribed_ && subscribed_(like.inbox);
    like.has_notices = subscribed || !request.notices.empty();
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
    TimeMs turn = now + time_to_come(request.choices);
    for (const Choice& choice : request.fallback) {
        turn = turn + fallback_ms_;
        hold_as_fallback(add(choice), turn);
        turn = turn + time_to_come({choice});
    }
    const auto tell = [&](const Choice& choice) {
        store::LegRow& leg = add(choice);
        leg.purpose = store::LegPurpose::notice;
        leg.has_notices = false;
        leg.tells = store::ToldStatus{document.id, 1};
    };
    for (const Choice& choice : request.notices) {
        tell(choice);
    }
    if (subscribed) {
        tell({ChannelKind::web_push, {}});
    }
    return legs;
}

bool is_chosen_notice(const store::LegRow& leg) {
    return leg.purpose == store::LegPurpose::notice && leg.tells &&
           leg.tells->document == leg.document && leg.tells->sequence == 1;
}

bool was_opened(const std::vector<store::LegRow>& legs) {
    return std::any_of(legs.begin(), legs.end(), [](const store::LegRow& leg) {
        return leg.purpose == store::LegPurpose::service &&
               leg_state(leg.state) == LegState::acknowledged;
    });
}

bool is_dead_end(const store::LegRow& leg) {
    constexpr std::array dead = {Reason::address_invalid, Reason::address_unreachable,
                                 Reason::endpoint_gone};
    return leg_state(leg.state) == LegState::failed &&
           std::any_of(dead.begin(), dead.end(),
                       [&](Reason reason) { return leg.reason == reason_name(reason); });
}

bool has_living_notice(const std::vector<store::LegRow>& legs) {
    return !living_notices(legs).empty();
}

std::vector<store::LegWrite> tell_waiting(const store::LegRow& waiting,
                                          const std::vector<store::LegRow>& legs, TimeMs now) {
    std::vector<store::LegWrite> told;
    for (const store::LegRow* const leg : living_notices(legs)) {
        Bytes seed(waiting.id.bytes.begin(), waiting.id.bytes.end());
        append(seed, leg->id.view());
        append(seed, std::to_string(now.value));
        DigestRandom random(sha256(seed));
        told.push_back(make_leg(*leg, now, random));
        told.back().leg.purpose = leg->purpose;
        told.back().leg.tells = leg->tells;
    }
    return told;
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
    leg.has_notices = like.has_notices;
    return write;
}

} // namespace songda::delivery
