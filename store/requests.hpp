#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "store/rows.hpp"

/// What the store's verbs (store.hpp) are given and answer, where that is more than a row.
namespace songda::store {

/// A leg with its first events. The document's entry in `leg.inbox` comes with its first leg, so
/// that a mail which arrives never finds its own link empty.
struct LegWrite {
    LegRow leg;
    std::vector<LegEvent> events;
};

struct LegUpdate {
    std::uint8_t state = 0;
    std::optional<TimeMs> due; ///< the new value; absent: nobody will claim the leg
    std::string reason;
    std::int32_t attempts_delta = 0; ///< the sum is held between 0 and 65 535
    std::vector<LegEvent> events;
    std::optional<AuditRow> audit;
    std::optional<TimeMs> deadline = {}; ///< a new one
    bool seen_to = false;                ///< it is no dead letter any more
};

/// Is a leg that moves from one state to another given up? Then it is a dead letter from the time
/// of the update's last event on, until it moves again or somebody has seen to it. A store is given
/// it when it is opened, so that no way of moving a leg can forget it.
using GivesUp = bool (*)(std::uint8_t from, std::uint8_t to);
/// LegRow::dead_since of a leg after an update; `gives_up` may be null.
[[nodiscard]] inline std::optional<TimeMs> dead_after(const LegRow& before, const LegUpdate& update,
                                                      GivesUp gives_up) {
    if (update.seen_to) {
        return std::nullopt;
    }
    if (update.state == before.state) {
        return before.dead_since;
    }
    const bool dead =
        gives_up != nullptr && !update.events.empty() && gives_up(before.state, update.state);
    return dead ? std::optional(update.events.back().learned) : std::nullopt;
}

/// A document whose present status a change touches, as it stands in the change's transaction: the
/// one whose history has the change, or a copy of it that held with it until now.
struct TouchedDocument {
    const DocumentRow& changed; ///< whose history has `entry`
    const StatusEntry& entry;
    const DocumentRow& document;
    DocumentStatus holds; ///< the document's status from now on: of a copy also its main's
    const std::vector<LegRow>& legs; ///< the document's
};

/// What becomes of a touched document's deliveries.
struct Aftermath {
    /// The document's; those in an inbox lie where one of its legs lies already.
    std::vector<LegWrite> legs;
    struct Change {
        LegId leg; ///< one of TouchedDocument::legs
        LegUpdate update;
    };
    std::vector<Change> changes;
};

/// Says it. Called inside the transaction, once for each document, so that no delivery that moves
/// meanwhile is missed: it only thinks, and calls no store.
using Follow = std::function<Aftermath(const TouchedDocument&)>;

/// A document's deliveries as they stand in the transaction in which one of them moved.
struct MovedLeg {
    const DocumentRow& document;
    DocumentStatus status; ///< the last of its history; of a copy also its main's
    const LegRow& leg;     ///< of service; as it is from now on
    const LegUpdate& update;
    const std::vector<LegRow>& legs; ///< the document's, with it
    const std::vector<ServiceEntry>& service;
    const std::vector<ConsentEntry>& consents;
    /// Of one of these legs; as Store::leg_events, and empty for what cannot be read.
    std::function<std::vector<LegEvent>(const LegId&)> events_of;
};
/// What follows for its service case and its other legs.
struct ServiceAftermath {
    std::vector<ServiceEntry> entries;
    std::vector<Aftermath::Change> changes;
    std::vector<LegWrite> legs; ///< new ones of the document, where one of its legs lies already
    bool open = true;           ///< with entries: it is still to be served (OpenService)
};
/// Says it. As Follow: called inside the transaction, it only thinks. A store is given one when it
/// is opened, so that no way of moving a leg can forget it.
using FollowLeg = std::function<ServiceAftermath(const MovedLeg&)>;

/// What a person says of a service case that has exactly `expected` entries: whoever allowed it saw
/// them all.
struct ServiceWrite {
    DocumentId document;
    std::size_t expected = 0;
    ServiceEntry entry;
    bool open = true;
    AuditRow audit;
};

/// A change of a document's status, with what follows from it in the same transaction.
struct StatusWrite {
    StatusChange change;
    AuditRow audit;
    Follow follow = {}; ///< empty: nothing follows
};

/// Everything that one issued document changes, in one transaction: document with first status,
/// idempotency row, case index, legs with their events, audit row, intent resolved.
struct IssueWrite {
    /// `document.file.prefix` and `document.file.size` are given; segment, offset and rest_length
    /// are ignored and filled in by the store.
    DocumentRow document;
    ByteView rest;               ///< the file after its prefix; must live until put_issues returns
    std::string idempotency_key; ///< empty: no idempotency row
    Digest fingerprint{};        ///< of the request, compared when the key comes again
    /// The key is honoured for writes whose `document.issued_at` lies before this moment.
    TimeMs idempotency_expires;
    std::vector<LegWrite> legs;
    AuditRow audit;
    /// With a relation that supersedes, and only then: what the earlier document's history gets.
    std::optional<StatusWrite> supersede = {};
    /// SM3 of its record, if that is to get an SM2 message: then one is due from now on.
    std::optional<Digest> record_sm3 = {};
    std::optional<ConsentEntry> consent = {};
};

struct IssueOutcome {
    enum class Kind : std::uint8_t {
        created,       ///< durable now
        duplicate,     ///< same key, same fingerprint: `document` is the first one
        key_conflict,  ///< same key, another fingerprint
        case_conflict, ///< department, template version and case number already have `document`
        id_taken,      ///< the id or the document key belongs to another document: draw again
        no_intent,     ///< no open intent with this id: nothing may be issued without one
        relation_void, ///< what it relates to is not there, another department's, or not `valid`
    };
    Kind kind = Kind::created;
    DocumentId document;
    bool operator==(const IssueOutcome&) const = default;
};

/// What a revision tells who releases deliveries.
struct LevelledDocument {
    const DocumentRow& document;
    const StatusEntry& status; ///< as find_status
    SignatureLevel level;      ///< of the file with the new revision
    TimeMs at;                 ///< of that
    const std::vector<LegRow>& legs;
};
/// Says which of the document's deliveries move now. As Follow: called inside the transaction.
using Release = std::function<std::vector<Aftermath::Change>(const LevelledDocument&)>;

struct AugmentationClaim {
    TimeMs now;
    std::size_t max = 1; ///< at most claim_max
    std::int64_t lease_ms = 0;
};

/// A revision made under a claim, with what follows from it in the same transaction.
struct RevisionWrite {
    DocumentId document;
    std::uint32_t fence = 0; ///< AugmentationRow::fence as it was claimed
    ByteView bytes;          ///< must live until put_revision returns
    TimeMs at;
    SignatureLevel level = SignatureLevel::b_b;
    std::optional<TimeMs> proven_until;
    Digest file_hash{};        ///< SHA-256 of the whole file with it
    std::optional<TimeMs> due; ///< when it is to be looked at next; absent: never
    Release release = {};      ///< empty: nothing moves
    AuditRow audit;
};

/// A claimed document that got no revision.
struct AugmentationDelay {
    DocumentId document;
    std::uint32_t fence = 0;
    std::optional<TimeMs> due; ///< absent: it is parked
    /// Absent: it was not tried, no attempt is counted and the reason before stays.
    std::optional<std::string> reason;
    std::optional<AuditRow> audit = {};
};

/// A message that was made, and with it what its department's electronic seal puts behind the file.
struct MessageWrite {
    DocumentId document;
    Bytes bytes;
    TimeMs at;
    Bytes revision{};       ///< empty: nothing
    std::uint64_t behind{}; ///< bytes of the file that the revision was made for
    Digest file_hash{};     ///< SHA-256 of the whole file with it
};

/// One that could not be made.
struct MessageDelay {
    DocumentId document;
    TimeMs due;
    std::string reason; ///< MessageRow::reason
};

/// Documents whose next attempt is to be made sooner: one step of a walk in the order of ids.
struct AugmentationHaste {
    /// Those whose level dates from before this moment, to be renewed; absent: those that wait,
    /// parked ones too.
    std::optional<TimeMs> dated_before;
    TimeMs due; ///< nothing is put later than it is
    std::optional<DocumentId> after;
    std::size_t rows_max = 1;            ///< to look at; at most prune_rows_max
    AuditRow audit;                      ///< of a step that hastens anything
    std::optional<DocumentId> only = {}; ///< no walk but this document
};

struct HasteStep {
    std::size_t looked_at = 0;
    std::size_t hastened = 0;
    std::optional<DocumentId> next; ///< where the next step goes on; absent: the end was reached
    bool operator==(const HasteStep&) const = default;
};

/// How augmentation stands. All but `waiting` are counted up to list_rows_max, the oldest first.
struct AugmentationCounts {
    std::uint64_t waiting = 0; ///< is_waiting
    std::uint64_t late = 0;    ///< of these, whose time to reach the level is over
    std::uint64_t parked = 0;  ///< of these
    std::optional<TimeMs>
        oldest; ///< since when the first of those waits whose level is not reached
    std::uint64_t renewals_due = 0;
    bool operator==(const AugmentationCounts&) const = default;
};

struct ClaimRequest {
    std::uint8_t channel = 0; ///< only legs of this channel
    TimeMs now;
    std::size_t max = 0; ///< at most claim_max; 0: nothing is claimed
    std::int64_t lease_ms = 0;
    /// State before the claim → state while claimed, for each of the 256 numbers.
    std::array<std::uint8_t, 256> on_claim{};
};

struct ClaimedLeg {
    LegRow row; ///< as it was before the claim
    std::uint32_t fence = 0;
    bool operator==(const ClaimedLeg&) const = default;
};

struct LegFinish {
    LegId leg;
    std::uint32_t fence = 0;
    LegUpdate update;
};

/// What turn_over did.
struct Turnover {
    std::vector<bool> finished; ///< one answer each, in order
    std::vector<ClaimedLeg> claimed;
    bool operator==(const Turnover&) const = default;
};

/// One attempt to open the link of a leg.
struct LinkTry {
    LegId leg;
    bool right = false;            ///< the code is the right one
    std::uint8_t failures_max = 0; ///< so many wrong codes shut the link
    std::int64_t life_ms = 0; ///< how long a link that was not renewed lives, from LegRow::created
    TimeMs now;
};

/// How often something may be tried.
struct TryLimit {
    Digest what{};
    std::uint16_t most = 0;
    std::int64_t window_ms = 0; ///< after that it begins anew; 0: never
};

/// A document's legs as whoever allows that it is collected saw them: where one has moved since, or
/// there is another, the question is asked anew.
struct SeenLegs {
    DocumentId document;
    std::span<const LegRow> legs; ///< all of them, in any order; ids and states count
};

struct CollectingTake {
    CollectingLock lock; ///< of a leg in `seen`; `failures` is not looked at
    SeenLegs seen;
    TimeMs now;
};

/// Somebody came for the document and has it: at a kiosk under its lock, else while nobody has one.
struct Collection {
    LegId leg; ///< one in `seen`
    SeenLegs seen;
    std::optional<Digest> nonce; ///< of the lock under which it was printed
    LegUpdate update;
    TimeMs now;
};
enum class Collected : std::uint8_t {
    collected,
    locked, ///< another is printing it, or took the lock since
    moved,  ///< it stands not as it was seen
};

/// How far the number sequences have come.
struct Numbers {
    /// Time of the backup that this store was restored from, while nobody has decided which numbers
    /// were given after it: until then nothing is issued.
    std::optional<TimeMs> held_since;
    NumberFloor floor;
    std::vector<NumberSequence> sequences; ///< by department and name
    bool operator==(const Numbers&) const = default;
};

/// Moves number sequences on, never back.
struct NumberAdvance {
    enum class How : std::uint8_t {
        by,   ///< `count` numbers are passed over
        past, ///< the next number is greater than `count`
    };
    How how = How::by;
    std::uint64_t count = 0; ///< at most sequence_value_max
    struct Only {
        DepartmentCode department;
        std::string sequence;
    };
    /// Absent: all sequences, and the floor for those that have no number yet; then issuing is
    /// allowed again.
    std::optional<Only> only;
    std::uint32_t floor_year = 0; ///< last year whose sequences can have begun
};

struct FsckReport {
    std::vector<std::string> findings; ///< ids and table names, never personal data
    std::uint64_t rows = 0;            ///< rows read
    std::uint64_t files = 0;           ///< files whose hash was recomputed
    [[nodiscard]] bool clean() const { return findings.empty(); }
};

/// An event that a case gets if it has exactly `expected` events: whoever allowed it saw them all.
struct CaseEventWrite {
    std::string case_number;
    std::size_t expected = 0;
    CaseEvent event;
};

/// A draft as it is to be, the event that its case gets with it, and the trail.
struct DraftWrite {
    DraftRow draft;
    std::optional<CaseEventWrite> event;
    AuditRow audit;
};

struct StatusOutcome {
    bool changed = false;
    StatusEntry last; ///< the new entry, or the one that allowed no such step
    bool operator==(const StatusOutcome&) const = default;
};

/// One step of a walk that forgets old idempotency rows.
struct PruneStep {
    std::size_t looked_at = 0;
    std::size_t removed = 0;
    std::string next; ///< where the next step goes on; empty: the end was reached
    bool operator==(const PruneStep&) const = default;
};

/// One step of the walk that tells what expired.
struct ExpiryStep {
    std::size_t looked_at = 0;
    std::size_t expired = 0;        ///< `follow` was asked about so many
    std::vector<DocumentId> failed; ///< passed over: cannot be read, or what follows not written
    bool over = false;              ///< nothing is left whose last day is over
    bool operator==(const ExpiryStep&) const = default;
};

struct Statistics {
    std::uint64_t documents = 0;
    std::uint64_t intents_open = 0;
    std::uint64_t legs = 0;
    std::uint64_t legs_scheduled = 0; ///< with a due time, past or future
    std::uint64_t audit_rows = 0;
    std::uint64_t revisions = 0;
    std::uint64_t augmentations_waiting = 0;
    std::uint64_t database_bytes = 0; ///< pages in use
    std::uint64_t segment_bytes = 0;  ///< bytes of files written
};

struct Space {
    std::uint64_t free_bytes = 0;    ///< of the file system
    std::uint64_t reserve_bytes = 0; ///< writes stop when less than this is free
    bool writable = true;
};

} // namespace songda::store
