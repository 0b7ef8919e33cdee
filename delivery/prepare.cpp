#include "delivery/prepare.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/log.hpp"
#include "delivery/plan.hpp"
#include "delivery/service_case.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {
namespace {

/// How soon to look again when the one before is out right now.
constexpr std::int64_t turn_ms = 1000;

Prepared unreadable() {
    Prepared prepared;
    prepared.failed = {Outcome::Kind::temporary, Reason::storage, {}, 0};
    return prepared;
}

Prepared prepare_service(const CourierParts& parts, const store::LegRow& leg,
                         store::DocumentRow document, bool needs_file) {
    Prepared prepared;
    const TimeMs now = parts.clock.now();
    const auto standing = find_standing(parts.store, document, now);
    if (!standing.ok()) {
        return unreadable();
    }
    prepared.settled = settle_standing(leg, standing.value(), now);
    if (prepared.settled) {
        return prepared;
    }
    if (needs_file) {
        auto read = parts.store.read_file(document);
        if (!read.ok()) {
            log::error("leg_file_unreadable",
                       {{"leg", to_text(leg.id)}, {"why", read.error().detail}});
            return unreadable();
        }
        prepared.file = std::move(read).value();
    }
    prepared.document = std::move(document);
    return prepared;
}

/// Is something before it to the same address not over? Then when to look again. A document that
/// waits for its status is not waited for; one that is being sent is.
Result<std::optional<TimeMs>> wait_for_turn(store::Store& store, const store::LegRow& leg,
                                            TimeMs now) {
    const auto legs = store.legs_of(leg.document);
    if (!legs.ok()) {
        return legs.error();
    }
    std::optional<TimeMs> again;
    for (const store::LegRow& other : legs.value()) {
        const bool same_way =
            other.channel == leg.channel && other.address.reveal() == leg.address.reveal() &&
            (other.purpose == leg.purpose || (other.purpose == store::LegPurpose::service &&
                                              leg.purpose == store::LegPurpose::notice));
        const auto state = leg_state(other.state);
        const bool waits = other.tells && other.due &&
                           (state == LegState::queued || state == LegState::retry_wait);
        const bool before = std::pair(other.created, other.id) < std::pair(leg.created, leg.id);
        if (same_way && before && (waits || state == LegState::sending)) {
            again = std::max(again.value_or(now + turn_ms), waits ? *other.due : now);
        }
    }
    return again;
}

/// The entry that a leg tells. That its document expired stands in no history.
Result<std::optional<store::StatusEntry>> find_told(store::Store& store, const store::LegRow& leg,
                                                    const store::DocumentRow& document) {
    if (leg.tells->sequence == store::expiry_sequence) {
        return document.valid_until ? std::optional(store::expiry_of(*document.valid_until))
                                    : std::nullopt;
    }
    const auto history = store.status_history(leg.tells->document);
    if (!history.ok()) {
        return history.error();
    }
    for (const store::StatusEntry& each : history.value()) {
        if (each.sequence == leg.tells->sequence) {
            return std::optional(each);
        }
    }
    return std::optional<store::StatusEntry>();
}

/// What the leg tells, and what holds now.
Result<std::optional<Notice>> find_notice(const CourierParts& parts, const store::LegRow& leg,
                                          const store::DocumentRow& document) {
    const auto told = find_told(parts.store, leg, document);
    const auto last = parts.store.find_status(document);
    if (!told.ok() || !last.ok()) {
        return told.ok() ? last.error() : told.error();
    }
    if (!told.value()) {
        return std::optional<Notice>();
    }
    Notice notice;
    notice.change = told.value()->change;
    notice.sequence = told.value()->sequence;
    notice.now = status_at(document, last.value().change.status, parts.clock.now());
    notice.present = notice.now == notice.change.status &&
                     (notice.sequence == store::expiry_sequence || last.value() == *told.value());
    notice.verify = parts.keys.verify_address(document.key);
    return std::optional(std::move(notice));
}

Prepared prepare_notice(const CourierParts& parts, const store::LegRow& leg,
                        store::DocumentRow document) {
    const auto turn = wait_for_turn(parts.store, leg, parts.clock.now());
    auto notice = find_notice(parts, leg, document);
    if (!turn.ok() || !notice.ok() || !notice.value()) {
        return unreadable();
    }
    Prepared prepared;
    if (turn.value()) {
        prepared.settled = settle_untried(leg, Reason::earlier_first, *turn.value());
        return prepared;
    }
    prepared.notice = *std::move(notice).value();
    prepared.document = std::move(document);
    return prepared;
}

} // namespace

Prepared prepare(const CourierParts& parts, const store::LegRow& leg, bool needs_file) {
    auto document = parts.store.find_document(leg.document);
    if (!document.ok() || !document.value()) {
        return unreadable();
    }
    return leg.tells ? prepare_notice(parts, leg, *std::move(document).value())
                     : prepare_service(parts, leg, *std::move(document).value(), needs_file);
}

store::LegUpdate look_again(const CourierParts& parts, const store::LegRow& leg) {
    const TimeMs now = parts.clock.now();
    const auto document = parts.store.find_document(leg.document);
    if (!document.ok() || !document.value()) {
        return settle_unread(leg, now);
    }
    const auto standing = find_standing(parts.store, *document.value(), now);
    if (!standing.ok()) {
        return settle_unread(leg, now);
    }
    auto update = settle_standing(leg, standing.value(), now);
    SONGDA_CHECK(update.has_value()); // it is held, so it is released, stopped or held on
    return *std::move(update);
}

std::optional<store::LegUpdate> remind(const CourierParts& parts, const store::LegRow& leg) {
    const TimeMs now = parts.clock.now();
    const auto state = leg_state(leg.state);
    const bool offered = state == LegState::available && now < leg.deadline;
    if (!offered && state != LegState::reached) {
        return std::nullopt;
    }
    const auto document = parts.store.find_document(leg.document);
    const auto legs = parts.store.legs_of(leg.document);
    if (!document.ok() || !document.value() || !legs.ok()) {
        return settle_unread(leg, now);
    }
    const auto standing = find_standing(parts.store, *document.value(), now);
    const auto service = find_service_case(parts.store, *document.value(), now);
    if (!standing.ok() || !service.ok()) {
        return settle_unread(leg, now);
    }
    // What arrived may be served unread; what is to be collected is not.
    const bool has_it =
        offered ? service.value().state == ServiceState::served : was_opened(legs.value());
    const bool told = standing.value().holds == store::DocumentStatus::valid && !has_it &&
                      has_living_notice(legs.value());
    return told ? settle_by_time(leg, true, {now}) : settle_untold(leg, now);
}

} // namespace songda::delivery
