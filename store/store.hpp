#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/signing_ticket.hpp"
#include "base/time.hpp"
#include "store/evidence.hpp"
#include "store/push_subscription.hpp"
#include "store/rating.hpp"
#include "store/requests.hpp"
#include "store/rows.hpp"
#include "store/tracking.hpp"

namespace songda::store {

/// What must survive, in the domain's words. Every write is durable when its call returns a value;
/// a write that returns an error changed nothing — except after `internal`, which the caller treats
/// as "unknown" and asks again with the same idempotency key.
///
/// Thread-safe: any verb from any thread. Writes of many threads share one fsync. The store has no
/// clock and no randomness: times and ids come in with the call. Rows go out as copies.
///
/// Faults of every write: `no_space` (the store answers reads only until there is room again),
/// `invalid_input` (a row or key is too long), `forbidden` (this opener may not write documents).
/// Faults of every read: `corrupt`, `unavailable`.
class Store {
public:
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store() = default;

    // Issuing.

    /// Writes what is going to be signed and raises the counters to `sequence_value`; then, and
    /// only then, gives leave to sign, in the order of `intents`. All or nothing. An intent that is
    /// stored already, open and equal, gives a new ticket (recovery); any other intent with a known
    /// id is a `conflict`. `held`: see Numbers::held_since. `unavailable`: the numbers were moved
    /// on (advance_numbers) after these were drawn.
    [[nodiscard]] virtual Result<std::vector<SigningTicket>>
    put_intents(std::span<const Intent> intents) = 0;
    /// Closes intents that will have no document; they stay on record with the reason. Unknown and
    /// closed ids are passed over. Returns how many were closed.
    [[nodiscard]] virtual Result<std::size_t> void_intents(std::span<const DocumentId> ids,
                                                           std::string_view reason) = 0;
    /// Neither a document nor voided, oldest first: what a crash left between signing and storing.
    [[nodiscard]] virtual Result<std::vector<Intent>> open_intents() = 0;
    [[nodiscard]] virtual Result<std::optional<Intent>> find_intent(const DocumentId& id) = 0;
    /// Last number of a sequence, given or passed over: the next is one more. A sequence of all
    /// years that has none yet goes on after those of single years. Fault `held` while no number
    /// may be given.
    [[nodiscard]] virtual Result<std::uint64_t> counter(const DepartmentCode& department,
                                                        std::string_view sequence) = 0;
    [[nodiscard]] virtual Result<Numbers> numbers() = 0;
    /// Numbers::held_since alone.
    [[nodiscard]] virtual Result<std::optional<TimeMs>> numbers_held() = 0;
    /// `invalid_input`: a number would pass sequence_value_max; nothing moved.
    [[nodiscard]] virtual Result<void> advance_numbers(const NumberAdvance& advance,
                                                       const AuditRow& audit) = 0;
    /// The numbers are right as they stand: issuing is allowed again. `conflict` when it was.
    [[nodiscard]] virtual Result<void> confirm_numbers(const AuditRow& audit) = 0;

    /// Stores bytes that many files begin with, once, and returns their SHA-256.
    [[nodiscard]] virtual Result<Digest> put_prefix(ByteView bytes) = 0;
    /// One outcome per item, in order; items that are not `created` wrote nothing. At most
    /// issues_per_call_max items. Checked in this order: key, case, intent, id, relation. A
    /// superseded document gets its status in the same transaction. `not_found` when a
    /// prefix was never stored, `invalid_input` when `file.size` is not prefix + rest: then nothing
    /// was written. An empty case number takes part in no case check.
    [[nodiscard]] virtual Result<std::vector<IssueOutcome>>
    put_issues(std::span<const IssueWrite> issues) = 0;

    // Documents.

    [[nodiscard]] virtual Result<std::optional<DocumentRow>>
    find_document(const DocumentId& id) = 0;
    /// Another department's id is as absent as an unknown one.
    [[nodiscard]] virtual Result<std::optional<DocumentRow>>
    find_document_for(const DepartmentCode& department, const DocumentId& id) = 0;
    [[nodiscard]] virtual Result<std::optional<DocumentRow>>
    find_by_key(const DocumentKey& key) = 0;
    [[nodiscard]] virtual Result<std::optional<IdempotencyRow>>
    find_idempotent(const DepartmentCode& department, std::string_view key) = 0;
    [[nodiscard]] virtual Result<std::optional<DocumentId>>
    find_case(const DepartmentCode& department, std::string_view template_version,
              std::string_view case_number) = 0;
    /// In the order of ids, strictly after `after`; at most min(limit, list_rows_max).
    [[nodiscard]] virtual Result<std::vector<DocumentRow>>
    list_documents(const DepartmentCode& department, std::optional<DocumentId> after,
                   std::size_t limit) = 0;
    /// The file as it was issued, its hash compared with `file_hash` on every call. `corrupt` on a
    /// difference: wrong bytes never leave.
    [[nodiscard]] virtual Result<Bytes> read_issued(const DocumentRow& document) = 0;
    /// The same with all its revisions behind it, each compared with its hash: what is handed out.
    [[nodiscard]] virtual Result<Bytes> read_file(const DocumentRow& document) = 0;

    /// Oldest first; empty for an unknown id.
    [[nodiscard]] virtual Result<std::vector<StatusEntry>> status_history(const DocumentId& id) = 0;
    /// The last entry of a stored document's history: what holds now. Of a copy (`is_copy`) that
    /// holds itself, the last entry of what it is a copy of.
    [[nodiscard]] virtual Result<StatusEntry> find_status(const DocumentRow& document) = 0;
    /// What relates to this document, in the order of ids; at most list_rows_max.
    [[nodiscard]] virtual Result<std::vector<RelatedDocument>> related_to(const DocumentId& id) = 0;
    /// Appends to the history if the table of steps (document_status.hpp) allows it after the
    /// present status, and does what follows; else nothing changes. `not_found` without the
    /// document, `conflict` when a leg that follows has another's id.
    [[nodiscard]] virtual Result<StatusOutcome> set_status(const DocumentId& id,
                                                           const StatusWrite& write) = 0;

    // Levels. A document that needs more than its signature is due for augmentation when it is
    // issued (put_issues makes its row), and due again when what proves it is to be renewed.

    /// That its file has now.
    [[nodiscard]] virtual Result<SignatureLevel> find_level(const DocumentRow& document) = 0;
    [[nodiscard]] virtual Result<std::optional<AugmentationRow>>
    find_augmentation(const DocumentId& document) = 0;
    /// By their numbers, the first is 1.
    [[nodiscard]] virtual Result<std::vector<RevisionRow>>
    revisions(const DocumentId& document) = 0;
    /// Those that wait (is_waiting), in the order of ids, strictly after `after`; at most
    /// min(limit, list_rows_max).
    [[nodiscard]] virtual Result<std::vector<AugmentationRow>>
    waiting_augmentations(std::optional<DocumentId> after, std::size_t limit) = 0;
    [[nodiscard]] virtual Result<AugmentationCounts> count_augmentations(TimeMs now) = 0;
    /// Takes up to `max` with due ≤ now, in order (due, id): due becomes now + lease, fence + 1;
    /// they come as they are from then on. An expired lease is simply due again. Nothing is written
    /// when nothing is due.
    [[nodiscard]] virtual Result<std::vector<AugmentationRow>>
    claim_augmentations(const AugmentationClaim& claim) = 0;
    /// Puts the bytes behind the file: revision, its document's next due time, deliveries that were
    /// waiting for it, audit. False when the fence is stale: then nothing changed. `conflict` past
    /// revisions_max.
    [[nodiscard]] virtual Result<bool> put_revision(const RevisionWrite& write) = 0;
    /// False when the fence is stale: then nothing changed.
    [[nodiscard]] virtual Result<bool> put_off_augmentation(const AugmentationDelay& delay) = 0;
    [[nodiscard]] virtual Result<HasteStep>
    hasten_augmentations(const AugmentationHaste& haste) = 0;

    // SM2 messages over records. One is due from the issue on (put_issues); it needs no claim,
    // since one thread of the one service makes them, and whoever makes it again harms nothing.

    [[nodiscard]] virtual Result<std::optional<MessageRow>>
    find_message(const DocumentId& document) = 0;
    /// Of a row that is made. `corrupt` when the bytes do not match their hash.
    [[nodiscard]] virtual Result<Bytes> read_message(const MessageRow& row) = 0;
    /// With due ≤ now, in order (due, id), at most min(limit, list_rows_max).
    [[nodiscard]] virtual Result<std::vector<MessageRow>> due_messages(TimeMs now,
                                                                       std::size_t limit) = 0;
    /// All in one commit. Of a document that wants none or has one nothing changes: the first is
    /// what is kept; and of one whose file is no longer that for which the revision was made, which
    /// stays due. A revision changes no level; whoever is augmenting the document begins anew.
    [[nodiscard]] virtual Result<void> put_messages(std::span<const MessageWrite> writes) = 0;
    /// The same for those that could not be made; each counts as an attempt.
    [[nodiscard]] virtual Result<void> put_off_messages(std::span<const MessageDelay> delays) = 0;
    /// Those that are wanted and not made.
    [[nodiscard]] virtual Result<std::uint64_t> count_unmade_messages() = 0;

    // Editions.

    /// Stores a draft as the next edition of its kind and name, and returns its number. `content`
    /// is what `edition.content` is the hash of. `edition.number` and `edition.state` are not
    /// looked at.
    [[nodiscard]] virtual Result<std::uint32_t>
    put_edition(const EditionRow& edition, ByteView content, const AuditRow& audit) = 0;
    /// Puts `after` in the place of `before`; both have the same kind, name, number and content.
    /// False when it is not that any more, or the table of steps (edition_state.hpp) has no such
    /// step.
    [[nodiscard]] virtual Result<bool>
    step_edition(const EditionRow& before, const EditionRow& after, const AuditRow& audit) = 0;
    [[nodiscard]] virtual Result<std::vector<EditionRow>> editions(EditionKind kind,
                                                                   std::string_view name) = 0;
    /// Of all names: by name, then by number.
    [[nodiscard]] virtual Result<std::vector<EditionRow>> all_editions(EditionKind kind) = 0;
    /// The published one with the latest `effective_from` not after `day`; of several the newest.
    [[nodiscard]] virtual Result<std::optional<EditionRow>>
    edition_in_force(EditionKind kind, std::string_view name, Date day) = 0;
    /// Those of all names, by name.
    [[nodiscard]] virtual Result<std::vector<EditionRow>> editions_in_force(EditionKind kind,
                                                                            Date day) = 0;
    /// `corrupt` when the bytes are not those of the row.
    [[nodiscard]] virtual Result<Bytes> edition_content(const EditionRow& edition) = 0;

    // Paper.

    /// Gives the copy the document's next number, from 1, and returns it; the number that it has
    /// when there is one with its key already. `not_found` without the document, `conflict` past
    /// paper_copies_max.
    [[nodiscard]] virtual Result<std::uint32_t>
    add_paper_copy(const DocumentId& document, const PaperCopy& copy, const AuditRow& audit) = 0;
    /// By their numbers, the first is 1.
    [[nodiscard]] virtual Result<std::vector<PaperCopy>>
    paper_copies(const DocumentId& document) = 0;
    /// The first revocation is what is kept. `not_found` without the copy.
    [[nodiscard]] virtual Result<void> revoke_paper_copy(const DocumentId& document,
                                                         std::uint32_t number, TimeMs at,
                                                         std::string_view reason,
                                                         const AuditRow& audit) = 0;

    // Cases and drafts.

    /// What departments told of a case, oldest first; empty for an unknown one.
    [[nodiscard]] virtual Result<std::vector<CaseEvent>>
    case_events(std::string_view case_number) = 0;
    /// False when the case has another number of events by now: then nothing changed. `conflict`
    /// past case_events_max.
    [[nodiscard]] virtual Result<bool> append_case_event(const CaseEventWrite& write,
                                                         const AuditRow& audit) = 0;
    /// Documents of all departments with that case number, by department and template, at most
    /// case_documents_max.
    [[nodiscard]] virtual Result<std::vector<DocumentRow>>
    case_documents(std::string_view case_number) = 0;

    /// `decision` is what `draft.decision` is the hash of. False: see append_case_event. `conflict`
    /// when the id exists.
    [[nodiscard]] virtual Result<bool> put_draft(const DraftWrite& write, ByteView decision) = 0;
    [[nodiscard]] virtual Result<std::optional<DraftRow>> find_draft(const DraftId& id) = 0;
    /// `not_found` when the draft waits no more, `corrupt` when the bytes are not those of the row.
    [[nodiscard]] virtual Result<Bytes> draft_decision(const DraftRow& draft) = 0;
    /// Puts the draft in the place of `before`. False when it is not that any more or waits no
    /// more, or see append_case_event: then nothing changed. A draft that waits no more loses its
    /// decision.
    [[nodiscard]] virtual Result<bool> change_draft(const DraftRow& before,
                                                    const DraftWrite& write) = 0;
    /// That wait and are of the department's writing or issuing, in the order of ids, strictly
    /// after `after`; at most min(limit, list_rows_max).
    [[nodiscard]] virtual Result<std::vector<DraftRow>>
    waiting_drafts(const DepartmentCode& department, std::optional<DraftId> after,
                   std::size_t limit) = 0;

    // Delivery.

    /// Finishes what was claimed, then claims the next, in one commit: who comes behind a burst of
    /// another department waits for one and not for two.
    /// A finish answers false when its fence is stale or the leg unknown: then nothing of it was
    /// changed. Success moves the fence on, so that no second finish can follow.
    /// A claim takes up to `max` legs of one channel with due ≤ now: due becomes now + lease, fence
    /// + 1, state as `on_claim` says. Departments take turns, one leg each, starting after the
    /// department served last, so that no department's burst delays another's; inside a department
    /// in order (due, id). An expired lease is simply due again.
    [[nodiscard]] virtual Result<Turnover> turn_over(std::span<const LegFinish> finishes,
                                                     const ClaimRequest& claim) = 0;
    [[nodiscard]] Result<std::vector<ClaimedLeg>> claim_due(const ClaimRequest& request) {
        auto done = turn_over({}, request);
        return done.ok() ? Result<std::vector<ClaimedLeg>>(std::move(done.value().claimed))
                         : done.error();
    }
    [[nodiscard]] Result<std::vector<bool>> finish_legs(std::span<const LegFinish> finishes) {
        auto done = turn_over(finishes, ClaimRequest());
        return done.ok() ? Result<std::vector<bool>>(std::move(done.value().finished))
                         : done.error();
    }
    /// For what the outside world reports. False when the leg is unknown or not in
    /// `expected_state`. When the state changes the fence moves on: a worker that still holds the
    /// leg learns it from turn_over.
    [[nodiscard]] virtual Result<bool>
    append_leg_event(const LegId& leg, std::uint8_t expected_state, const LegUpdate& update) = 0;
    /// A new leg of a stored document (the next channel of a plan). `conflict` when the id exists,
    /// `not_found` without the document.
    [[nodiscard]] virtual Result<void> add_leg(const LegWrite& write) = 0;
    [[nodiscard]] virtual Result<std::optional<LegRow>> find_leg(const LegId& id) = 0;
    /// In the order of ids.
    [[nodiscard]] virtual Result<std::vector<LegRow>> legs_of(const DocumentId& document) = 0;
    /// In the order in which they were appended.
    /// Legs of a department over one channel whose time comes (LegRow::due), the nearest first; at
    /// most min(limit, list_rows_max).
    [[nodiscard]] virtual Result<std::vector<LegRow>>
    due_legs(std::uint8_t channel, const DepartmentCode& department, std::size_t limit) = 0;
    [[nodiscard]] virtual Result<std::vector<LegEvent>> leg_events(const LegId& leg) = 0;
    /// Keeps what was tracked of legs, in one commit, and does what follows from each
    /// (SettleTracked); one answer each, in order. One that is not kept changes nothing, and none
    /// of the others.
    [[nodiscard]] virtual Result<std::vector<TrackedOutcome>>
    put_tracked(std::span<const TrackedWrite> writes) = 0;
    /// In the order in which they were recorded.
    [[nodiscard]] virtual Result<std::vector<TrackedEvent>> tracked_events(const LegId& leg) = 0;
    /// The department's dead letters, the oldest first, strictly after `after`; at most
    /// min(limit, list_rows_max).
    [[nodiscard]] virtual Result<std::vector<LegRow>> dead_letters(const DepartmentCode& department,
                                                                   std::optional<DeadLetter> after,
                                                                   std::size_t limit) = 0;

    // Service cases. Entries follow from legs that moved (FollowLeg), in the same transaction.

    /// In the order in which they were appended.
    [[nodiscard]] virtual Result<std::vector<ServiceEntry>>
    service_entries(const DocumentId& document) = 0;
    /// False when the case has another number of entries by now: then nothing changed. `not_found`
    /// without the document, `conflict` past service_entries_max.
    [[nodiscard]] virtual Result<bool> append_service(const ServiceWrite& write) = 0;
    /// Documents of the department with a term and not served, by the last day of the term and id,
    /// strictly after `after`, up to and with `until`; at most min(limit, list_rows_max). Those
    /// that can never hold again are not among them.
    [[nodiscard]] virtual Result<std::vector<OpenService>>
    open_services(const DepartmentCode& department, Date until, std::optional<OpenService> after,
                  std::size_t limit) = 0;
    /// In the order in which they were told.
    [[nodiscard]] virtual Result<std::vector<ConsentEntry>>
    consents(const DocumentId& document) = 0;
    /// `not_found` without the document, `conflict` past service_entries_max.
    [[nodiscard]] virtual Result<void>
    add_consent(const DocumentId& document, const ConsentEntry& entry, const AuditRow& audit) = 0;

    // Evidence. Records follow from what happens (Testify), in the same transaction.

    /// By their positions; empty before the first event after the issue.
    [[nodiscard]] virtual Result<std::vector<EvidenceRow>>
    evidence_of(const DocumentId& document) = 0;
    /// Strictly after sequence `after`; at most min(limit, evidence_rows_max).
    [[nodiscard]] virtual Result<std::vector<EvidenceRow>> list_evidence(std::uint64_t after,
                                                                         std::size_t limit) = 0;
    /// The same of one department's documents.
    [[nodiscard]] virtual Result<std::vector<EvidenceRow>>
    list_evidence_for(const DepartmentCode& department, std::uint64_t after, std::size_t limit) = 0;
    /// The next batch. `conflict` when it does not go on where the last one ended, or reaches
    /// beyond the records; `invalid_input` past evidence_batch_bytes_max.
    [[nodiscard]] virtual Result<void> put_evidence_batch(const EvidenceBatchRow& batch) = 0;
    /// Of the batch that ends there. The first token is what is kept. `not_found` without the
    /// batch.
    [[nodiscard]] virtual Result<void> put_evidence_token(std::uint64_t last, ByteView token) = 0;
    [[nodiscard]] virtual Result<std::optional<EvidenceBatchRow>> last_evidence_batch() = 0;
    /// Nothing while the record is not sealed.
    [[nodiscard]] virtual Result<std::optional<EvidenceBatchRow>>
    evidence_batch_of(std::uint64_t sequence) = 0;
    /// By their numbers, the first at most min(limit, list_rows_max).
    [[nodiscard]] virtual Result<std::vector<EvidenceBatchRow>>
    batches_without_token(std::size_t limit) = 0;
    [[nodiscard]] virtual Result<EvidenceCounts> count_evidence() = 0;

    /// In the order of document ids.
    [[nodiscard]] virtual Result<std::vector<InboxEntry>> inbox(const InboxId& id) = 0;
    /// True the first time; the first time is what is kept. `not_found` without the entry.
    [[nodiscard]] virtual Result<bool> mark_opened(const InboxId& inbox, const DocumentId& document,
                                                   TimeMs at) = 0;
    /// The same endpoint again takes the place of its earlier row. Past push_subscriptions_max the
    /// one that came first goes.
    [[nodiscard]] virtual Result<void> put_push(const PushSubscription& subscription) = 0;
    /// In the order of their coming.
    [[nodiscard]] virtual Result<std::vector<PushSubscription>>
    push_subscriptions(const InboxId& inbox) = 0;
    /// One that is not there is passed over.
    [[nodiscard]] virtual Result<void> drop_push(const InboxId& inbox,
                                                 std::string_view endpoint) = 0;
    /// May this link be opened with this code? The answer exists only after the attempt is on disk:
    /// who cuts the power learns nothing. Unknown leg, wrong code, expired and shut link look the
    /// same and cost the same one durable commit; a right code costs no failure.
    [[nodiscard]] virtual Result<bool> try_link(const LinkTry& attempt) = 0;
    /// Takes the failures back and gives the link a new end. `not_found` without the leg.
    [[nodiscard]] virtual Result<void> renew_link(const LegId& leg, TimeMs expires) = 0;

    // Ratings.

    /// Puts `after` in the place of `before`, of the same department and case; absent: there was
    /// none. False when it is not that any more: then nothing changed.
    [[nodiscard]] virtual Result<bool> step_rating(const std::optional<RatingRow>& before,
                                                   const RatingRow& after,
                                                   const AuditRow& audit) = 0;
    [[nodiscard]] virtual Result<std::optional<RatingRow>>
    find_rating(const DepartmentCode& department, std::string_view case_key) = 0;
    /// Of those that count, by template version and level; without those that nobody gave.
    [[nodiscard]] virtual Result<std::vector<RatingCount>>
    rating_counts(const DepartmentCode& department) = 0;
    /// Those that are to be put right, the nearest day first; at most min(limit, list_rows_max).
    [[nodiscard]] virtual Result<std::vector<RatingRow>>
    open_ratings(const DepartmentCode& department, std::size_t limit) = 0;

    // Credentials.

    /// `conflict` when the kid exists.
    [[nodiscard]] virtual Result<void> put_api_key(const ApiKey& key, const AuditRow& audit) = 0;
    [[nodiscard]] virtual Result<std::optional<ApiKey>> find_api_key(std::string_view kid) = 0;
    /// In the order of kids.
    [[nodiscard]] virtual Result<std::vector<ApiKey>> list_api_keys() = 0;
    /// The first revocation is what is kept. `not_found` without the key.
    [[nodiscard]] virtual Result<void> revoke_api_key(std::string_view kid, TimeMs at,
                                                      const AuditRow& audit) = 0;

    // QR keys.

    /// Puts `after` in the place of `before`, of the same department and key; absent: there was
    /// none. False when it is not that any more: then nothing changed.
    [[nodiscard]] virtual Result<bool> step_qr_key(const std::optional<QrKeyRow>& before,
                                                   const QrKeyRow& after,
                                                   const AuditRow& audit) = 0;
    /// Of all departments, by department.
    [[nodiscard]] virtual Result<std::vector<QrKeyRow>> qr_keys() = 0;

    // Kiosks.

    /// Puts `after` in the place of `before` (absent: it is new), with the certificate that it got,
    /// if it got one; by its code, then those before go. False when the kiosk is not that any more.
    /// `conflict`: another kiosk that is not revoked has the serial, or the certificate is there.
    [[nodiscard]] virtual Result<bool>
    step_kiosk(const std::optional<KioskRow>& before, const KioskRow& after,
               const std::optional<KioskCertificate>& certificate, const AuditRow& audit) = 0;
    /// By id.
    [[nodiscard]] virtual Result<std::vector<KioskRow>> kiosks() = 0;
    [[nodiscard]] virtual Result<std::optional<KioskRow>> find_kiosk(const KioskId& id) = 0;
    [[nodiscard]] virtual Result<std::optional<KioskCertificate>>
    find_kiosk_certificate(const Digest& certificate) = 0;
    /// The last is kept. `not_found` without the kiosk.
    [[nodiscard]] virtual Result<void> note_kiosk(const KioskSeen& seen) = 0;
    /// By kiosk.
    [[nodiscard]] virtual Result<std::vector<KioskSeen>> kiosks_seen() = 0;

    /// Counts one try at each, durably, before anybody looks whether it is right; one answer each:
    /// false, and it is not counted, when it has had its `most` inside its window.
    [[nodiscard]] virtual Result<std::vector<bool>> count_tries(std::span<const TryLimit> tries,
                                                                TimeMs now) = 0;
    /// The try was right: `forgotten` begin anew, and of `uncounted` the one is taken back.
    [[nodiscard]] virtual Result<void> end_tries(std::span<const Digest> forgotten,
                                                 std::span<const Digest> uncounted) = 0;

    /// Locks a document for a kiosk, if its legs stand as they were seen and no other lock holds:
    /// the failures before are kept. One lock a document, whichever leg. False otherwise.
    [[nodiscard]] virtual Result<bool> take_collecting(const CollectingTake& take) = 0;
    [[nodiscard]] virtual Result<std::optional<CollectingLock>>
    find_collecting(const DocumentId& document) = 0;
    /// Ends the lock that has this nonce, and counts one failure more if it `failed`: what was
    /// counted before stays. False when there is none such.
    [[nodiscard]] virtual Result<bool> end_collecting(const DocumentId& document,
                                                      const Digest& nonce, bool failed) = 0;
    /// Moves the leg as append_leg_event does, and ends the lock with the failures that it
    /// counted: one transaction, so that a document is collected once, wherever.
    [[nodiscard]] virtual Result<Collected> collect(const Collection& collection) = 0;

    // Packages for an outage.

    /// Puts `after` in the place of `before` (absent: it is new). False when it is not that any
    /// more.
    [[nodiscard]] virtual Result<bool> step_outage(const std::optional<OutagePackage>& before,
                                                   const OutagePackage& after,
                                                   const AuditRow& audit) = 0;
    /// Those that are out to the kiosk (is_out), by id.
    [[nodiscard]] virtual Result<std::vector<OutagePackage>> packages_out(const KioskId& kiosk) = 0;
    /// Of all kiosks, those in conflict; at most min(limit, list_rows_max).
    [[nodiscard]] virtual Result<std::vector<OutagePackage>>
    packages_in_conflict(std::size_t limit) = 0;
    [[nodiscard]] virtual Result<std::optional<OutagePackage>>
    find_package(const KioskId& kiosk, std::string_view id) = 0;
    [[nodiscard]] virtual Result<std::optional<OutageHead>> outage_head(const KioskId& kiosk) = 0;
    /// Keeps lines that follow on `before` (absent: the first), and how far they go. False when the
    /// log goes further by now: then nothing changed. `invalid_input`: their number is not what
    /// lies between the two.
    [[nodiscard]] virtual Result<bool> append_outage_log(const std::optional<OutageHead>& before,
                                                         const OutageHead& after,
                                                         std::span<const OutageLineRow> lines) = 0;
    /// From line `after` + 1 on; at most min(limit, list_rows_max).
    [[nodiscard]] virtual Result<std::vector<OutageLineRow>>
    outage_lines(const KioskId& kiosk, std::uint64_t after, std::size_t limit) = 0;

    // Audit.

    [[nodiscard]] virtual Result<void> append_audit(std::span<const AuditRow> rows) = 0;
    /// Strictly after sequence `after`; at most min(limit, list_rows_max).
    [[nodiscard]] virtual Result<std::vector<AuditEntry>> list_audit(std::uint64_t after,
                                                                     std::size_t limit) = 0;
    /// Recomputes the chain from the first row. Returns the last sequence; `corrupt` names the
    /// first row that does not fit.
    [[nodiscard]] virtual Result<std::uint64_t> verify_audit() = 0;

    // Care.

    /// Looks at the idempotency rows after `from` (empty: from the first), at most
    /// min(rows_max, prune_rows_max), and removes those that expired at or before `expired`: they
    /// are honoured no more. One commit when something is removed, none otherwise. Give a moment
    /// some time back, so that a clock that is set back finds its keys still there.
    [[nodiscard]] virtual Result<PruneStep> prune_idempotency(TimeMs expired, std::string_view from,
                                                              std::size_t rows_max) = 0;

    /// Goes on, by last day and id, where the last step stopped: at most
    /// min(rows_max, expiry_rows_max) documents whose last day in China is over at `now`. Of each
    /// that is expired (status_at) `follow` says what comes: its entry is expiry_sequence, at
    /// `now`. That, and how far the walk came, is one transaction, so that nobody is told twice;
    /// without anything to look at nothing is written. The first step of a store begins with the
    /// day that it is. Not told is what was issued after its last day.
    [[nodiscard]] virtual Result<ExpiryStep> tell_expired(TimeMs now, std::size_t rows_max,
                                                          const Follow& follow) = 0;

    /// Copies the store, while it is used, into a directory that does not exist or is empty. On
    /// return the copy is durable and can be opened and checked like the original; it knows that it
    /// is a copy made at `at` (Numbers::held_since).
    [[nodiscard]] virtual Result<void> backup(const std::string& directory, TimeMs at) = 0;
    /// Reads everything and compares: rows, hashes of files, indexes, chain. Slow; runs beside
    /// normal work.
    [[nodiscard]] virtual Result<FsckReport> fsck() = 0;
    [[nodiscard]] virtual Result<Statistics> statistics() = 0;
    [[nodiscard]] virtual Result<Space> space() = 0;
    /// False while there is no space: writes answer `unavailable` at once.
    [[nodiscard]] virtual bool writable() const = 0;
};

} // namespace songda::store
