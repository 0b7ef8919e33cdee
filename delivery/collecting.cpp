#include "delivery/collecting.hpp"

#include <algorithm>

#include "delivery/settle.hpp"

namespace songda::delivery {

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
        const TimeMs since = events.value().empty() ? leg.created : events.value().back().happened;
        progress.push_back({std::move(leg), since});
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
    const DocumentId document = leg.value() ? leg.value()->document : DocumentId{};
    const bool right = keys_.is_code(document, code);
    const auto opened =
        store_.try_link({id, right, ApplicantKeys::attempts, link_ms_, clock_.now()});
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
        auto legs = progress_of(store_, id);
        if (!status.ok() || !legs.ok()) {
            return status.ok() ? legs.error() : status.error();
        }
        found.push_back({*document.value(), status.value(), std::move(legs).value()});
    }
    return found;
}

Result<std::optional<Collecting::Handover>> Collecting::hand_over(const store::InboxId& inbox,
                                                                  const DocumentId& id) {
    const auto entries = store_.inbox(inbox);
    if (!entries.ok()) {
        return entries.error();
    }
    const bool inside =
        std::any_of(entries.value().begin(), entries.value().end(),
                    [&](const store::InboxEntry& entry) { return entry.document == id; });
    if (!inside) {
        return std::optional<Handover>();
    }
    const auto document = store_.find_document(id);
    if (!document.ok()) {
        return document.error();
    }
    if (!document.value()) {
        return Error{Fault::corrupt, "an inbox names a document that is not there"};
    }
    auto file = store_.read_file(*document.value());
    if (!file.ok()) {
        return file.error();
    }
    const auto written = acknowledge(inbox, id);
    if (!written.ok()) {
        return written.error();
    }
    return std::optional(Handover{*document.value(), std::move(file).value()});
}

Result<void> Collecting::acknowledge(const store::InboxId& inbox, const DocumentId& document) {
    const TimeMs now = clock_.now();
    const auto legs = store_.legs_of(document);
    if (!legs.ok()) {
        return legs.error();
    }
    for (const store::LegRow& leg : legs.value()) {
        auto update = settle_opened(leg, now);
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
    if (legs.value().empty()) {
        return std::optional<Renewed>();
    }
    const LegId newest = legs.value().back().id;
    const TimeMs expires = clock_.now() + link_ms_;
    const auto renewed = store_.renew_link(newest, expires);
    if (!renewed.ok()) {
        return renewed.error();
    }
    return std::optional(Renewed{keys_.collection_of(newest, document), expires});
}

} // namespace songda::delivery
