#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "store/lmdb/fresh_rows.hpp"
#include "store/lmdb/rows_access.hpp"
#include "store/requests.hpp"

/// How the rows of a store are looked at one after the other; fsck.cpp.
namespace songda::store {

inline constexpr std::size_t slice_rows = 200;      // rows read under one snapshot
inline constexpr std::size_t findings_max = 10'000; // a ruined store needs no longer list

/// Collects what is wrong. Every comparison between tables happens inside one snapshot, so that
/// normal work beside it cannot look like damage.
class Inspector {
public:
    Inspector(Environment& environment, FsckReport& report)
        : environment_(environment), report_(report) {}

    /// Calls `look(rows, entry)` for every entry, a short snapshot at a time, and `between` when no
    /// snapshot is held.
    template <class Look, class Between>
    void each(Table table, Look look, Between between) {
        Bytes last;
        for (bool more = true; more; between()) {
            Transaction rows = environment_.read();
            more = false;
            for (std::size_t count = 0; count < slice_rows; ++count) {
                const std::optional<Entry> entry =
                    last.empty() ? rows.at_or_after(table, {}) : rows.after(table, last);
                more = entry.has_value();
                if (!more) {
                    break;
                }
                last.assign(entry->key.begin(), entry->key.end());
                ++report_.rows;
                look(rows, Entry{last, entry->value});
            }
            if (rows.failure() != 0) {
                found(table, {}, engine_message(rows.failure()));
                return;
            }
        }
    }

    template <class Look>
    void each(Table table, Look look) {
        each(table, look, [] {});
    }

    /// The row, or a finding and nothing.
    template <class Row>
    std::optional<Row> row(Table table, const Entry& entry) {
        Result<Row> decoded = decode<Row>(entry.value);
        if (!decoded.ok()) {
            found(table, entry.key, "row does not decode");
            return std::nullopt;
        }
        return std::move(decoded).value();
    }

    /// The fresh rows of this snapshot; read again when they have changed since the last one.
    const FreshRows& fresh(Transaction& rows) {
        std::array<std::uint64_t, fresh_tables.size()> stamp{};
        for (std::size_t at = 0; at < stamp.size(); ++at) {
            const std::optional<Entry> last = rows.before(fresh_tables[at], {});
            stamp[at] = last ? read_number(last->key) : 0;
        }
        if (stamp != fresh_stamp_) {
            Result<FreshRows> read = read_fresh(rows);
            if (!read.ok()) {
                found(Table::fresh_0, {}, read.error().detail);
            }
            fresh_ = read.ok() ? std::move(read).value() : FreshRows();
            fresh_stamp_ = stamp;
        }
        return fresh_;
    }

    void expect(bool holds, Table table, ByteView key, std::string_view what) {
        if (!holds) {
            found(table, key, what);
        }
    }

    /// Keys of documents and legs only; others can hold what an applicant wrote.
    void found(Table table, ByteView key, std::string_view what) {
        if (report_.findings.size() >= findings_max) {
            return;
        }
        std::string line = table_names[static_cast<std::size_t>(table)];
        if (key.size() == 16) {
            line += " " + to_text(*last_id<DocumentId>(key));
        }
        report_.findings.push_back(line + ": " + std::string(what));
    }

private:
    Environment& environment_;
    FsckReport& report_;
    FreshRows fresh_;
    std::array<std::uint64_t, fresh_tables.size()> fresh_stamp_{}; // last sequences
};

template <class Row>
void inspect_rows(Inspector& inspector, Table table) {
    inspector.each(
        table, [&](Transaction&, const Entry& entry) { (void)inspector.row<Row>(table, entry); });
}

/// Every edition has its content, and every content its hash.

/// Service cases and consents: numbered without a gap, of documents that are there;
/// fsck_service.cpp.
void inspect_services(Inspector& inspector);
void inspect_recipients(Inspector& inspector);

/// Records of evidence: numbered without a gap, each behind the one that it names, all events of a
/// document with a chain in it, batches one behind the other; fsck_evidence.cpp.
void inspect_evidence(Inspector& inspector);

/// Kiosks and what belongs to them, locks of legs that are there; fsck_kiosks.cpp.
void inspect_kiosks(Inspector& inspector);

} // namespace songda::store
