#include "store/lmdb/inspector.hpp"
#include "store/lmdb/keys.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {

void inspect_kiosks(Inspector& inspector) {
    inspector.each(Table::kiosk, [&](Transaction&, const Entry& entry) {
        const auto row = inspector.row<KioskRow>(Table::kiosk, entry);
        inspector.expect(row && as_text(row->id.view()) == as_text(entry.key), Table::kiosk,
                         entry.key, "under another's key");
    });
    inspector.each(Table::kiosk_certificate, [&](Transaction& rows, const Entry& entry) {
        const auto row = inspector.row<KioskCertificate>(Table::kiosk_certificate, entry);
        inspector.expect(row && as_text(ByteView(row->certificate)) == as_text(entry.key) &&
                             rows.get(Table::kiosk, row->kiosk.view()),
                         Table::kiosk_certificate, entry.key, "of a kiosk that is not there");
    });
    inspector.each(Table::kiosk_seen, [&](Transaction& rows, const Entry& entry) {
        (void)inspector.row<KioskSeen>(Table::kiosk_seen, entry);
        inspector.expect(rows.get(Table::kiosk, entry.key).has_value(), Table::kiosk_seen,
                         entry.key, "of a kiosk that is not there");
    });
    inspect_rows<TryCount>(inspector, Table::try_count);
    inspector.each(Table::collection, [&](Transaction& rows, const Entry& entry) {
        const auto row = inspector.row<CollectingLock>(Table::collection, entry);
        Key of_document;
        of_document.raw(entry.key);
        inspector.expect(row && rows.get(Table::kiosk, row->kiosk.view()) &&
                             rows.get(Table::document_leg, of_document.raw(row->leg.view())),
                         Table::collection, entry.key, "of a leg or kiosk that is not there");
    });
    inspector.each(Table::outage_package, [&](Transaction& rows, const Entry& entry) {
        const auto row = inspector.row<OutagePackage>(Table::outage_package, entry);
        inspector.expect(row && as_text(outage_key(*row)) == as_text(entry.key) &&
                             rows.get(Table::kiosk, row->kiosk.view()),
                         Table::outage_package, entry.key,
                         "under another's key, or of a kiosk that is not there");
    });
    inspector.each(Table::outage_head, [&](Transaction& rows, const Entry& entry) {
        const auto row = inspector.row<OutageHead>(Table::outage_head, entry);
        const auto last = [&] { return Key().raw(entry.key).number(row->lines); };
        inspector.expect(row && row->lines > 0 && rows.get(Table::outage_line, last()),
                         Table::outage_head, entry.key, "its last line is not there");
    });
    inspector.each(Table::outage_line, [&](Transaction&, const Entry& entry) {
        (void)inspector.row<OutageLineRow>(Table::outage_line, entry);
    });
}

} // namespace songda::store
