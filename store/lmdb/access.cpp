#include <algorithm>

#include "store/limits.hpp"
#include "store/lmdb/evidence_rows.hpp"
#include "store/lmdb/leg_rows.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

/// Every attempt writes here, so that one on an unknown link costs the same commit.
const ByteView attempts_name = as_bytes("access_attempts");

void count_attempt(Transaction& rows) {
    const std::optional<ByteView> stored = rows.get(Table::meta, attempts_name);
    const std::uint64_t count = stored ? read_number(*stored) : 0;
    rows.put(Table::meta, attempts_name, Key().number(count + 1));
}

Error no_such_key() {
    return {Fault::not_found, "no such API key"};
}

} // namespace

Result<std::vector<InboxEntry>> LmdbStore::inbox(const InboxId& id) {
    std::vector<InboxEntry> fresh = fresh_.inbox(id); // before the snapshot: fresh_index.hpp
    Transaction rows = environment_.read();
    if (!options_.exclusive) {
        const Result<FreshRows> beside = read_fresh(rows);
        if (!beside.ok()) {
            return beside.error();
        }
        fresh = beside.value().inbox(id);
    }
    auto entries = list_rows<InboxEntry>(rows, Table::inbox, id.view());
    if (!entries.ok()) {
        return entries;
    }
    std::vector<InboxEntry>& all = entries.value();
    const auto by_document = [](const InboxEntry& left, const InboxEntry& right) {
        return left.document < right.document;
    };
    const std::size_t settled = all.size();
    for (const InboxEntry& entry : fresh) {
        const auto end = all.begin() + static_cast<std::ptrdiff_t>(settled);
        if (!std::binary_search(all.begin(), end, entry, by_document)) {
            all.push_back(entry);
        }
    }
    std::sort(all.begin(), all.end(), by_document);
    return entries;
}

Result<bool> LmdbStore::mark_opened(const InboxId& inbox, const DocumentId& document, TimeMs at) {
    bool first = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const Key key = Key().raw(inbox.view()).raw(document.view());
        auto stored = find_inbox_entry(batch, inbox, document);
        if (!stored.ok()) {
            return stored.error();
        }
        if (!stored.value()) {
            return Error{Fault::not_found, "no such inbox entry"};
        }
        InboxEntry& entry = *stored.value();
        first = !entry.opened;
        if (first) {
            entry.opened = at;
            batch.rows.put(Table::inbox, key, encode(entry));
            const detail::Happened opened{nullptr, nullptr, nullptr, nullptr, &entry};
            put_evidence(batch, document, {&opened, 1});
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return first;
}

Result<bool> LmdbStore::try_link(const LinkTry& attempt) {
    bool opened = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const auto leg = find_row<LegRow>(batch.rows, Table::leg, attempt.leg.view());
        auto stored = find_row<LinkAccess>(batch.rows, Table::link_access, attempt.leg.view());
        if (!leg.ok() || !stored.ok()) {
            return leg.ok() ? stored.error() : leg.error();
        }
        count_attempt(batch.rows);
        LinkAccess link = stored.value().value_or(LinkAccess{attempt.leg, 0, std::nullopt});
        if (!leg.value() || link.failures >= attempt.failures_max ||
            link.expires.value_or(leg.value()->created + attempt.life_ms) <= attempt.now) {
            return {};
        }
        opened = attempt.right;
        if (!attempt.right) {
            ++link.failures;
            batch.rows.put(Table::link_access, attempt.leg.view(), encode(link));
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return opened;
}

Result<void> LmdbStore::renew_link(const LegId& leg, TimeMs expires) {
    return committer_->run([&](Batch& batch) -> Result<void> {
        if (!batch.rows.get(Table::leg, leg.view())) {
            return Error{Fault::not_found, "no such leg"};
        }
        batch.rows.put(Table::link_access, leg.view(), encode(LinkAccess{leg, 0, expires}));
        return {};
    });
}

Result<void> LmdbStore::put_api_key(const ApiKey& key, const AuditRow& audit) {
    if (key.kid.empty() || !key_text_fits(key.kid, kid_bytes_max)) {
        return Error{Fault::invalid_input, "kid is empty or too long"};
    }
    for (Result<void> checked : {check_row(key), check_row(audit)}) {
        if (!checked.ok()) {
            return checked;
        }
    }
    return committer_->run([&](Batch& batch) -> Result<void> {
        if (batch.rows.get(Table::api_key, as_bytes(key.kid))) {
            return Error{Fault::conflict, "kid exists"};
        }
        batch.rows.put(Table::api_key, as_bytes(key.kid), encode(key));
        batch.audit(audit);
        return {};
    });
}

Result<std::optional<ApiKey>> LmdbStore::find_api_key(std::string_view kid) {
    if (kid.empty() || !key_text_fits(kid, kid_bytes_max)) {
        return std::optional<ApiKey>();
    }
    Transaction rows = environment_.read();
    return find_row<ApiKey>(rows, Table::api_key, as_bytes(kid));
}

Result<std::vector<ApiKey>> LmdbStore::list_api_keys() {
    Transaction rows = environment_.read();
    return list_rows<ApiKey>(rows, Table::api_key, {});
}

Result<void> LmdbStore::revoke_api_key(std::string_view kid, TimeMs at, const AuditRow& audit) {
    if (kid.empty() || !key_text_fits(kid, kid_bytes_max)) {
        return no_such_key();
    }
    Result<void> checked = check_row(audit);
    if (!checked.ok()) {
        return checked;
    }
    return committer_->run([&](Batch& batch) -> Result<void> {
        auto stored = find_row<ApiKey>(batch.rows, Table::api_key, as_bytes(kid));
        if (!stored.ok()) {
            return stored.error();
        }
        if (!stored.value()) {
            return no_such_key();
        }
        if (!stored.value()->revoked) {
            stored.value()->revoked = at;
            batch.rows.put(Table::api_key, as_bytes(kid), encode(*stored.value()));
            batch.audit(audit);
        }
        return {};
    });
}

} // namespace songda::store
