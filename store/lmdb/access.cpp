#include "store/limits.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "store/lmdb/rows_access.hpp"

namespace songda::store {
namespace {

/// Every attempt writes here, so that one on an unknown token costs the same commit.
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
    Transaction rows = environment_.read();
    return list_rows<InboxEntry>(rows, Table::inbox, id.view());
}

Result<bool> LmdbStore::mark_opened(const InboxId& inbox, const LegId& leg, TimeMs at) {
    bool first = false;
    const Result<void> done = committer_->run([&](Batch& batch) -> Result<void> {
        const Key key = Key().raw(inbox.view()).raw(leg.view());
        auto stored = find_row<InboxEntry>(batch.rows, Table::inbox, key);
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
        }
        return {};
    });
    if (!done.ok()) {
        return done.error();
    }
    return first;
}

Result<void> LmdbStore::put_grant(const AccessGrant& grant) {
    return committer_->run([&](Batch& batch) -> Result<void> {
        batch.rows.put(Table::grant, grant.token_hash, encode(grant));
        return {};
    });
}

Result<std::optional<AccessGrant>> LmdbStore::find_grant(const Digest& token_hash) {
    Transaction rows = environment_.read();
    return find_row<AccessGrant>(rows, Table::grant, token_hash);
}

Result<std::optional<InboxId>> LmdbStore::try_access(const Digest& token_hash,
                                                     const Digest& code_hash, TimeMs now) {
    std::optional<AccessGrant> live;
    // The attempt is durable before any code is compared: who cuts the power learns nothing.
    const Result<void> counted = committer_->run([&](Batch& batch) -> Result<void> {
        const auto stored = find_row<AccessGrant>(batch.rows, Table::grant, token_hash);
        if (!stored.ok()) {
            return stored.error();
        }
        count_attempt(batch.rows);
        if (stored.value() && now < stored.value()->expires && stored.value()->attempts_left > 0) {
            live = *stored.value();
            --live->attempts_left;
            batch.rows.put(Table::grant, token_hash, encode(*live));
        }
        return {};
    });
    if (!counted.ok()) {
        return counted.error();
    }
    const AccessGrant nobody;
    const bool right = equal_constant_time((live ? *live : nobody).code_hash, code_hash);
    if (!live || !right) {
        return std::optional<InboxId>();
    }
    const Result<void> given_back = committer_->run([&](Batch& batch) -> Result<void> {
        auto stored = find_row<AccessGrant>(batch.rows, Table::grant, token_hash);
        if (!stored.ok()) {
            return stored.error();
        }
        if (stored.value() && stored.value()->attempts_left < 255) {
            ++stored.value()->attempts_left;
            batch.rows.put(Table::grant, token_hash, encode(*stored.value()));
        }
        return {};
    });
    if (!given_back.ok()) {
        return given_back.error();
    }
    return std::optional(live->inbox);
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
