// Evidence of delivery in the store in memory.
#include <algorithm>

#include "store/detail/evidence_history.hpp"
#include "store/limits.hpp"
#include "tests/fakes/memory_lookup.hpp"
#include "tests/fakes/memory_store.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;
using store::detail::DeliveryHistory;
using store::detail::Happened;

/// What stands in the maps: of a chain that begins also what has just happened.
void MemoryStore::testify_to(const DocumentId& id, const Happened& happened) {
    if (!testify_) {
        return;
    }
    const DocumentRow& document = documents_.at(id);
    DeliveryHistory history;
    for (const LegRow& leg : legs_under(id)) {
        history.legs.push_back(leg);
        history.events.push_back(events_.at(leg.id));
    }
    history.service = service_[id];
    history.consents = consents_[id];
    for (const LegRow& leg : history.legs) {
        const auto entry = look_up(inbox_, {leg.inbox, id});
        if (entry && leg.purpose != LegPurpose::supervision &&
            std::find(history.inboxes.begin(), history.inboxes.end(), *entry) ==
                history.inboxes.end()) {
            history.inboxes.push_back(*entry);
        }
    }
    const InboxId* const inbox = history.inboxes.empty() ? nullptr : &history.inboxes.front().inbox;
    const auto revisions = look_up(revisions_, id);
    const Digest file_hash =
        revisions && !revisions->empty() ? revisions->back().file_hash : document.file_hash;
    std::vector<Digest>& chain = chains_[id];
    std::optional<ConsentEntry> consent;
    const auto put = [&](const Happened& each) {
        const InboxId* const own = recipient_of(each, inbox);
        const Digest previous = chain.empty() ? document.file_hash : chain.back();
        EvidenceRow row{evidence_.size() + 1, id, static_cast<std::uint32_t>(chain.size() + 1), {}};
        row.text = testify_({document, file_hash, row.position, previous, own,
                             consent ? &*consent : nullptr, each.leg, each.event, each.service,
                             each.consent, each.opened});
        chain.push_back(hash_of(row));
        evidence_.push_back(std::move(row));
    };
    if (!chain.empty()) {
        if (!history.consents.empty()) {
            consent = history.consents.back();
        }
        put(happened);
        return;
    }
    put({});
    for (const Happened& each : in_order(history)) {
        consent = each.consent != nullptr ? std::optional(*each.consent) : consent;
        put(each);
    }
}

void MemoryStore::testify_events(const LegRow& leg, const std::vector<LegEvent>& events) {
    const bool begins = chains_[leg.document].empty();
    for (const LegEvent& event : events) {
        testify_to(leg.document, {&leg, &event, nullptr, nullptr, nullptr});
        if (begins) {
            return; // all that happened until now
        }
    }
}

void MemoryStore::testify_service(const DocumentId& id, const std::vector<ServiceEntry>& entries) {
    const bool begins = chains_[id].empty();
    for (const ServiceEntry& entry : entries) {
        testify_to(id, {nullptr, nullptr, &entry, nullptr, nullptr});
        if (begins) {
            return;
        }
    }
}

Result<std::vector<EvidenceRow>> MemoryStore::evidence_of(const DocumentId& document) {
    const Lock lock(mutex_);
    std::vector<EvidenceRow> found;
    std::copy_if(evidence_.begin(), evidence_.end(), std::back_inserter(found),
                 [&](const EvidenceRow& row) { return row.document == document; });
    return found;
}

Result<std::vector<EvidenceRow>> MemoryStore::list_evidence(std::uint64_t after,
                                                            std::size_t limit) {
    const Lock lock(mutex_);
    std::vector<EvidenceRow> found;
    const std::size_t most = std::min(limit, evidence_rows_max);
    for (std::size_t at = after; at < evidence_.size() && found.size() < most; ++at) {
        found.push_back(evidence_[at]);
    }
    return found;
}

Result<std::vector<EvidenceRow>> MemoryStore::list_evidence_for(const DepartmentCode& department,
                                                                std::uint64_t after,
                                                                std::size_t limit) {
    const Lock lock(mutex_);
    std::vector<EvidenceRow> found;
    for (const EvidenceRow& row : evidence_) {
        if (row.sequence > after && documents_.at(row.document).department == department &&
            found.size() < std::min(limit, evidence_rows_max)) {
            found.push_back(row);
        }
    }
    return found;
}

Result<void> MemoryStore::put_evidence_batch(const EvidenceBatchRow& batch) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const std::uint64_t last = batches_.empty() ? 0 : batches_.back().last;
    if (batch.number != batches_.size() + 1 || batch.first != last + 1 ||
        batch.last < batch.first || batch.last > evidence_.size()) {
        return Error{Fault::conflict, "not the next batch"};
    }
    batches_.push_back(batch);
    return {};
}

Result<void> MemoryStore::put_evidence_token(std::uint64_t last, ByteView token) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    const auto found = std::find_if(batches_.begin(), batches_.end(),
                                    [&](const auto& each) { return each.last == last; });
    if (found == batches_.end()) {
        return Error{Fault::not_found, "no such batch"};
    }
    if (found->token.empty()) {
        found->token.assign(token.begin(), token.end());
    }
    return {};
}

Result<std::optional<EvidenceBatchRow>> MemoryStore::last_evidence_batch() {
    const Lock lock(mutex_);
    return batches_.empty() ? std::nullopt : std::optional(batches_.back());
}

Result<std::optional<EvidenceBatchRow>> MemoryStore::evidence_batch_of(std::uint64_t sequence) {
    const Lock lock(mutex_);
    const auto found = std::find_if(batches_.begin(), batches_.end(),
                                    [&](const auto& each) { return each.last >= sequence; });
    return found == batches_.end() ? std::nullopt : std::optional(*found);
}

Result<std::vector<EvidenceBatchRow>> MemoryStore::batches_without_token(std::size_t limit) {
    const Lock lock(mutex_);
    std::vector<EvidenceBatchRow> found;
    for (const EvidenceBatchRow& batch : batches_) {
        if (batch.token.empty() && found.size() < limit) {
            found.push_back(batch);
        }
    }
    return found;
}

Result<EvidenceCounts> MemoryStore::count_evidence() {
    const Lock lock(mutex_);
    EvidenceCounts counts;
    counts.records = evidence_.size();
    counts.batches = batches_.size();
    counts.sealed = batches_.empty() ? 0 : batches_.back().last;
    for (const EvidenceBatchRow& batch : batches_) {
        if (batch.token.empty()) {
            ++counts.without_token;
            counts.oldest_without = counts.oldest_without.value_or(batch.at);
        }
    }
    return counts;
}

} // namespace songda::fakes
