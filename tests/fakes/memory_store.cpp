#include "tests/fakes/memory_store.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "store/codec.hpp"
#include "store/detail/ticket_mint.hpp"
#include "store/limits.hpp"
#include "tests/fakes/memory_lookup.hpp"

namespace songda::fakes {

using memory::full;
using memory::Lock;
using memory::look_up;

void MemoryStore::set_writable(bool writable) {
    const Lock lock(mutex_);
    writable_ = writable;
}

bool MemoryStore::writable() const {
    const Lock lock(mutex_);
    return writable_;
}

Result<std::vector<SigningTicket>> MemoryStore::put_intents(std::span<const Intent> intents) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    for (const Intent& intent : intents) {
        for (const Intent& other : intents) {
            if (other.id == intent.id && other != intent) {
                return Error{Fault::conflict, "two intents with one id"};
            }
        }
    }
    for (const Intent& intent : intents) {
        const auto found = look_up(intents_, intent.id);
        if (found && (!found->open || found->intent != intent)) {
            return Error{Fault::conflict, "another intent"};
        }
        if (!found && held_since_) {
            return Error{Fault::held, "held"};
        }
        const Counter counter = counter_of(intent.department, intent.sequence);
        if (!found && !intent.sequence.empty() && counter.passed > 0 &&
            intent.sequence_value <= counter.passed) {
            return Error{Fault::unavailable, "moved on"};
        }
    }
    std::vector<SigningTicket> tickets;
    for (const Intent& intent : intents) {
        if (intents_.try_emplace(intent.id, StoredIntent{intent, true}).second &&
            !intent.sequence.empty()) {
            Counter counter = counter_of(intent.department, intent.sequence);
            if (counter.last < intent.sequence_value) {
                counter.last = intent.sequence_value;
                counters_[{intent.department, intent.sequence}] = counter;
            }
        }
        tickets.push_back(TicketMint::mint(intent.id, intent.digest));
    }
    return tickets;
}

Result<std::size_t> MemoryStore::void_intents(std::span<const DocumentId> ids,
                                              std::string_view /*reason*/) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    std::size_t closed = 0;
    for (const DocumentId& id : ids) {
        const auto found = intents_.find(id);
        if (found != intents_.end() && found->second.open) {
            found->second.open = false;
            ++closed;
        }
    }
    return closed;
}

Result<std::vector<Intent>> MemoryStore::open_intents() {
    const Lock lock(mutex_);
    std::vector<Intent> open;
    for (const auto& [id, stored] : intents_) {
        if (stored.open) {
            open.push_back(stored.intent);
        }
    }
    return open;
}

Result<std::optional<Intent>> MemoryStore::find_intent(const DocumentId& id) {
    const Lock lock(mutex_);
    const auto found = look_up(intents_, id);
    return found ? std::optional(found->intent) : std::nullopt;
}

Result<Digest> MemoryStore::put_prefix(ByteView bytes) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    if (bytes.empty()) {
        return Error{Fault::invalid_input, "empty prefix"};
    }
    const Digest digest = sha256(bytes);
    prefixes_[digest] = Bytes(bytes.begin(), bytes.end());
    return digest;
}

Result<std::vector<IssueOutcome>> MemoryStore::put_issues(std::span<const IssueWrite> issues) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    for (const IssueWrite& write : issues) {
        const auto& relation = write.document.relation;
        if (write.supersede.has_value() != (relation && supersedes(relation->kind)) ||
            (relation && relation->document == write.document.id)) {
            return Error{Fault::invalid_input, "relation and superseding do not fit"};
        }
        if (write.document.level_by && write.document.level_wanted == SignatureLevel::b_b) {
            return Error{Fault::invalid_input, "a time to reach a level that is there"};
        }
    }
    for (const IssueWrite& write : issues) {
        const Digest& prefix = write.document.file.prefix;
        const auto found = look_up(prefixes_, prefix);
        if (prefix != Digest{} && !found) {
            return Error{Fault::not_found, "no such prefix"};
        }
        if (write.document.file.size != (found ? found->size() : 0) + write.rest.size()) {
            return Error{Fault::invalid_input, "wrong size"};
        }
    }
    std::vector<IssueOutcome> outcomes;
    for (const IssueWrite& write : issues) {
        outcomes.push_back(issue(write));
    }
    return outcomes;
}

std::optional<IssueOutcome> MemoryStore::stands_against(const IssueWrite& write) const {
    using Kind = IssueOutcome::Kind;
    const DocumentRow& document = write.document;
    const auto first = look_up(idempotency_, {document.department, write.idempotency_key});
    if (first && document.issued_at < first->expires) {
        const bool same = first->fingerprint == write.fingerprint;
        return IssueOutcome{same ? Kind::duplicate : Kind::key_conflict, first->document};
    }
    const auto other =
        look_up(cases_, {document.case_number, document.department, document.template_version});
    if (other) {
        return IssueOutcome{Kind::case_conflict, *other};
    }
    const bool stored = documents_.contains(document.id);
    const auto intent = look_up(intents_, document.id);
    if (!stored && !(intent && intent->open)) {
        return IssueOutcome{Kind::no_intent, document.id};
    }
    const bool leg_taken =
        std::any_of(write.legs.begin(), write.legs.end(),
                    [&](const LegWrite& leg) { return legs_.contains(leg.leg.id); });
    if (stored || leg_taken || by_key_.contains(document.key)) {
        return IssueOutcome{Kind::id_taken, document.id};
    }
    if (document.relation) {
        const auto earlier = look_up(documents_, document.relation->document);
        if (!earlier || earlier->department != document.department ||
            history_.at(earlier->id).back().change.status != DocumentStatus::valid) {
            return IssueOutcome{Kind::relation_void, document.relation->document};
        }
    }
    return std::nullopt;
}

IssueOutcome MemoryStore::issue(const IssueWrite& write) {
    if (const auto refusal = stands_against(write)) {
        return *refusal;
    }
    DocumentRow row = write.document;
    row.file.rest_length = static_cast<std::uint32_t>(write.rest.size());
    Bytes file = look_up(prefixes_, row.file.prefix).value_or(Bytes{});
    append(file, write.rest);
    files_[row.id] = std::move(file);
    by_key_[row.key] = row.id;
    if (!write.idempotency_key.empty()) {
        idempotency_[{row.department, write.idempotency_key}] = {write.fingerprint, row.id,
                                                                 write.idempotency_expires};
    }
    if (!row.case_number.empty()) {
        cases_[{row.case_number, row.department, row.template_version}] = row.id;
    }
    history_[row.id].push_back({1, row.first_status});
    for (const LegWrite& leg : write.legs) {
        insert_leg(leg);
    }
    intents_[row.id].open = false;
    if (row.level_wanted != SignatureLevel::b_b) {
        AugmentationRow& way = augmentations_[row.id];
        way.document = row.id;
        way.wanted = row.level_wanted;
        way.since = row.issued_at;
        way.by = row.level_by;
        way.due = row.issued_at;
    }
    if (write.record_sm3) {
        store::MessageRow& message = messages_[row.id];
        message.document = row.id;
        message.record_sm3 = *write.record_sm3;
        message.due = row.issued_at;
    }
    set_open(row, true);
    if (write.consent) {
        consents_[row.id].push_back(*write.consent);
    }
    if (write.supersede) {
        (void)change_status(documents_.at(row.relation->document), *write.supersede);
    }
    record(write.audit);
    documents_[row.id] = row;
    return {IssueOutcome::Kind::created, row.id};
}

Result<std::optional<DocumentRow>> MemoryStore::find_document(const DocumentId& id) {
    const Lock lock(mutex_);
    return look_up(documents_, id);
}

Result<std::optional<DocumentRow>> MemoryStore::find_document_for(const DepartmentCode& department,
                                                                  const DocumentId& id) {
    const Lock lock(mutex_);
    const auto found = look_up(documents_, id);
    return found && found->department == department ? found : std::nullopt;
}

Result<std::optional<DocumentRow>> MemoryStore::find_by_key(const DocumentKey& key) {
    const Lock lock(mutex_);
    const auto id = look_up(by_key_, key);
    return id ? look_up(documents_, *id) : std::nullopt;
}

Result<std::optional<IdempotencyRow>> MemoryStore::find_idempotent(const DepartmentCode& department,
                                                                   std::string_view key) {
    const Lock lock(mutex_);
    return look_up(idempotency_, {department, std::string(key)});
}

Result<PruneStep> MemoryStore::prune_idempotency(TimeMs expired, std::string_view from,
                                                 std::size_t rows_max) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    PruneStep step;
    std::string last(from);
    for (auto at = idempotency_.begin(); at != idempotency_.end();) {
        const std::string place = at->first.first.text + '\0' + at->first.second + '\0';
        if (place <= from) {
            ++at;
            continue;
        }
        if (step.looked_at == rows_max) {
            step.next = last;
            return step;
        }
        last = place;
        ++step.looked_at;
        const bool old = at->second.expires <= expired;
        step.removed += old ? 1 : 0;
        at = old ? idempotency_.erase(at) : std::next(at);
    }
    return step;
}

Result<std::optional<DocumentId>> MemoryStore::find_case(const DepartmentCode& department,
                                                         std::string_view template_version,
                                                         std::string_view case_number) {
    const Lock lock(mutex_);
    return look_up(cases_, {std::string(case_number), department, std::string(template_version)});
}

Result<std::vector<DocumentRow>> MemoryStore::list_documents(const DepartmentCode& department,
                                                             std::optional<DocumentId> after,
                                                             std::size_t limit) {
    const Lock lock(mutex_);
    std::vector<DocumentRow> found;
    auto at = after ? documents_.upper_bound(*after) : documents_.begin();
    for (; at != documents_.end() && found.size() < std::min(limit, list_rows_max); ++at) {
        if (at->second.department == department) {
            found.push_back(at->second);
        }
    }
    return found;
}

Result<Bytes> MemoryStore::read_issued(const DocumentRow& document) {
    const Lock lock(mutex_);
    const auto found = look_up(files_, document.id);
    if (!found || sha256(*found) != document.file_hash) {
        return Error{Fault::corrupt, "file does not match its hash"};
    }
    return *found;
}

void MemoryStore::record(const AuditRow& row) {
    Bytes linked(32, 0);
    if (!audit_.empty()) {
        linked.assign(audit_.back().chain.begin(), audit_.back().chain.end());
    }
    append(linked, ByteView(encode(row)));
    audit_.push_back({audit_.size() + 1, row, sha256(linked)});
}

Result<void> MemoryStore::append_audit(std::span<const AuditRow> rows) {
    const Lock lock(mutex_);
    if (!writable_) {
        return full();
    }
    std::for_each(rows.begin(), rows.end(), [this](const AuditRow& row) { record(row); });
    return {};
}

Result<std::vector<AuditEntry>> MemoryStore::list_audit(std::uint64_t after, std::size_t limit) {
    const Lock lock(mutex_);
    const std::size_t first = std::min<std::uint64_t>(after, audit_.size());
    const std::size_t count = std::min({limit, list_rows_max, audit_.size() - first});
    const auto begin = audit_.begin() + static_cast<std::ptrdiff_t>(first);
    return std::vector<AuditEntry>(begin, begin + static_cast<std::ptrdiff_t>(count));
}

Result<std::uint64_t> MemoryStore::verify_audit() {
    const Lock lock(mutex_);
    return static_cast<std::uint64_t>(audit_.size());
}

Result<void> MemoryStore::backup(const std::string& /*directory*/, TimeMs /*at*/) {
    return Error{Fault::unavailable, "memory has no copy"};
}

Result<FsckReport> MemoryStore::fsck() {
    return FsckReport{};
}

Result<Statistics> MemoryStore::statistics() {
    const Lock lock(mutex_);
    Statistics found;
    found.documents = documents_.size();
    found.legs = legs_.size();
    found.audit_rows = audit_.size();
    for (const auto& [id, intent] : intents_) {
        found.intents_open += intent.open ? 1U : 0U;
    }
    for (const auto& [id, revisions] : revisions_) {
        found.revisions += revisions.size();
    }
    for (const auto& [id, row] : augmentations_) {
        found.augmentations_waiting += is_waiting(row) ? 1U : 0U;
    }
    for (const auto& [id, leg] : legs_) {
        found.legs_scheduled += leg.due ? 1U : 0U;
    }
    return found;
}

Result<Space> MemoryStore::space() {
    return Space{0, 0, writable()};
}

} // namespace songda::fakes
