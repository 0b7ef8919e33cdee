#include "store/lmdb/environment.hpp"

#include <cerrno>
#include <fcntl.h>

#include "base/check.hpp"

namespace songda::store {
namespace {

constexpr unsigned readers_max = 1000;
constexpr mode_t file_mode = 0600;

MDB_val to_value(ByteView bytes) {
    // LMDB's interface lacks const; it does not write through keys and values given to it.
    return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
}

ByteView to_view(const MDB_val& value) {
    return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
}

} // namespace

std::string engine_message(int code) {
    return mdb_strerror(code);
}

bool is_no_space(int code) {
    return code == ENOSPC || code == EDQUOT || code == EFBIG || code == MDB_MAP_FULL;
}

Transaction::~Transaction() {
    if (handle_ == nullptr) {
        return;
    }
    for (MDB_cursor* cursor : cursors_) {
        if (cursor != nullptr) {
            mdb_cursor_close(cursor);
        }
    }
    if (writes_) {
        mdb_txn_abort(handle_);
        return;
    }
    mdb_txn_reset(handle_);
    const std::lock_guard lock(environment_.mutex_);
    environment_.idle_readers_.push_back(handle_);
}

void Transaction::note(int code) {
    if (failure_ == 0) {
        failure_ = code;
    }
}

std::optional<ByteView> Transaction::get(Table table, ByteView key) {
    if (failure_ != 0) {
        return std::nullopt;
    }
    MDB_val wanted = to_value(key);
    MDB_val found{};
    const int code =
        mdb_get(handle_, environment_.tables_[static_cast<std::size_t>(table)], &wanted, &found);
    if (code == 0) {
        return to_view(found);
    }
    if (code != MDB_NOTFOUND) {
        note(code);
    }
    return std::nullopt;
}

std::optional<Entry> Transaction::seek(Table table, ByteView key, MDB_cursor_op how) {
    if (failure_ != 0) {
        return std::nullopt;
    }
    const auto index = static_cast<std::size_t>(table);
    MDB_cursor*& cursor = cursors_[index];
    if (cursor == nullptr) {
        const int opened = mdb_cursor_open(handle_, environment_.tables_[index], &cursor);
        if (opened != 0) {
            cursor = nullptr;
            note(opened);
            return std::nullopt;
        }
    }
    MDB_val found_key = to_value(key);
    MDB_val found_value{};
    const int code = mdb_cursor_get(cursor, &found_key, &found_value, how);
    if (code == 0) {
        return Entry{to_view(found_key), to_view(found_value)};
    }
    if (code != MDB_NOTFOUND) {
        note(code);
    }
    return std::nullopt;
}

std::optional<Entry> Transaction::at_or_after(Table table, ByteView from) {
    return from.empty() ? seek(table, from, MDB_FIRST) : seek(table, from, MDB_SET_RANGE);
}

std::optional<Entry> Transaction::after(Table table, ByteView after) {
    std::optional<Entry> entry = at_or_after(table, after);
    if (entry && as_text(entry->key) == as_text(after)) {
        entry = seek(table, {}, MDB_NEXT);
    }
    return entry;
}

std::optional<Entry> Transaction::before(Table table, ByteView before) {
    if (before.empty() || !seek(table, before, MDB_SET_RANGE)) {
        return seek(table, {}, MDB_LAST);
    }
    return seek(table, {}, MDB_PREV);
}

void Transaction::put(Table table, ByteView key, ByteView value) {
    SONGDA_CHECK(writes_);
    if (failure_ != 0) {
        return;
    }
    MDB_val at = to_value(key);
    MDB_val data = to_value(value);
    note(mdb_put(handle_, environment_.tables_[static_cast<std::size_t>(table)], &at, &data, 0));
}

void Transaction::erase(Table table, ByteView key) {
    SONGDA_CHECK(writes_);
    if (failure_ != 0) {
        return;
    }
    MDB_val at = to_value(key);
    const int code =
        mdb_del(handle_, environment_.tables_[static_cast<std::size_t>(table)], &at, nullptr);
    if (code != MDB_NOTFOUND) {
        note(code);
    }
}

void Transaction::clear(Table table) {
    SONGDA_CHECK(writes_);
    if (failure_ == 0) {
        note(mdb_drop(handle_, environment_.tables_[static_cast<std::size_t>(table)], 0));
    }
}

int Transaction::commit() {
    SONGDA_CHECK(writes_);
    if (failure_ != 0) {
        return failure_;
    }
    for (MDB_cursor*& cursor : cursors_) {
        if (cursor != nullptr) {
            mdb_cursor_close(cursor);
            cursor = nullptr;
        }
    }
    MDB_txn* ending = handle_;
    handle_ = nullptr;
    return mdb_txn_commit(ending);
}

std::uint64_t Transaction::entries(Table table) {
    MDB_stat found{};
    if (failure_ == 0) {
        note(mdb_stat(handle_, environment_.tables_[static_cast<std::size_t>(table)], &found));
    }
    return found.ms_entries;
}

Environment::~Environment() {
    for (MDB_txn* reader : idle_readers_) {
        mdb_txn_abort(reader);
    }
    if (handle_ != nullptr) {
        mdb_env_close(handle_);
    }
}

Result<void> Environment::open(const std::string& directory, std::uint64_t map_bytes) {
    const auto failed = [](const char* step, int code) {
        const bool damaged = code == MDB_INVALID || code == MDB_VERSION_MISMATCH;
        return Error{damaged ? Fault::corrupt : Fault::unavailable,
                     std::string(step) + ": " + engine_message(code)};
    };
    int code = mdb_env_create(&handle_);
    if (code != 0) {
        handle_ = nullptr;
        return failed("create", code);
    }
    mdb_env_set_mapsize(handle_, map_bytes);
    mdb_env_set_maxdbs(handle_, static_cast<MDB_dbi>(tables_.size()));
    mdb_env_set_maxreaders(handle_, readers_max);
    code = mdb_env_open(handle_, directory.c_str(), MDB_NOTLS, file_mode);
    if (code != 0) {
        return failed("open", code);
    }
    int descriptor = -1;
    mdb_env_get_fd(handle_, &descriptor);
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    int dead_readers = 0;
    mdb_reader_check(handle_, &dead_readers);
    MDB_txn* making = nullptr;
    code = mdb_txn_begin(handle_, nullptr, 0, &making);
    if (code != 0) {
        return failed("begin", code);
    }
    for (std::size_t at = 0; code == 0 && at < tables_.size(); ++at) {
        code = mdb_dbi_open(making, table_names[at], MDB_CREATE, &tables_[at]);
    }
    if (code != 0) {
        mdb_txn_abort(making);
        return failed("table", code);
    }
    code = mdb_txn_commit(making);
    if (code != 0) {
        return failed("commit", code);
    }
    return {};
}

Transaction Environment::read() {
    MDB_txn* reader = nullptr;
    {
        const std::lock_guard lock(mutex_);
        if (!idle_readers_.empty()) {
            reader = idle_readers_.back();
            idle_readers_.pop_back();
        }
    }
    const int code = reader != nullptr ? mdb_txn_renew(reader)
                                       : mdb_txn_begin(handle_, nullptr, MDB_RDONLY, &reader);
    if (code != 0 && reader != nullptr) {
        mdb_txn_abort(reader);
        reader = nullptr;
    }
    return {*this, reader, false, code};
}

Transaction Environment::write() {
    MDB_txn* writer = nullptr;
    const int code = mdb_txn_begin(handle_, nullptr, 0, &writer);
    return {*this, code == 0 ? writer : nullptr, true, code};
}

int Environment::copy_to(int descriptor) {
    return mdb_env_copyfd2(handle_, descriptor, 0);
}

std::uint64_t Environment::used_bytes() {
    MDB_envinfo info{};
    MDB_stat pages{};
    mdb_env_info(handle_, &info);
    mdb_env_stat(handle_, &pages);
    return (info.me_last_pgno + 1) * pages.ms_psize;
}

} // namespace songda::store
