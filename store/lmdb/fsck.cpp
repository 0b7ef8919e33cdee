#include <algorithm>

#include "base/sha256.hpp"
#include "store/lmdb/audit_rows.hpp"
#include "store/lmdb/augmentation_rows.hpp"
#include "store/lmdb/fresh_rows.hpp"
#include "store/lmdb/inspector.hpp"
#include "store/lmdb/leg_rows.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/message_rows.hpp"
#include "store/lmdb/status_rows.hpp"

namespace songda::store {
namespace {

bool equals(const std::optional<ByteView>& stored, ByteView wanted) {
    return stored && as_text(*stored) == as_text(wanted);
}

void inspect_document(Inspector& inspector, Transaction& rows, ByteView key,
                      const DocumentRow& row) {
    const auto expect = [&](bool holds, std::string_view what) {
        inspector.expect(holds, Table::document, key, what);
    };
    const ByteView id = row.id.view();
    expect(as_text(id) == as_text(key), "id differs from its key");
    expect(equals(rows.get(Table::document_key, row.key.view()), id) ||
               inspector.fresh(rows).find(row.key) == row.id,
           "not in the index of keys");
    expect(
        rows.get(Table::department_document, Key().text(row.department.text).raw(id)).has_value(),
        "not in the index of its department");
    expect(!row.valid_until ||
               rows.get(Table::last_day, Key().day(*row.valid_until).raw(id)).has_value(),
           "not in the index of last days");
    expect(row.case_number.empty() ||
               equals(rows.get(Table::case_number,
                               case_key(row.department, row.template_version, row.case_number)),
                      id),
           "not in the index of cases");
    expect(!row.relation ||
               rows.get(Table::related, Key().raw(row.relation->document.view()).raw(id)),
           "not in the index of relations");
    expect(rows.get(Table::intent, id).has_value(), "without an intent");
    expect(!rows.get(Table::intent_open, id), "its intent is still open");
    expect(row.file.prefix == Digest{} || rows.get(Table::prefix, row.file.prefix).has_value(),
           "its prefix is not there");
    const auto cursor = find_row<SegmentCursor>(rows, Table::meta, as_bytes("cursor"));
    const bool inside = cursor.ok() && cursor.value() &&
                        (row.file.segment < cursor.value()->segment ||
                         (row.file.segment == cursor.value()->segment &&
                          row.file.offset + row.file.rest_length <= cursor.value()->offset));
    expect(inside, "its file lies behind the cursor");
    expect((row.level_wanted == SignatureLevel::b_b) !=
               rows.get(Table::augmentation, id).has_value(),
           "its level is wanted and nobody works for it, or the other way round");
}

/// A notice names an entry of a history, or that a document with a last day expired. The first
/// entry stands in the document's own row.
bool tells_what_is_there(Transaction& rows, const LegRow& leg) {
    if (!leg.tells || leg.purpose == LegPurpose::service) {
        return !leg.tells && leg.purpose == LegPurpose::service;
    }
    const auto document = find_row<DocumentRow>(rows, Table::document, leg.tells->document.view());
    if (!document.ok() || !document.value()) {
        return false;
    }
    switch (leg.tells->sequence) {
    case expiry_sequence: return document.value()->valid_until.has_value();
    case 1: return true;
    default:
        return rows
            .get(Table::status, Key().raw(leg.tells->document.view()).number(leg.tells->sequence))
            .has_value();
    }
}

void inspect_leg(Inspector& inspector, Transaction& rows, ByteView key, const LegRow& row) {
    const auto expect = [&](bool holds, std::string_view what) {
        inspector.expect(holds, Table::leg, key, what);
    };
    expect(as_text(row.id.view()) == as_text(key), "id differs from its key");
    expect(rows.get(Table::document, row.document.view()).has_value(), "without a document");
    expect(rows.get(Table::document_leg, Key().raw(row.document.view()).raw(row.id.view()))
               .has_value(),
           "not in the index of its document");
    expect(!lies_in_inbox(row) ||
               rows.get(Table::inbox, Key().raw(row.inbox.view()).raw(row.document.view())) ||
               inspector.fresh(rows).find(row.inbox, row.document).has_value(),
           "its document is not in the inbox");
    expect(tells_what_is_there(rows, row), "tells a status that is not in the history");
    expect(!row.due || rows.get(Table::due, due_key(row)).has_value(), "not in the due index");
    expect(!row.dead_since || rows.get(Table::dead_letter,
                                       dead_letter_key(row.department, {*row.dead_since, row.id}))
                                  .has_value(),
           "not among the dead letters");
}

void inspect_legs(Inspector& inspector) {
    inspector.each(Table::leg, [&](Transaction& rows, const Entry& entry) {
        if (const auto row = inspector.row<LegRow>(Table::leg, entry)) {
            inspect_leg(inspector, rows, entry.key, *row);
        }
    });
    inspector.each(Table::due, [&](Transaction& rows, const Entry& entry) {
        const auto id = last_id<LegId>(entry.key);
        const auto leg = id ? find_row<LegRow>(rows, Table::leg, id->view())
                            : Result<std::optional<LegRow>>(std::optional<LegRow>());
        const bool fits = leg.ok() && leg.value() && leg.value()->due &&
                          as_text(due_key(*leg.value())) == as_text(entry.key);
        inspector.expect(fits, Table::due, entry.key, "names a leg that is not due then");
    });
    inspector.each(Table::dead_letter, [&](Transaction& rows, const Entry& entry) {
        const auto id = last_id<LegId>(entry.key);
        const auto leg = id ? find_row<LegRow>(rows, Table::leg, id->view())
                            : Result<std::optional<LegRow>>(std::optional<LegRow>());
        const bool fits =
            leg.ok() && leg.value() && leg.value()->dead_since &&
            as_text(dead_letter_key(leg.value()->department, {*leg.value()->dead_since, *id})) ==
                as_text(entry.key);
        inspector.expect(fits, Table::dead_letter, entry.key, "names a leg that was not given up");
    });
    inspector.each(Table::document_leg, [&](Transaction& rows, const Entry& entry) {
        const auto id = last_id<LegId>(entry.key);
        inspector.expect(id && rows.get(Table::leg, id->view()), Table::document_leg, entry.key,
                         "names a leg that is not there");
    });
    inspector.each(Table::tracked, [&](Transaction& rows, const Entry& entry) {
        (void)inspector.row<TrackedEvent>(Table::tracked, entry);
        const bool shaped = entry.key.size() == 20 && rows.get(Table::leg, entry.key.first(16));
        const std::uint64_t number = shaped ? read_number(entry.key.last(4)) : 0;
        const bool goes_on =
            number == 1 ||
            (number > 1 &&
             rows.get(
                 Table::tracked,
                 Key().raw(entry.key.first(16)).number(static_cast<std::uint32_t>(number - 1))));
        inspector.expect(goes_on, Table::tracked, entry.key, "of no leg, or a gap before it");
    });
    inspector.each(Table::leg_event, [&](Transaction& rows, const Entry& entry) {
        (void)inspector.row<LegEvent>(Table::leg_event, entry);
        inspector.expect(entry.key.size() == 20 && rows.get(Table::leg, entry.key.first(16)),
                         Table::leg_event, entry.key, "event of a leg that is not there");
    });
}

/// An index whose value is a document's id, and what the document must say for the entry to fit.
template <class Fits>
void inspect_index(Inspector& inspector, Table table, Fits fits) {
    inspector.each(table, [&](Transaction& rows, const Entry& entry) {
        const auto row = find_row<DocumentRow>(rows, Table::document, entry.value);
        inspector.expect(row.ok() && row.value() && fits(*row.value(), entry.key), table, entry.key,
                         "index differs from its document");
    });
}

void inspect_indexes(Inspector& inspector) {
    inspect_index(inspector, Table::document_key, [](const DocumentRow& row, ByteView key) {
        return as_text(row.key.view()) == as_text(key);
    });
    inspect_index(inspector, Table::case_number, [](const DocumentRow& row, ByteView key) {
        return as_text(case_key(row.department, row.template_version, row.case_number)) ==
               as_text(key);
    });
    for (const Table table : fresh_tables) {
        inspector.each(table, [&](Transaction& rows, const Entry& entry) {
            if (const auto fresh = inspector.row<FreshRow>(table, entry)) {
                const auto row =
                    find_row<DocumentRow>(rows, Table::document, fresh->document.view());
                inspector.expect(row.ok() && row.value() && row.value()->key == fresh->key, table,
                                 entry.key, "differs from its document");
            }
        });
    }
    inspector.each(Table::department_document, [&](Transaction& rows, const Entry& entry) {
        const auto id = last_id<DocumentId>(entry.key);
        inspector.expect(id && rows.get(Table::document, id->view()), Table::department_document,
                         entry.key, "names a document that is not there");
    });
    inspector.each(Table::last_day, [&](Transaction& rows, const Entry& entry) {
        const auto id = last_id<DocumentId>(entry.key);
        const auto row = id ? find_row<DocumentRow>(rows, Table::document, id->view())
                            : Result<std::optional<DocumentRow>>(std::optional<DocumentRow>());
        const bool fits =
            row.ok() && row.value() && row.value()->valid_until &&
            as_text(Key().day(*row.value()->valid_until).raw(id->view())) == as_text(entry.key);
        inspector.expect(fits, Table::last_day, entry.key, "index differs from its document");
    });
    inspector.each(Table::idempotency, [&](Transaction& rows, const Entry& entry) {
        if (const auto row = inspector.row<IdempotencyRow>(Table::idempotency, entry)) {
            inspector.expect(rows.get(Table::document, row->document.view()).has_value(),
                             Table::idempotency, entry.key, "names a document that is not there");
        }
    });
    inspector.each(Table::intent_open, [&](Transaction& rows, const Entry& entry) {
        inspector.expect(rows.get(Table::intent, entry.key).has_value(), Table::intent_open,
                         entry.key, "open intent without its row");
        inspector.expect(!rows.get(Table::document, entry.key), Table::intent_open, entry.key,
                         "open intent of an issued document");
    });
}

void inspect_editions(Inspector& inspector) {
    inspector.each(Table::edition, [&](Transaction& rows, const Entry& entry) {
        const auto row = inspector.row<EditionRow>(Table::edition, entry);
        inspector.expect(!row || rows.get(Table::edition_content, row->content).has_value(),
                         Table::edition, entry.key, "its content is not there");
    });
    inspector.each(Table::edition_content, [&](Transaction&, const Entry& entry) {
        inspector.expect(as_text(ByteView(sha256(entry.value))) == as_text(entry.key),
                         Table::edition_content, entry.key, "does not match its hash");
    });
}

/// A draft that waits has its decision and its two index entries; one that does not has none.
void inspect_drafts(Inspector& inspector) {
    inspector.each(Table::draft, [&](Transaction& rows, const Entry& entry) {
        const auto draft = inspector.row<DraftRow>(Table::draft, entry);
        if (!draft) {
            return;
        }
        const auto expect = [&](bool holds, std::string_view what) {
            inspector.expect(holds, Table::draft, entry.key, what);
        };
        const bool waits = draft->state == DraftState::waiting;
        const auto decision = rows.get(Table::draft_decision, entry.key);
        expect(as_text(draft->id.view()) == as_text(entry.key), "id differs from its key");
        expect(decision.has_value() == waits && (!decision || sha256(*decision) == draft->decision),
               "its decision is missing, another, or should be gone");
        for (const DepartmentCode& code : {draft->department, draft->author_department}) {
            expect(rows.get(Table::waiting_draft, Key().text(code.text).raw(draft->id.view()))
                           .has_value() == waits,
                   "differs from the index of what waits");
        }
    });
    for (const Table table : {Table::waiting_draft, Table::draft_decision}) {
        inspector.each(table, [&](Transaction& rows, const Entry& entry) {
            const auto id = last_id<DraftId>(entry.key);
            inspector.expect(id && rows.get(Table::draft, id->view()), table, entry.key,
                             "of a draft that is not there");
        });
    }
}

/// Both ends of a relation name each other, and what was superseded says so.
void inspect_relations(Inspector& inspector) {
    inspector.each(Table::related, [&](Transaction& rows, const Entry& entry) {
        const auto later = last_id<DocumentId>(entry.key);
        const auto row = later ? find_row<DocumentRow>(rows, Table::document, later->view())
                               : Result<std::optional<DocumentRow>>(std::optional<DocumentRow>());
        const bool fits =
            entry.key.size() == 32 && entry.value.size() == 1 && row.ok() && row.value() &&
            row.value()->relation &&
            as_text(row.value()->relation->document.view()) == as_text(entry.key.first(16)) &&
            static_cast<std::uint8_t>(row.value()->relation->kind) == entry.value[0];
        inspector.expect(fits, Table::related, entry.key, "differs from its document");
        const auto earlier = find_row<DocumentRow>(
            rows, Table::document, entry.key.first(std::min<std::size_t>(16, entry.key.size())));
        if (!fits || !earlier.ok() || !earlier.value()) {
            inspector.expect(!fits, Table::related, entry.key, "relates to what is not there");
            return;
        }
        const auto status = last_status(rows, *earlier.value());
        inspector.expect(
            !supersedes(row.value()->relation->kind) ||
                (status.ok() && status.value().change.status == DocumentStatus::superseded),
            Table::related, entry.key, "was replaced and does not say so");
    });
}

void inspect_augmentation(Inspector& inspector, Transaction& rows, ByteView key,
                          const AugmentationRow& row) {
    const auto expect = [&](bool holds, std::string_view what) {
        inspector.expect(holds, Table::augmentation, key, what);
    };
    const auto document = find_row<DocumentRow>(rows, Table::document, row.document.view());
    const auto revisions = list_rows<RevisionRow>(rows, Table::revision, row.document.view());
    expect(as_text(row.document.view()) == as_text(key), "id differs from its key");
    expect(document.ok() && document.value() && document.value()->level_wanted == row.wanted &&
               document.value()->level_by == row.by,
           "differs from its document");
    expect(revisions.ok() && fits_revisions(row, revisions.value()),
           "differs from the newest revision");
    expect(!row.due || rows.get(Table::augmentation_due, augmentation_due_key(row)).has_value(),
           "not in the due index");
    expect(rows.get(Table::augmentation_wait, key).has_value() == is_waiting(row),
           "differs from the index of what waits");
}

/// Their bytes are compared with their documents.
void inspect_levels(Inspector& inspector) {
    inspector.each(Table::augmentation, [&](Transaction& rows, const Entry& entry) {
        if (const auto row = inspector.row<AugmentationRow>(Table::augmentation, entry)) {
            inspect_augmentation(inspector, rows, entry.key, *row);
        }
    });
    for (const Table table : {Table::augmentation_due, Table::augmentation_wait}) {
        inspector.each(table, [&](Transaction& rows, const Entry& entry) {
            const auto id = last_id<DocumentId>(entry.key);
            const auto row = id ? find_row<AugmentationRow>(rows, Table::augmentation, id->view())
                                : Result<std::optional<AugmentationRow>>(Error{});
            const bool there = row.ok() && row.value();
            inspector.expect(
                there && (table == Table::augmentation_wait ||
                          (row.value()->due &&
                           as_text(augmentation_due_key(*row.value())) == as_text(entry.key))),
                table, entry.key, "names an augmentation that is not due then");
        });
    }
    Bytes previous;
    inspector.each(Table::revision, [&](Transaction& rows, const Entry& entry) {
        (void)inspector.row<RevisionRow>(Table::revision, entry);
        const bool shaped = entry.key.size() == 20 &&
                            (rows.get(Table::augmentation, entry.key.first(16)).has_value() ||
                             rows.get(Table::message, entry.key.first(16)).has_value());
        const bool goes_on =
            shaped && previous.size() == 20 && starts_with(previous, entry.key.first(16));
        const std::uint64_t before = goes_on ? read_number(ByteView(previous).last(4)) : 0;
        inspector.expect(shaped && read_number(entry.key.last(4)) == before + 1, Table::revision,
                         entry.key, "revision of nothing, or a gap before it");
        previous.assign(entry.key.begin(), entry.key.end());
    });
}

/// SM2 messages: due until they are made, and then their bytes.
void inspect_messages(Inspector& inspector, LmdbStore& store) {
    inspector.each(Table::message, [&](Transaction& rows, const Entry& entry) {
        const auto row = inspector.row<MessageRow>(Table::message, entry);
        const bool fits = !row || (as_text(row->document.view()) == as_text(entry.key) &&
                                   rows.get(Table::document, entry.key) && is_indexed(rows, *row) &&
                                   (row->due || store.read_message(*row).ok()));
        inspector.expect(fits, Table::message, entry.key, "of no document, not due, or damaged");
    });
    inspector.each(Table::message_due, [&](Transaction& rows, const Entry& entry) {
        inspector.expect(names_due_message(rows, entry.key), Table::message_due, entry.key,
                         "not due");
    });
}

void inspect_history(Inspector& inspector) {
    Bytes previous;
    inspector.each(Table::status, [&](Transaction& rows, const Entry& entry) {
        (void)inspector.row<StatusChange>(Table::status, entry);
        const bool shaped = entry.key.size() == 20;
        inspector.expect(shaped && rows.get(Table::document, entry.key.first(16)), Table::status,
                         entry.key, "status of a document that is not there");
        if (!shaped) {
            return;
        }
        const bool continues = previous.size() == 20 && starts_with(previous, entry.key.first(16));
        const std::uint64_t sequence = read_number(entry.key.last(4));
        const std::uint64_t expected = continues ? read_number(ByteView(previous).last(4)) + 1
                                                 : std::min<std::uint64_t>(sequence, 2);
        inspector.expect(sequence == expected, Table::status, entry.key.first(16),
                         "gap in the status history");
        previous.assign(entry.key.begin(), entry.key.end());
    });
}

} // namespace

Result<FsckReport> LmdbStore::fsck() {
    FsckReport report;
    Inspector inspector(environment_, report);
    std::vector<DocumentRow> files;
    const auto check_files = [&] {
        for (const DocumentRow& document : files) {
            ++report.files;
            inspector.expect(read_file(document).ok(), Table::document, document.id.view(),
                             "its file does not match its hash");
        }
        files.clear();
    };
    inspect_rows<IntentRecord>(inspector, Table::intent);
    const auto look = [&](Transaction& rows, const Entry& entry) {
        if (const auto row = inspector.row<DocumentRow>(Table::document, entry)) {
            inspect_document(inspector, rows, entry.key, *row);
            files.push_back(*row);
        }
    };
    inspector.each(Table::document, look, check_files);
    inspector.each(Table::prefix, [&](Transaction&, const Entry& entry) {
        if (const auto row = inspector.row<PrefixRow>(Table::prefix, entry)) {
            const Result<Bytes> bytes = segments_.read(row->segment, row->offset, row->length);
            inspector.expect(bytes.ok() &&
                                 as_text(ByteView(sha256(bytes.value()))) == as_text(entry.key),
                             Table::prefix, entry.key, "prefix does not match its hash");
        }
    });
    inspector.each(Table::counter, [&](Transaction&, const Entry& entry) {
        inspector.expect(entry.value.size() == 8 || entry.value.size() == 16, Table::counter,
                         entry.key, "row does not decode");
    });
    inspect_indexes(inspector);
    inspect_history(inspector);
    inspect_relations(inspector);
    inspect_legs(inspector);
    inspect_levels(inspector);
    inspect_messages(inspector, *this);
    inspect_services(inspector);
    inspect_evidence(inspector);
    inspect_kiosks(inspector);
    inspect_drafts(inspector);
    inspect_rows<CaseEvent>(inspector, Table::case_event);
    inspect_editions(inspector);
    inspector.each(Table::paper_copy, [&](Transaction& rows, const Entry& entry) {
        (void)inspector.row<PaperCopy>(Table::paper_copy, entry);
        inspector.expect(entry.key.size() == 20 && rows.get(Table::document, entry.key.first(16)),
                         Table::paper_copy, entry.key, "copy of a document that is not there");
    });
    inspect_rows<InboxEntry>(inspector, Table::inbox);
    inspect_rows<LinkAccess>(inspector, Table::link_access);
    inspect_recipients(inspector);
    inspect_rows<ApiKey>(inspector, Table::api_key);
    inspect_rows<QrKeyRow>(inspector, Table::qr_key);
    const Result<std::uint64_t> audit = verify_audit();
    if (!audit.ok()) {
        inspector.found(Table::audit, {}, audit.error().detail);
    } else {
        report.rows += audit.value();
    }
    return report;
}

} // namespace songda::store
