#pragma once

#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <lmdb.h>

#include "base/bytes.hpp"

/// What somebody does to a closed store with LMDB's own interface, behind its back.
namespace songda::store::planted {

inline MDB_val value_of(const Bytes& bytes) {
    return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
}

/// Opens a closed store's file and puts, or with an empty value deletes, one entry.
inline void plant(const std::string& directory, const char* table, const Bytes& key,
                  const std::function<Bytes(Bytes)>& change) {
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    MDB_dbi dbi = 0;
    ASSERT_EQ(mdb_env_create(&env), 0);
    mdb_env_set_maxdbs(env, 64);
    mdb_env_set_mapsize(env, std::size_t{1} << 30U);
    ASSERT_EQ(mdb_env_open(env, directory.c_str(), 0, 0600), 0);
    ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
    ASSERT_EQ(mdb_dbi_open(txn, table, 0, &dbi), 0);
    MDB_val at = value_of(key);
    MDB_val found{};
    Bytes before;
    if (mdb_get(txn, dbi, &at, &found) == 0) {
        const auto* data = static_cast<const std::uint8_t*>(found.mv_data);
        before.assign(data, data + found.mv_size);
    }
    const Bytes after = change(before);
    MDB_val data = value_of(after);
    at = value_of(key);
    ASSERT_EQ(after.empty() ? mdb_del(txn, dbi, &at, nullptr) : mdb_put(txn, dbi, &at, &data, 0),
              0);
    ASSERT_EQ(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

inline Bytes removed(const Bytes& /*before*/) {
    return {};
}

inline Bytes with_flipped_bit(Bytes before) {
    before[before.size() / 2] ^= 1U;
    return before;
}

} // namespace songda::store::planted
