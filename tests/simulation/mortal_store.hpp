#pragma once

#include <random>
#include <thread>
#include <utility>

#include "store/store.hpp"
#include "tests/simulation/turns.hpp"

/// A store in whose calls the process may die.
namespace songda::simulation {

/// Thrown where the process ends: nobody above learns anything, and all that is left is the store.
struct Death {};

/// Says at which calls the process dies. Only the thread that armed it does: an engine's own
/// threads go on to finish what they have begun, as a disk does.
class Reaper {
public:
    explicit Reaper(std::mt19937_64& chance) : chance_(chance) {}

    /// From now on one call in `one_in` is the last; 0: none.
    void arm(unsigned one_in) {
        one_in_ = one_in;
        thread_ = std::this_thread::get_id();
    }
    void set_full(bool full) { full_ = full; }
    [[nodiscard]] bool is_full() const { return full_; }
    Turns* turns = nullptr; ///< who looks at the claims; nobody

    /// A call that changes something: before it is on disk, after it, or not at all.
    template <class Call>
    auto write(Call call) -> decltype(call()) {
        if (full_ && is_own()) {
            return Error{Fault::no_space, "no room"};
        }
        const bool dies = takes();
        if (dies && chance_() % 2 == 0) {
            throw Death{};
        }
        auto answer = call();
        if (dies) {
            throw Death{};
        }
        return answer;
    }
    template <class Call>
    auto read(Call call) -> decltype(call()) {
        if (takes()) {
            throw Death{};
        }
        return call();
    }

private:
    [[nodiscard]] bool is_own() const {
        return one_in_ != 0 && thread_ == std::this_thread::get_id();
    }
    [[nodiscard]] bool takes() { return is_own() && chance_() % one_in_ == 0; }

    std::mt19937_64& chance_;
    unsigned one_in_ = 0;
    bool full_ = false;
    std::thread::id thread_;
};

/// An engine of the store, mortal in every verb that delivery uses.
template <class Engine>
class MortalStore final : public Engine {
public:
    template <class... Words>
    explicit MortalStore(Reaper& reaper, Words&&... words)
        : Engine(std::forward<Words>(words)...), reaper_(reaper) {}

    bool writable() const override { return !reaper_.is_full() && Engine::writable(); }

    Result<store::Turnover> turn_over(std::span<const store::LegFinish> finishes,
                                      const store::ClaimRequest& claim) override {
        const bool asks = reaper_.turns != nullptr && claim.max > 0;
        if (asks) {
            reaper_.turns->ask(*this, claim);
        }
        auto done = reaper_.write([&] { return Engine::turn_over(finishes, claim); });
        if (asks && done.ok()) {
            reaper_.turns->give(claim, done.value().claimed);
        }
        return done;
    }
    Result<bool> append_leg_event(const LegId& leg, std::uint8_t expected,
                                  const store::LegUpdate& update) override {
        return reaper_.write([&] { return Engine::append_leg_event(leg, expected, update); });
    }
    Result<std::vector<store::TrackedOutcome>>
    put_tracked(std::span<const store::TrackedWrite> writes) override {
        return reaper_.write([&] { return Engine::put_tracked(writes); });
    }
    Result<store::Collected> collect(const store::Collection& collection) override {
        return reaper_.write([&] { return Engine::collect(collection); });
    }
    Result<store::StatusOutcome> set_status(const DocumentId& id,
                                            const store::StatusWrite& write) override {
        return reaper_.write([&] { return Engine::set_status(id, write); });
    }
    Result<store::ExpiryStep> tell_expired(TimeMs now, std::size_t rows_max,
                                           const store::Follow& follow) override {
        return reaper_.write([&] { return Engine::tell_expired(now, rows_max, follow); });
    }
    Result<bool> put_revision(const store::RevisionWrite& write) override {
        return reaper_.write([&] { return Engine::put_revision(write); });
    }
    Result<bool> append_service(const store::ServiceWrite& write) override {
        return reaper_.write([&] { return Engine::append_service(write); });
    }
    Result<void> add_consent(const DocumentId& document, const store::ConsentEntry& entry,
                             const store::AuditRow& audit) override {
        return reaper_.write([&] { return Engine::add_consent(document, entry, audit); });
    }
    Result<bool> mark_opened(const store::InboxId& inbox, const DocumentId& document,
                             TimeMs at) override {
        return reaper_.write([&] { return Engine::mark_opened(inbox, document, at); });
    }
    Result<bool> try_link(const store::LinkTry& attempt) override {
        return reaper_.write([&] { return Engine::try_link(attempt); });
    }
    Result<std::optional<store::DocumentRow>> find_document(const DocumentId& id) override {
        return reaper_.read([&] { return Engine::find_document(id); });
    }
    Result<Bytes> read_file(const store::DocumentRow& document) override {
        return reaper_.read([&] { return Engine::read_file(document); });
    }
    Result<std::vector<store::LegRow>> legs_of(const DocumentId& document) override {
        return reaper_.read([&] { return Engine::legs_of(document); });
    }
    Result<std::vector<store::LegEvent>> leg_events(const LegId& leg) override {
        return reaper_.read([&] { return Engine::leg_events(leg); });
    }

private:
    Reaper& reaper_;
};

} // namespace songda::simulation
