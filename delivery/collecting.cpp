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
    const auto attempt = keys_.attempt_of(token, code);
    // A token of the wrong form costs the same commit as an unknown one.
    return attempt ? store_.try_access(attempt->token_hash, attempt->code_hash, clock_.now())
                   : store_.try_access({}, {}, clock_.now());
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
    // Ids grow with time; a document has an entry for each of its legs.
    std::sort(ids.begin(), ids.end(), std::greater<>());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::vector<InboxDocument> found;
    for (const DocumentId& id : ids) {
        const auto document = store_.find_document(id);
        const auto status = store_.find_status(id);
        auto legs = progress_of(store_, id);
        for (const Error* failure :
             {document.ok() ? nullptr : &document.error(), status.ok() ? nullptr : &status.error(),
              legs.ok() ? nullptr : &legs.error()}) {
            if (failure != nullptr) {
                return *failure;
            }
        }
        if (!document.value() || !status.value()) {
            return Error{Fault::corrupt, "an inbox names a document that is not there"};
        }
        found.push_back({*document.value(), *status.value(), std::move(legs).value()});
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
        const auto opened = store_.mark_opened(inbox, leg.id, now);
        if (!opened.ok() && opened.error().fault != Fault::not_found) {
            return opened.error();
        }
    }
    return {};
}

Result<std::optional<Collection>> Collecting::renew(const DocumentId& document, TimeMs expires) {
    const auto legs = store_.legs_of(document);
    if (!legs.ok()) {
        return legs.error();
    }
    if (legs.value().empty()) {
        return std::optional<Collection>();
    }
    const LegId newest = legs.value().back().id;
    store::AccessGrant grant = keys_.grant_of(newest, document, {}, expires);
    const auto stored = store_.find_grant(grant.token_hash);
    if (!stored.ok()) {
        return stored.error();
    }
    if (!stored.value()) {
        return Error{Fault::corrupt, "a leg without its grant: was the delivery secret changed?"};
    }
    grant.inbox = stored.value()->inbox;
    const auto renewed = store_.put_grant(grant);
    if (!renewed.ok()) {
        return renewed.error();
    }
    return std::optional(keys_.collection_of(newest, document));
}

} // namespace songda::delivery
