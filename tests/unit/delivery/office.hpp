#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/sha256.hpp"
#include "delivery/applicant_keys.hpp"
#include "delivery/courier.hpp"
#include "delivery/dead_letter.hpp"
#include "delivery/evidence.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/plan.hpp"
#include "delivery/service_case.hpp"
#include "delivery/standing.hpp"
#include "delivery/status_plan.hpp"
#include "delivery/tracking.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/memory_store.hpp"

/// A dispatch office with a store in memory, a clock that the test moves and channels that answer
/// what the test says.
namespace songda::delivery::office {

/// Lets something happen behind a read that a package of evidence is made of.
class WatchedStore final : public fakes::MemoryStore {
public:
    using MemoryStore::MemoryStore;
    Result<std::vector<store::EvidenceRow>> evidence_of(const DocumentId& document) override {
        return told(MemoryStore::evidence_of(document));
    }
    Result<std::vector<store::RevisionRow>> revisions(const DocumentId& document) override {
        return told(MemoryStore::revisions(document));
    }
    Result<Bytes> read_file(const store::DocumentRow& document) override {
        return told(MemoryStore::read_file(document));
    }
    std::function<void()> after_read = {};

    Result<bool> take_collecting(const store::CollectingTake& take) override {
        interrupt();
        return MemoryStore::take_collecting(take);
    }
    Result<store::Collected> collect(const store::Collection& collection) override {
        interrupt();
        return MemoryStore::collect(collection);
    }
    /// Somebody else comes in between, once, before a document is locked or collected: whatever was
    /// read until then is old.
    std::function<void()> before_collecting = {};

private:
    void interrupt() {
        if (const auto other = std::exchange(before_collecting, nullptr)) {
            other();
        }
    }
    template <class Value>
    Value told(Value read) {
        if (after_read) {
            after_read();
        }
        return read;
    }
};

/// Writes down what it was asked to send, and answers by a function of the leg.
class ScriptedChannel final : public Channel {
public:
    explicit ScriptedChannel(bool idempotent) : idempotent_(idempotent) {}

    std::function<Outcome(const Dispatch&)> answer = [](const Dispatch&) {
        return Outcome{Outcome::Kind::accepted, Reason::none, "taken", 0};
    };
    std::map<LegId, std::vector<Outcome::Kind>> sent;
    std::vector<Notice> told;
    std::vector<std::string> links;
    std::vector<std::string> codes;
    std::size_t file_bytes = 0;

    /// What it says when it is asked; empty: it cannot be asked.
    std::function<Found(const store::LegRow&)> found = {};

    [[nodiscard]] ChannelTraits traits() const override {
        return {idempotent_, true, 60'000, static_cast<bool>(found)};
    }
    [[nodiscard]] Found find(const store::LegRow& leg, SentBetween /*sent*/) override {
        return found(leg);
    }
    [[nodiscard]] Outcome send(const Dispatch& dispatch) override {
        const Outcome outcome = answer(dispatch);
        sent[dispatch.leg.id].push_back(outcome.kind);
        links.push_back(dispatch.collection.link);
        codes.push_back(dispatch.collection.code.reveal());
        if (dispatch.notice != nullptr) {
            told.push_back(*dispatch.notice);
        }
        file_bytes = dispatch.file.size();
        return outcome;
    }

private:
    bool idempotent_;
};

struct Office {
    explicit Office(std::uint64_t seed = 1) : random(seed) {}

    fakes::ManualClock clock;
    fakes::SeededRandom random;
    EvidenceKeys evidence_keys{Digest{5}};
    WatchedStore store{follow_service, make_testify(evidence_keys), settle_tracked, gives_up};
    std::optional<store::ConsentEntry> consent = {}; ///< of what is issued from now on
    metrics::Registry registry;
    ApplicantKeys keys = ApplicantKeys::make(Bytes(32, 7), "https://songda.test").value();
    Planner planner{keys, random};
    /// Who supervises the test's department, and gets what is issued too.
    StatusPlanner status_planner{
        {{{"11320199014138860W"},
          {{{{ChannelKind::email, Private<std::string>("supervisor@example.org")}}, {}, true}}}},
        random};
    std::vector<ChannelKind> fallback = {}; ///< that recipients chose from now on
    std::vector<ChannelKind> notices = {};  ///< the same, beside the service
    std::optional<Date> serve_by = {};
    SignatureLevel wanted = SignatureLevel::b_b; ///< of what is issued from now on
    ScriptedChannel portal{true};
    ScriptedChannel email{false};

    [[nodiscard]] CourierParts parts() {
        return parts({{ChannelKind::portal, portal, 1, 16}, {ChannelKind::email, email, 1, 16}});
    }
    [[nodiscard]] CourierParts parts(std::vector<Lane> lanes) {
        return {store, keys, clock, random, registry, std::move(lanes)};
    }

    [[nodiscard]] static std::vector<Choice>
    choices_of(const std::vector<ChannelKind>& channels,
               const std::string& address = "someone@example.org") {
        std::vector<Choice> choices;
        for (const ChannelKind channel : channels) {
            choices.push_back({channel, Private<std::string>(address)});
        }
        return choices;
    }

    /// Issues a document to a recipient over the channels, as the issuer does.
    DocumentId issue(const DepartmentCode& department, std::vector<ChannelKind> channels,
                     std::string_view recipient = "91320199MA5JMH929H",
                     std::optional<Date> valid_until = std::nullopt) {
        const Bytes file = {1, 2, 3};
        store::Intent intent;
        intent.id = make_document_id(clock.now(), random);
        intent.department = department;
        intent.at = clock.now();
        SONGDA_CHECK(store.put_intents({&intent, 1}).ok());
        store::IssueWrite write;
        write.document.id = intent.id;
        write.document.key = make_document_key(random);
        write.document.department = department;
        write.document.issued_at = clock.now();
        write.document.valid_until = valid_until;
        write.document.level_wanted = wanted;
        write.document.file_hash = sha256(file);
        write.document.file.size = file.size();
        write.rest = file;
        write.document.first_status = {store::DocumentStatus::valid, clock.now(), "issued", "test"};
        const std::vector<Choice> choices = choices_of(channels);
        write.legs = planner.plan({write.document, choices, recipient, choices_of(fallback),
                                   choices_of(notices, "13800138000")});
        write.consent = consent;
        write.document.serve_by = serve_by;
        const auto outcome = store.put_issues({&write, 1});
        SONGDA_CHECK(outcome.ok() && outcome.value()[0].kind == store::IssueOutcome::Kind::created);
        return intent.id;
    }

    /// Puts a revision behind the document's file, as the service does; its bytes.
    Bytes reach(const DocumentId& document, SignatureLevel level) {
        clock.advance(1000);
        const auto row = store.claim_augmentations({clock.now(), 100, 1}).value();
        const auto own = std::find_if(row.begin(), row.end(),
                                      [&](const auto& each) { return each.document == document; });
        SONGDA_CHECK(own != row.end());
        const Bytes bytes = {9, 9, static_cast<std::uint8_t>(level)};
        Bytes whole = store.read_file(*store.find_document(document).value()).value();
        append(whole, ByteView(bytes));
        store::RevisionWrite write;
        write.document = document;
        write.fence = own->fence;
        write.bytes = bytes;
        write.at = clock.now();
        write.level = level;
        write.due = clock.now();
        write.file_hash = sha256(whole);
        write.release = &release_levelled;
        SONGDA_CHECK(store.put_revision(write).value());
        return whole;
    }

    /// As a department does.
    bool change(const DocumentId& document, store::DocumentStatus status) {
        return store
            .set_status(document, {{status, clock.now(), "原因", "key:test", {}, "第六十九条"},
                                   {},
                                   [this](const store::TouchedDocument& touched) {
                                       return status_planner.after(touched);
                                   }})
            .value()
            .changed;
    }

    /// As the service does at that time; how many expired.
    std::size_t expire(TimeMs now) {
        clock.set(now);
        return store
            .tell_expired(now, 100,
                          [this](const store::TouchedDocument& touched) {
                              return status_planner.after(touched);
                          })
            .value()
            .expired;
    }

    /// The document's leg of service over that channel; its only one when none is named.
    [[nodiscard]] store::LegRow leg(const DocumentId& document,
                                    std::optional<ChannelKind> channel = std::nullopt) {
        for (const store::LegRow& leg : store.legs_of(document).value()) {
            if (leg.purpose != store::LegPurpose::service) {
                continue;
            }
            if (!channel || leg.channel == static_cast<std::uint8_t>(*channel)) {
                return leg;
            }
        }
        SONGDA_CHECK(false);
    }
    [[nodiscard]] LegState state(const DocumentId& document,
                                 std::optional<ChannelKind> channel = std::nullopt) {
        return *leg_state(leg(document, channel).state);
    }
};

} // namespace songda::delivery::office
