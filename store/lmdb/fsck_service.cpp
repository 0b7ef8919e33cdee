#include "store/lmdb/inspector.hpp"
#include "store/lmdb/service_rows.hpp"

namespace songda::store {
namespace {

template <class Row>
void inspect_numbered(Inspector& inspector, Table table) {
    Bytes previous;
    inspector.each(table, [&](Transaction& rows, const Entry& entry) {
        (void)inspector.row<Row>(table, entry);
        const bool shaped =
            entry.key.size() == 20 && rows.get(Table::document, entry.key.first(16)).has_value();
        const bool goes_on =
            shaped && previous.size() == 20 && starts_with(previous, entry.key.first(16));
        const std::uint64_t before = goes_on ? read_number(ByteView(previous).last(4)) : 0;
        inspector.expect(shaped && read_number(entry.key.last(4)) == before + 1, table,
                         entry.key.first(std::min<std::size_t>(entry.key.size(), 16)),
                         "of no document, or a gap before it");
        previous.assign(entry.key.begin(), entry.key.end());
    });
}

} // namespace

void inspect_services(Inspector& inspector) {
    inspect_numbered<ServiceEntry>(inspector, Table::service);
    inspect_numbered<ConsentEntry>(inspector, Table::consent);
    inspector.each(Table::service_open, [&](Transaction& rows, const Entry& entry) {
        const auto id = last_id<DocumentId>(entry.key);
        const auto document = id ? find_row<DocumentRow>(rows, Table::document, id->view())
                                 : Result<std::optional<DocumentRow>>(std::nullopt);
        const bool fits =
            document.ok() && document.value() && document.value()->serve_by &&
            as_text(open_service_key(document.value()->department,
                                     {*document.value()->serve_by, *id})) == as_text(entry.key);
        inspector.expect(fits, Table::service_open, id ? id->view() : entry.key,
                         "not of a document with that term");
    });
}

} // namespace songda::store
