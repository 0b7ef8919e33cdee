#pragma once

#include <filesystem>
#include <memory>

#include "base/check.hpp"
#include "base/text_codec.hpp"
#include "delivery/dead_letter.hpp"
#include "delivery/service_case.hpp"
#include "delivery/tracking.hpp"
#include "store/lmdb/lmdb_store.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/temporary_folder.hpp"
#include "tests/simulation/mortal_store.hpp"

/// What is left of a process that died.
namespace songda::simulation {

/// A record of evidence with what the checks need of one: the hash of the record before it.
inline std::string testify(const store::Testified& what) {
    return to_hex(what.previous) + (what.event == nullptr ? "" : ' ' + what.event->kind);
}

class Disk {
public:
    Disk() = default;
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;
    virtual ~Disk() = default;
    [[nodiscard]] virtual store::Store& store() = 0;
    /// A new process opens it; whatever `store` gave before is gone.
    virtual void open_again() = 0;
};

/// The store in memory: what was written stays.
class MemoryDisk final : public Disk {
public:
    explicit MemoryDisk(Reaper& reaper)
        : store_(reaper, delivery::follow_service, &testify, &delivery::settle_tracked,
                 delivery::gives_up) {}
    store::Store& store() override { return store_; }
    void open_again() override {}

private:
    MortalStore<fakes::MemoryStore> store_;
};

/// The real engine, closed and opened again.
class LmdbDisk final : public Disk {
public:
    explicit LmdbDisk(Reaper& reaper) : reaper_(reaper) { open_again(); }
    store::Store& store() override { return *store_; }
    void open_again() override {
        store_.reset();
        store::LmdbOptions options;
        options.directory = folder_.path() / "store";
        options.segment_bytes = std::uint64_t{1} << 20U;
        options.reserved_ahead_bytes = 0;
        options.follow_leg = delivery::follow_service;
        options.testify = &testify;
        options.settle_tracked = &delivery::settle_tracked;
        options.gives_up = delivery::gives_up;
        store_ = std::make_unique<MortalStore<store::LmdbStore>>(reaper_, options);
        SONGDA_CHECK(store_->open().ok());
    }

private:
    Reaper& reaper_;
    fakes::TemporaryFolder folder_;
    std::unique_ptr<MortalStore<store::LmdbStore>> store_;
};

} // namespace songda::simulation
