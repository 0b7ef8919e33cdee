#include <algorithm>

#include "base/text_codec.hpp"
#include "store/lmdb/evidence_rows.hpp"
#include "store/lmdb/inspector.hpp"
#include "store/lmdb/leg_rows.hpp"

namespace songda::store {
namespace {

std::size_t count_under(Transaction& rows, Table table, ByteView prefix) {
    std::size_t count = 0;
    for_each_under(rows, table, prefix, [&](const Entry&) {
        ++count;
        return true;
    });
    return count;
}

/// All that happened has its record, and the first says that the document was taken in.
std::size_t records_wanted(Inspector& inspector, Transaction& rows, ByteView id) {
    std::size_t wanted =
        1 + count_under(rows, Table::service, id) + count_under(rows, Table::consent, id);
    const auto legs = read_legs(rows, *last_id<DocumentId>(id));
    if (!legs.ok()) {
        return 0; // found where legs are looked at
    }
    std::vector<InboxId> inboxes;
    for (const LegRow& leg : legs.value()) {
        wanted += count_under(rows, Table::leg_event, leg.id.view());
        const bool seen = std::find(inboxes.begin(), inboxes.end(), leg.inbox) != inboxes.end();
        if (seen || !lies_in_inbox(leg)) {
            continue;
        }
        inboxes.push_back(leg.inbox);
        auto entry = find_row<InboxEntry>(rows, Table::inbox, Key().raw(leg.inbox.view()).raw(id));
        if (entry.ok() && !entry.value()) {
            entry = inspector.fresh(rows).find(leg.inbox, leg.document);
        }
        wanted += entry.ok() && entry.value() && entry.value()->opened ? 1U : 0U;
    }
    return wanted;
}

/// Of one document, in one snapshot.
void inspect_chain(Inspector& inspector, Transaction& rows, const DocumentRow& document) {
    const ByteView id = document.id.view();
    const auto expect = [&](bool holds, std::string_view what) {
        inspector.expect(holds, Table::evidence_chain, id, what);
    };
    Digest previous = document.file_hash;
    std::uint32_t position = 0;
    std::uint64_t sequence = 0;
    for_each_under(rows, Table::evidence_chain, id, [&](const Entry& entry) {
        const auto link = decode_chain_entry(entry.value);
        const bool goes_on = link && entry.key.size() == id.size() + 4 &&
                             read_number(entry.key.last(4)) == position + 1U &&
                             link->sequence > sequence;
        expect(goes_on, "a gap in the chain of evidence, or records out of their order");
        const auto row =
            link ? find_row<EvidenceRow>(rows, Table::evidence, Key().number(link->sequence))
                 : Error{Fault::corrupt, "chain entry"};
        if (!goes_on || !row.ok() || !row.value()) {
            expect(!goes_on, "names a record of evidence that is not there");
            return false;
        }
        const EvidenceRow& record = *row.value();
        const bool names_it = record.text.find(to_hex(previous)) != std::string::npos;
        expect(record.document == document.id && record.position == position + 1U,
               "a record of evidence of another chain");
        expect(names_it && hash_of(record) == link->hash,
               "a record of evidence does not fit its chain");
        expect(rows.get(Table::evidence_department,
                        evidence_department_key(document.department, link->sequence))
                   .has_value(),
               "a record of evidence is not in the index of its department");
        previous = link->hash;
        sequence = link->sequence;
        ++position;
        return true;
    });
    const std::size_t wanted = position == 0 ? 0 : records_wanted(inspector, rows, id);
    expect(wanted == 0 || wanted == position, "something that happened has no record of evidence");
}

} // namespace

void inspect_evidence(Inspector& inspector) {
    inspector.each(Table::document, [&](Transaction& rows, const Entry& entry) {
        const auto document = decode<DocumentRow>(entry.value);
        if (document.ok()) {
            inspect_chain(inspector, rows, document.value());
        }
    });
    std::uint64_t sequence = 0;
    inspector.each(Table::evidence, [&](Transaction& rows, const Entry& entry) {
        const auto row = inspector.row<EvidenceRow>(Table::evidence, entry);
        const bool follows = entry.key.size() == 8 && read_number(entry.key) == ++sequence;
        const auto chained = row ? rows.get(Table::evidence_chain,
                                            Key().raw(row->document.view()).number(row->position))
                                 : std::nullopt;
        const auto link = chained ? decode_chain_entry(*chained) : std::nullopt;
        inspector.expect(follows && link && link->sequence == sequence, Table::evidence,
                         row ? row->document.view() : ByteView(),
                         "a gap before a record of evidence, or it is in no chain");
    });
    inspector.each(Table::evidence_department, [&](Transaction& rows, const Entry& entry) {
        inspector.expect(entry.key.size() > 8 && rows.get(Table::evidence, entry.key.last(8)),
                         Table::evidence_department, {}, "names a record that is not there");
    });
    EvidenceBatchRow before;
    inspector.each(Table::evidence_batch, [&](Transaction& rows, const Entry& entry) {
        const auto row = inspector.row<EvidenceBatchRow>(Table::evidence_batch, entry);
        if (!row) {
            return;
        }
        const bool goes_on = row->number == before.number + 1 && row->first == before.last + 1 &&
                             row->last >= row->first &&
                             as_text(Key().number(row->last)) == as_text(entry.key) &&
                             rows.get(Table::evidence, entry.key);
        inspector.expect(goes_on, Table::evidence_batch, {}, "does not follow the batch before");
        inspector.expect(rows.get(Table::evidence_unstamped, entry.key).has_value() ==
                             row->token.empty(),
                         Table::evidence_batch, {}, "differs from the index of what has no token");
        before = *row;
    });
}

} // namespace songda::store
