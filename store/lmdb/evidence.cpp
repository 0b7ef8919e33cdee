#include <algorithm>

#include "base/sha256.hpp"
#include "store/limits.hpp"
#include "store/lmdb/evidence_rows.hpp"
#include "store/lmdb/leg_rows.hpp"
#include "store/lmdb/lmdb_store.hpp"

namespace songda::store {

using detail::DeliveryHistory;
using detail::Happened;

Digest hash_of(const EvidenceRow& record) {
    return sha256(as_bytes(record.text));
}

std::optional<ChainEntry> decode_chain_entry(ByteView value) {
    ChainEntry entry;
    if (value.size() != 8 + entry.hash.size()) {
        return std::nullopt;
    }
    entry.sequence = read_number(value.first(8));
    std::copy_n(value.begin() + 8, entry.hash.size(), entry.hash.begin());
    return entry;
}

std::uint64_t Batch::next_evidence() {
    if (!evidence_known_) {
        const std::optional<Entry> last = rows.before(Table::evidence, {});
        evidence_sequence_ = last ? read_number(last->key) : 0;
        evidence_known_ = true;
    }
    return ++evidence_sequence_;
}

namespace {

/// Of the file as it is handed out: the newest revision knows it.
Result<Digest> file_hash_now(Transaction& rows, const DocumentRow& document) {
    const std::optional<Entry> last = last_under(rows, Table::revision, document.id.view());
    if (!last) {
        return document.file_hash;
    }
    const auto revision = decode<RevisionRow>(last->value);
    return revision.ok() ? Result<Digest>(revision.value().file_hash) : revision.error();
}

/// One document's chain, from its last record on.
class ChainWriter {
public:
    ChainWriter(Batch& batch, const DocumentId& document) : batch_(batch), id_(document) {}

    Result<void> open() {
        auto document = find_row<DocumentRow>(batch_.rows, Table::document, id_.view());
        if (!document.ok() || !document.value()) {
            return document.ok() ? Error{Fault::corrupt, "evidence of no document"}
                                 : document.error();
        }
        document_ = *std::move(document).value();
        const auto hash = file_hash_now(batch_.rows, document_);
        if (!hash.ok()) {
            return hash.error();
        }
        file_hash_ = hash.value();
        previous_ = document_.file_hash;
        const std::optional<Entry> last =
            last_under(batch_.rows, Table::evidence_chain, id_.view());
        if (!last) {
            return {};
        }
        const auto entry = decode_chain_entry(last->value);
        if (!entry || last->key.size() != id_.bytes.size() + 4) {
            return Error{Fault::corrupt, "chain of evidence cannot be read"};
        }
        position_ = static_cast<std::uint32_t>(read_number(last->key.last(4)));
        previous_ = entry->hash;
        return {};
    }
    [[nodiscard]] bool begins() const { return position_ == 0; }

    /// What is there already: the rows of what has just happened are among it.
    Result<void> put_all() {
        const auto history = read_history();
        if (!history.ok()) {
            return history.error();
        }
        if (!history.value().inboxes.empty()) {
            inbox_ = history.value().inboxes.front().inbox;
        }
        Result<void> done = put({});
        for (const Happened& each : in_order(history.value())) {
            consent_ = each.consent != nullptr ? std::optional(*each.consent) : consent_;
            done = done.ok() ? put(each) : done;
        }
        return done;
    }

    Result<void> put_each(std::span<const Happened> happened) {
        if (const auto last = last_under(batch_.rows, Table::consent, id_.view())) {
            const auto consent = decode<ConsentEntry>(last->value);
            if (!consent.ok()) {
                return consent.error();
            }
            consent_ = consent.value();
        }
        Result<void> done;
        for (const Happened& each : happened) {
            done = done.ok() ? find_recipient(each) : done;
            done = done.ok() ? put(each) : done;
        }
        return done;
    }

private:
    Result<DeliveryHistory> read_history() {
        Transaction& rows = batch_.rows;
        auto legs = read_legs(rows, id_);
        auto service = list_rows<ServiceEntry>(rows, Table::service, id_.view());
        auto consents = list_rows<ConsentEntry>(rows, Table::consent, id_.view());
        if (!legs.ok() || !service.ok() || !consents.ok()) {
            return Error{Fault::corrupt, "the delivery of a document cannot be read"};
        }
        DeliveryHistory history{std::move(legs).value(),
                                {},
                                std::move(service).value(),
                                std::move(consents).value(),
                                {}};
        for (const LegRow& leg : history.legs) {
            auto events = list_rows<LegEvent>(rows, Table::leg_event, leg.id.view());
            if (!events.ok()) {
                return events.error();
            }
            history.events.push_back(std::move(events).value());
            const bool seen =
                std::any_of(history.inboxes.begin(), history.inboxes.end(),
                            [&](const InboxEntry& each) { return each.inbox == leg.inbox; });
            if (seen || !lies_in_inbox(leg)) {
                continue;
            }
            const auto entry = find_inbox_entry(batch_, leg.inbox, id_);
            if (!entry.ok()) {
                return entry.error();
            }
            history.inboxes.push_back(
                entry.value().value_or(InboxEntry{leg.inbox, id_, leg.created, std::nullopt}));
        }
        return history;
    }

    /// Whom it concerns, where the event itself does not say it: any of the document's legs does.
    Result<void> find_recipient(const Happened& each) {
        if (each.leg != nullptr || each.opened != nullptr || inbox_) {
            return {};
        }
        const auto legs = read_legs(batch_.rows, id_);
        if (!legs.ok()) {
            return legs.error();
        }
        const auto leg = std::find_if(legs.value().begin(), legs.value().end(), &lies_in_inbox);
        inbox_ = leg != legs.value().end() ? std::optional(leg->inbox) : std::nullopt;
        return {};
    }

    Result<void> put(const Happened& each) {
        const InboxId* const inbox = detail::recipient_of(each, inbox_ ? &*inbox_ : nullptr);
        EvidenceRow row;
        row.document = id_;
        row.position = position_ + 1;
        row.text = (*batch_.testify)({document_, file_hash_, row.position, previous_, inbox,
                                      consent_ ? &*consent_ : nullptr, each.leg, each.event,
                                      each.service, each.consent, each.opened});
        if (row.text.empty() || row.text.size() > evidence_text_bytes_max) {
            return Error{Fault::internal, "a record of evidence without text, or too long"};
        }
        row.sequence = batch_.next_evidence();
        position_ = row.position;
        previous_ = hash_of(row);
        Bytes entry = Key().number(row.sequence).bytes();
        append(entry, ByteView(previous_));
        Transaction& rows = batch_.rows;
        rows.put(Table::evidence, Key().number(row.sequence), encode(row));
        rows.put(Table::evidence_chain, Key().raw(id_.view()).number(row.position), entry);
        rows.put(Table::evidence_department,
                 evidence_department_key(document_.department, row.sequence), {});
        return {};
    }

    Batch& batch_;
    const DocumentId id_;
    DocumentRow document_;
    Digest file_hash_{};
    Digest previous_{};
    std::uint32_t position_ = 0; ///< of the last record
    std::optional<InboxId> inbox_;
    std::optional<ConsentEntry> consent_;
};

Result<EvidenceRow> decode_record(ByteView key, ByteView value) {
    auto row = decode<EvidenceRow>(value);
    if (row.ok()) {
        row.value().sequence = read_number(key);
    }
    return row;
}

Result<EvidenceRow> get_record(Transaction& rows, std::uint64_t sequence) {
    const Key key = Key().number(sequence);
    const auto value = rows.get(Table::evidence, key);
    return value ? decode_record(key, *value)
                 : Result<EvidenceRow>(Error{Fault::corrupt, "a record of evidence is not there"});
}

/// A batch's key is its last record, so that the one after any record's sequence holds it.
Result<std::optional<EvidenceBatchRow>> decode_batch(const std::optional<Entry>& entry) {
    if (!entry) {
        return std::optional<EvidenceBatchRow>();
    }
    auto row = decode<EvidenceBatchRow>(entry->value);
    return row.ok() ? Result(std::optional(std::move(row).value())) : row.error();
}

Result<std::optional<EvidenceBatchRow>> last_batch(Transaction& rows) {
    return decode_batch(rows.before(Table::evidence_batch, {}));
}

} // namespace

void put_evidence(Batch& batch, const DocumentId& document, std::span<const Happened> happened) {
    if (batch.testify == nullptr || happened.empty()) {
        return;
    }
    ChainWriter chain(batch, document);
    Result<void> done = chain.open();
    if (done.ok()) {
        done = chain.begins() ? chain.put_all() : chain.put_each(happened);
    }
    if (!done.ok()) {
        batch.refuse(done.error());
    }
}

void put_evidence(Batch& batch, const LegRow& leg, std::span<const LegEvent> events) {
    std::vector<Happened> happened;
    for (const LegEvent& event : events) {
        happened.push_back({&leg, &event, nullptr, nullptr, nullptr});
    }
    put_evidence(batch, leg.document, happened);
}

Result<std::vector<EvidenceRow>> LmdbStore::evidence_of(const DocumentId& document) {
    Transaction rows = environment_.read();
    std::vector<EvidenceRow> found;
    Result<void> state;
    for_each_under(rows, Table::evidence_chain, document.view(), [&](const Entry& entry) {
        const auto chain = decode_chain_entry(entry.value);
        auto row = chain ? get_record(rows, chain->sequence)
                         : Error{Fault::corrupt, "chain of evidence cannot be read"};
        state = row.ok() ? state : row.error();
        if (row.ok()) {
            found.push_back(std::move(row).value());
        }
        return state.ok();
    });
    state = state.ok() ? failure_of(rows) : state;
    return state.ok() ? Result(std::move(found)) : state.error();
}

Result<std::vector<EvidenceRow>> LmdbStore::list_evidence(std::uint64_t after, std::size_t limit) {
    Transaction rows = environment_.read();
    const std::size_t most = std::min(limit, evidence_rows_max);
    std::vector<EvidenceRow> found;
    std::optional<Entry> entry = rows.after(Table::evidence, Key().number(after));
    while (entry && found.size() < most) {
        auto row = decode_record(entry->key, entry->value);
        if (!row.ok()) {
            return row.error();
        }
        found.push_back(std::move(row).value());
        entry = rows.after(Table::evidence, Key().number(found.back().sequence));
    }
    const Result<void> readable = failure_of(rows);
    return readable.ok() ? Result(std::move(found)) : readable.error();
}

Result<std::vector<EvidenceRow>> LmdbStore::list_evidence_for(const DepartmentCode& department,
                                                              std::uint64_t after,
                                                              std::size_t limit) {
    Transaction rows = environment_.read();
    const std::size_t most = std::min(limit, evidence_rows_max);
    const Key own = Key().text(department.text);
    std::vector<EvidenceRow> found;
    std::optional<Entry> entry =
        rows.after(Table::evidence_department, evidence_department_key(department, after));
    while (entry && found.size() < most && starts_with(entry->key, own)) {
        auto row = get_record(rows, read_number(entry->key.last(8)));
        if (!row.ok()) {
            return row.error();
        }
        found.push_back(std::move(row).value());
        entry = rows.after(Table::evidence_department,
                           evidence_department_key(department, found.back().sequence));
    }
    const Result<void> readable = failure_of(rows);
    return readable.ok() ? Result(std::move(found)) : readable.error();
}

Result<void> LmdbStore::put_evidence_batch(const EvidenceBatchRow& row) {
    Result<void> fits = check_row(row);
    if (!fits.ok()) {
        return fits;
    }
    return committer_->run([&](Batch& batch) -> Result<void> {
        const auto before = last_batch(batch.rows);
        if (!before.ok()) {
            return before.error();
        }
        const std::uint64_t number = before.value() ? before.value()->number : 0;
        const std::uint64_t last = before.value() ? before.value()->last : 0;
        if (row.number != number + 1 || row.first != last + 1 || row.last < row.first ||
            !batch.rows.get(Table::evidence, Key().number(row.last))) {
            return Error{Fault::conflict, "not the next batch of records"};
        }
        batch.rows.put(Table::evidence_batch, Key().number(row.last), encode(row));
        if (row.token.empty()) {
            batch.rows.put(Table::evidence_unstamped, Key().number(row.last), {});
        }
        return {};
    });
}

Result<void> LmdbStore::put_evidence_token(std::uint64_t last, ByteView token) {
    return committer_->run([&](Batch& batch) -> Result<void> {
        const Key key = Key().number(last);
        auto found = find_row<EvidenceBatchRow>(batch.rows, Table::evidence_batch, key);
        if (!found.ok() || !found.value()) {
            return found.ok() ? Error{Fault::not_found, "no such batch"} : found.error();
        }
        EvidenceBatchRow& row = *found.value();
        if (!row.token.empty()) {
            return {};
        }
        row.token.assign(token.begin(), token.end());
        Result<void> fits = check_row(row);
        if (fits.ok()) {
            batch.rows.put(Table::evidence_batch, key, encode(row));
            batch.rows.erase(Table::evidence_unstamped, key);
        }
        return fits;
    });
}

Result<std::optional<EvidenceBatchRow>> LmdbStore::last_evidence_batch() {
    Transaction rows = environment_.read();
    auto found = last_batch(rows);
    const Result<void> readable = failure_of(rows);
    return readable.ok() ? std::move(found) : readable.error();
}

Result<std::optional<EvidenceBatchRow>> LmdbStore::evidence_batch_of(std::uint64_t sequence) {
    Transaction rows = environment_.read();
    auto found = decode_batch(rows.at_or_after(Table::evidence_batch, Key().number(sequence)));
    const Result<void> readable = failure_of(rows);
    return readable.ok() ? std::move(found) : readable.error();
}

Result<std::vector<EvidenceBatchRow>> LmdbStore::batches_without_token(std::size_t limit) {
    Transaction rows = environment_.read();
    std::vector<EvidenceBatchRow> found;
    std::optional<Entry> entry = rows.at_or_after(Table::evidence_unstamped, {});
    while (entry && found.size() < std::min(limit, list_rows_max)) {
        const Bytes key(entry->key.begin(), entry->key.end());
        auto row = find_row<EvidenceBatchRow>(rows, Table::evidence_batch, key);
        if (!row.ok() || !row.value()) {
            return Error{Fault::corrupt, "index names a batch of evidence that cannot be read"};
        }
        found.push_back(*std::move(row).value());
        entry = rows.after(Table::evidence_unstamped, key);
    }
    const Result<void> readable = failure_of(rows);
    return readable.ok() ? Result(std::move(found)) : readable.error();
}

Result<EvidenceCounts> LmdbStore::count_evidence() {
    Transaction rows = environment_.read();
    EvidenceCounts counts;
    counts.records = rows.entries(Table::evidence);
    counts.batches = rows.entries(Table::evidence_batch);
    counts.without_token = rows.entries(Table::evidence_unstamped);
    const auto last = last_batch(rows);
    const std::optional<Entry> first = rows.at_or_after(Table::evidence_unstamped, {});
    const auto oldest = decode_batch(
        first ? rows.at_or_after(Table::evidence_batch, Bytes(first->key.begin(), first->key.end()))
              : std::nullopt);
    const Result<void> readable = failure_of(rows);
    if (!readable.ok() || !last.ok() || !oldest.ok()) {
        return readable.ok() ? Error{Fault::corrupt, "a batch of evidence cannot be read"}
                             : readable.error();
    }
    counts.sealed = last.value() ? last.value()->last : 0;
    counts.oldest_without = oldest.value() ? std::optional(oldest.value()->at) : std::nullopt;
    return counts;
}

} // namespace songda::store
