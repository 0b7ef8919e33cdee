#include "delivery/collecting.hpp"

#include <algorithm>
#include <array>

#include "delivery/collector.hpp"
#include "delivery/intervals.hpp"
#include "delivery/kiosk/desk.hpp"
#include "delivery/mail_report.hpp"
#include "delivery/place_leg.hpp"
#include "delivery/plan.hpp"
#include "delivery/settle.hpp"
#include "delivery/standing.hpp"

namespace songda::delivery {
namespace {

/// What tells that a document is there brings a link too; what tells of a change brings none.
bool brings_link(const store::LegRow& leg) {
    return is_service(leg) || is_chosen_notice(leg);
}

/// By when it happened; told at once, what was recorded last comes first.
std::vector<store::TrackedEvent> newest_first(std::vector<store::TrackedEvent> events) {
    std::reverse(events.begin(), events.end());
    std::stable_sort(events.begin(), events.end(), [](const auto& left, const auto& right) {
        return right.occurred < left.occurred;
    });
    return events;
}

} // namespace

Result<std::vector<LegProgress>> progress_of(store::Store& store, const DocumentId& document) {
    auto legs = store.legs_of(document);
    if (!legs.ok()) {
        return legs.error();
    }
    std::vector<LegProgress> progress;
    for (store::LegRow& leg : legs.value()) {
        const auto events = store.leg_events(leg.id);
        if (!events.ok()) {
            return events.error();
        }
        auto tracked = store.tracked_events(leg.id);
        if (!tracked.ok()) {
            return tracked.error();
        }
        LegProgress one{std::move(leg), {}};
        one.tracked = newest_first(std::move(tracked).value());
        one.since = one.leg.created;
        for (const store::LegEvent& event : events.value()) {
            if (!one.first_attempt && ends_attempt(event)) {
                one.first_attempt = event.learned;
            }
            if (is_step(event)) {
                one.since = event.happened;
                one.collected = is_collector_detail(event.detail) ? event.detail : "";
            } else if (event.kind == report_event) {
                one.note = event;
            } else if (event.kind == status_event) {
                one.mark = LegProgress::Mark{event.detail, event.happened};
            }
        }
        if (one.mark && one.mark->status == store::status_name(store::DocumentStatus::valid)) {
            one.mark.reset();
        }
        progress.push_back(std::move(one));
    }
    return progress;
}

Result<std::optional<store::InboxId>> Collecting::open(std::string_view token,
                                                       std::string_view code) {
    // A token that we did not make goes the same way, as the leg that nobody has.
    const LegId id = keys_.leg_of(token).value_or(LegId{});
    const auto leg = store_.find_leg(id);
    if (!leg.ok()) {
        return leg.error();
    }
    const bool known = leg.value() && brings_link(*leg.value());
    const DocumentId document = known ? leg.value()->document : DocumentId{};
    const bool right = keys_.is_code(document, code);
    const auto opened = store_.try_link(
        {known ? id : LegId{}, right, ApplicantKeys::attempts, link_ms_, clock_.now()});
    if (!opened.ok()) {
        return opened.error();
    }
    return opened.value() ? std::optional(leg.value()->inbox) : std::nullopt;
}

Result<std::vector<InboxDocument>> Collecting::list(const store::InboxId& inbox) {
    const auto entries = store_.inbox(inbox);
    if (!entries.ok()) {
        return entries.error();
    }
    std::vector<DocumentId> ids;
    for (const store::InboxEntry& entry : entries.value()) {
        ids.push_back(entry.document);
    }
    std::reverse(ids.begin(), ids.end()); // ids grow with time
    std::vector<InboxDocument> found;
    for (const DocumentId& id : ids) {
        const auto document = store_.find_document(id);
        if (!document.ok()) {
            return document.error();
        }
        if (!document.value()) {
            return Error{Fault::corrupt, "an inbox names a document that is not there"};
        }
        const auto status = store_.find_status(*document.value());
        const auto standing = find_standing(store_, *document.value(), clock_.now());
        auto legs = progress_of(store_, id);
        auto service = find_service_case(store_, *document.value(), clock_.now());
        if (!status.ok() || !standing.ok()) {
            return status.ok() ? standing.error() : status.error();
        }
        if (!legs.ok() || !service.ok()) {
            return legs.ok() ? service.error() : legs.error();
        }
        std::erase_if(legs.value(), [](const LegProgress& each) { return !is_service(each.leg); });
        found.push_back({*document.value(), status.value(), std::move(legs).value(),
                         std::move(service).value(), standing.value().awaited});
    }
    return found;
}

Result<std::optional<store::DocumentRow>> Collecting::find(const store::InboxId& inbox,
                                                           const DocumentId& id) {
    const auto entries = store_.inbox(inbox);
    if (!entries.ok()) {
        return entries.error();
    }
    const bool inside =
        std::any_of(entries.value().begin(), entries.value().end(),
                    [&](const store::InboxEntry& entry) { return entry.document == id; });
    if (!inside) {
        return std::optional<store::DocumentRow>();
    }
    auto document = store_.find_document(id);
    if (document.ok() && !document.value()) {
        return Error{Fault::corrupt, "an inbox names a document that is not there"};
    }
    return document;
}

Result<std::optional<Collecting::Handover>> Collecting::hand_over(const store::InboxId& inbox,
                                                                  const DocumentId& id) {
    const auto document = find(inbox, id);
    if (!document.ok()) {
        return document.error();
    }
    if (!document.value()) {
        return std::optional<Handover>();
    }
    const auto standing = find_standing(store_, *document.value(), clock_.now());
    if (!standing.ok()) {
        return standing.error();
    }
    if (standing.value().awaited) {
        return std::optional(Handover{*document.value(), standing.value().awaited, {}});
    }
    auto file = store_.read_file(*document.value());
    if (!file.ok()) {
        return file.error();
    }
    const auto written = acknowledge(inbox, id);
    if (!written.ok()) {
        return written.error();
    }
    return std::optional(Handover{*document.value(), std::nullopt, std::move(file).value()});
}

Result<void> Collecting::acknowledge(const store::InboxId& inbox, const DocumentId& document) {
    const TimeMs now = clock_.now();
    const auto legs = store_.legs_of(document);
    if (!legs.ok()) {
        return legs.error();
    }
    for (const store::LegRow& leg : legs.value()) {
        auto update = is_service(leg) ? settle_opened(leg, now) : std::nullopt;
        if (!update) {
            continue;
        }
        update->audit = store::AuditRow{now, "applicant", "document_collected", to_text(document),
                                        to_text(leg.id)};
        // Somebody else moved it in between: the next download says it again.
        const auto applied = store_.append_leg_event(leg.id, leg.state, *update);
        if (!applied.ok()) {
            return applied.error();
        }
    }
    const auto opened = store_.mark_opened(inbox, document, now);
    return opened.ok() ? Result<void>() : Result<void>(opened.error());
}

Result<std::optional<Collecting::Renewed>> Collecting::renew(const DocumentId& document) {
    const auto legs = store_.legs_of(document);
    if (!legs.ok()) {
        return legs.error();
    }
    const auto newest_leg = std::find_if(legs.value().rbegin(), legs.value().rend(), &is_service);
    if (newest_leg == legs.value().rend()) {
        return std::optional<Renewed>();
    }
    const LegId newest = newest_leg->id;
    const auto forgotten =
        store_.end_tries(std::array<Digest, 1>{code_counter(KioskTokens(keys_), document)}, {});
    if (!forgotten.ok()) {
        return forgotten.error();
    }
    const TimeMs expires = clock_.now() + link_ms_;
    const auto renewed = store_.renew_link(newest, expires);
    if (!renewed.ok()) {
        return renewed.error();
    }
    return std::optional(Renewed{keys_.collection_of(newest, document), expires});
}

} // namespace songda::delivery
