#include "delivery/status_plan.hpp"

#include <algorithm>
#include <set>

#include "delivery/leg_state.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {
namespace {

using Address = std::pair<std::uint8_t, std::string>; ///< channel, and what it calls an address

bool supervises(const Supervisor& supervisor, const store::DocumentRow& document) {
    const std::string id = document.template_version.substr(0, document.template_version.find('@'));
    return supervisor.templates.empty() ||
           std::any_of(
               supervisor.templates.begin(), supervisor.templates.end(),
               [&](const std::string& each) { return each == id || each == document.type_code; });
}

/// A copy has a last day of its own and expires by itself; who supervises hears of its main.
bool expires_with_main(const store::TouchedDocument& touched) {
    const auto& relation = touched.document.relation;
    return touched.entry.sequence == store::expiry_sequence && relation && is_copy(relation->kind);
}

} // namespace

/// A document, and the entry that is told of it.
struct StatusPlanner::Telling {
    const store::DocumentRow& document;
    store::ToldStatus tells;
    TimeMs now;
};

store::Aftermath StatusPlanner::after(const store::TouchedDocument& touched) const {
    const TimeMs now = touched.entry.change.at;
    const Telling telling{touched.document, {touched.changed.id, touched.entry.sequence}, now};
    store::Aftermath after;
    std::map<Address, const store::LegRow*> newest; // legs come in the order of their making
    for (const store::LegRow& leg : touched.legs) {
        if (is_chosen_notice(leg)) {
            newest[{leg.channel, leg.address.reveal()}] = &leg;
        }
        if (leg.purpose != store::LegPurpose::service) {
            continue;
        }
        newest[{leg.channel, leg.address.reveal()}] = &leg;
        if (auto update = settle_status(leg, touched.holds, now)) {
            after.changes.push_back({leg.id, *std::move(update)});
        }
    }
    for (const auto& [address, leg] : newest) {
        if (is_dead_end(*leg)) {
            continue;
        }
        store::LegWrite write = make_leg(*leg, now, random_);
        write.leg.purpose = store::LegPurpose::notice;
        write.leg.tells = telling.tells;
        after.legs.push_back(std::move(write));
    }
    if (touched.document.id == touched.changed.id && !expires_with_main(touched)) {
        tell_supervisors(telling, false, after.legs);
    }
    return after;
}

std::vector<store::LegWrite> StatusPlanner::tell_issued(const store::DocumentRow& document) const {
    std::vector<store::LegWrite> legs;
    if (!supervisors_.empty()) {
        tell_supervisors({document, {document.id, 1}, document.issued_at}, true, legs);
    }
    return legs;
}

void StatusPlanner::tell_supervisors(const Telling& telling, bool issued,
                                     std::vector<store::LegWrite>& to) const {
    const store::DocumentRow& document = telling.document;
    const auto own = supervisors_.find(document.department);
    if (own == supervisors_.end()) {
        return;
    }
    std::set<Address> told;
    for (const Supervisor& supervisor : own->second) {
        if ((issued && !supervisor.issued) || !supervises(supervisor, document)) {
            continue;
        }
        for (const Choice& choice : supervisor.choices) {
            store::LegRow like;
            like.document = document.id;
            like.department = document.department;
            like.channel = static_cast<std::uint8_t>(choice.channel);
            like.address = choice.address;
            if (!told.insert({like.channel, like.address.reveal()}).second) {
                continue;
            }
            store::LegWrite write = make_leg(like, telling.now, random_);
            write.leg.purpose = store::LegPurpose::supervision;
            write.leg.tells = telling.tells;
            to.push_back(std::move(write));
        }
    }
}

} // namespace songda::delivery
