#include "delivery/hand_out.hpp"

#include <algorithm>

#include "delivery/place_leg.hpp"
#include "delivery/settle.hpp"
#include "delivery/standing.hpp"

namespace songda::delivery {
namespace {

using Kind = HandedOut::Kind;
using Legs = std::vector<store::LegRow>;

/// A courier that has just leased the leg brings it to the counter within the second.
constexpr int tries_max = 3;

/// Whom the document is for, and how it stands; nothing is changed by it.
Result<std::optional<Kind>> refusal_of(const HandOutParts& parts, const HandOut& request,
                                       const Legs& legs) {
    const auto first = std::find_if(legs.begin(), legs.end(), &is_service);
    if (first == legs.end()) {
        return std::optional(Kind::nobody);
    }
    const store::DocumentRow& document = request.document;
    const Collector& collector = request.collector;
    if (parts.keys.inbox_of(document.department, addressee_code(collector)) != first->inbox) {
        const store::AuditRow row{parts.now, request.actor, "collection_refused",
                                  to_text(document.id), collector.capacity};
        const auto written = parts.store.append_audit({&row, 1});
        return written.ok() ? Result<std::optional<Kind>>(Kind::stranger) : written.error();
    }
    const auto standing = find_standing(parts.store, document, parts.now);
    if (!standing.ok()) {
        return standing.error();
    }
    if (standing.value().holds != store::DocumentStatus::valid || standing.value().awaited) {
        return std::optional(standing.value().awaited ? Kind::level_awaited : Kind::not_valid);
    }
    const auto lock = parts.store.find_collecting(document.id);
    if (!lock.ok()) {
        return lock.error();
    }
    if (lock.value() && parts.now < lock.value()->until) {
        return std::optional(Kind::at_kiosk);
    }
    if (collector.copy != 0) {
        const auto copies = parts.store.paper_copies(document.id);
        if (!copies.ok()) {
            return copies.error();
        }
        if (collector.copy > copies.value().size() || copies.value()[collector.copy - 1].revoked) {
            return std::optional(Kind::no_copy);
        }
    }
    return std::optional<Kind>();
}

HandedOut outcome_of(const store::LegEvent& collected, const std::string& key) {
    const bool again = !key.empty() && has_key(collected.detail, key);
    return {again ? Kind::repeated : Kind::already, collected.happened, collected.detail};
}

store::AuditRow audit_of(const HandOutParts& parts, const HandOut& request,
                         const std::string& detail) {
    return {parts.now, request.actor, "collected", to_text(request.document.id), detail};
}

/// Nothing: a leg moves at this moment.
Result<std::optional<HandedOut>> collect_leg(const HandOutParts& parts, const HandOut& request,
                                             Legs legs) {
    const auto leg =
        leg_to_collect(parts.store, legs, ChannelKind::counter, parts.now, parts.random);
    if (!leg.ok()) {
        return leg.error();
    }
    const std::string detail = collector_detail(request.collector, parts.keys);
    auto update = settle_collected(leg.value(), detail, parts.now);
    if (!update) {
        return std::optional<HandedOut>();
    }
    update->audit = audit_of(parts, request, detail);
    const auto known = std::find_if(legs.begin(), legs.end(),
                                    [&](const auto& each) { return each.id == leg.value().id; });
    if (known == legs.end()) { // it was made just now
        legs.push_back(leg.value());
    }
    const auto collected = parts.store.collect(
        {leg.value().id, {request.document.id, legs}, std::nullopt, *std::move(update), parts.now});
    if (!collected.ok()) {
        return collected.error();
    }
    switch (collected.value()) {
    case store::Collected::collected:
        return std::optional(HandedOut{Kind::collected, parts.now, detail});
    case store::Collected::locked: return std::optional(HandedOut{Kind::at_kiosk, parts.now, {}});
    case store::Collected::moved: break;
    }
    return std::optional<HandedOut>();
}

} // namespace

Result<HandedOut> hand_out(const HandOutParts& parts, const HandOut& request) {
    for (int tries = 0; tries < tries_max; ++tries) {
        auto legs = parts.store.legs_of(request.document.id);
        if (!legs.ok()) {
            return legs.error();
        }
        const auto collected = find_collected(parts.store, legs.value());
        if (!collected.ok()) {
            return collected.error();
        }
        if (collected.value()) {
            return outcome_of(*collected.value(), request.collector.key);
        }
        const auto refused = refusal_of(parts, request, legs.value());
        if (!refused.ok()) {
            return refused.error();
        }
        if (refused.value()) {
            return HandedOut{*refused.value(), parts.now, {}};
        }
        const auto done = collect_leg(parts, request, std::move(legs).value());
        if (!done.ok()) {
            return done.error();
        }
        if (done.value()) {
            return *done.value();
        }
    }
    return Error{Fault::unavailable, "the leg moves at this moment"};
}

} // namespace songda::delivery
