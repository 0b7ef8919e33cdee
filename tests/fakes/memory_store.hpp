#pragma once

#include <map>
#include <mutex>
#include <set>
#include <tuple>

#include "store/detail/evidence_history.hpp"
#include "store/store.hpp"

namespace songda::fakes {

using namespace store; // NOLINT(google-build-using-namespace): a second engine of the same
                       // interface

/// The store as maps under one mutex: what the verbs mean, said as plainly as possible. The
/// conformance test compares every engine with it; other rooms use it where durability is not the
/// subject. It knows no limits of length and never runs out of space unless told.
class MemoryStore : public Store {
public:
    MemoryStore() = default;
    explicit MemoryStore(store::FollowLeg follow_leg, store::Testify testify = {},
                         store::SettleTracked settle_tracked = {},
                         store::GivesUp gives_up = nullptr)
        : follow_leg_(std::move(follow_leg)), testify_(std::move(testify)),
          settle_tracked_(std::move(settle_tracked)), gives_up_(gives_up) {}
    /// Writes answer `unavailable` from now on, or work again.
    void set_writable(bool writable);
    /// As if this were a copy made then.
    void set_held(TimeMs since);

    Result<std::vector<SigningTicket>> put_intents(std::span<const Intent> intents) override;
    Result<std::size_t> void_intents(std::span<const DocumentId> ids,
                                     std::string_view reason) override;
    Result<std::vector<Intent>> open_intents() override;
    Result<std::optional<Intent>> find_intent(const DocumentId& id) override;
    Result<std::uint64_t> counter(const DepartmentCode& department,
                                  std::string_view sequence) override;
    Result<Numbers> numbers() override;
    Result<std::optional<TimeMs>> numbers_held() override;
    Result<void> advance_numbers(const NumberAdvance& advance, const AuditRow& audit) override;
    Result<void> confirm_numbers(const AuditRow& audit) override;
    Result<Digest> put_prefix(ByteView bytes) override;
    Result<std::vector<IssueOutcome>> put_issues(std::span<const IssueWrite> issues) override;

    Result<std::optional<DocumentRow>> find_document(const DocumentId& id) override;
    Result<std::optional<DocumentRow>> find_document_for(const DepartmentCode& department,
                                                         const DocumentId& id) override;
    Result<std::optional<DocumentRow>> find_by_key(const DocumentKey& key) override;
    Result<std::optional<IdempotencyRow>> find_idempotent(const DepartmentCode& department,
                                                          std::string_view key) override;
    Result<std::optional<DocumentId>> find_case(const DepartmentCode& department,
                                                std::string_view template_version,
                                                std::string_view case_number) override;
    Result<std::vector<DocumentRow>> list_documents(const DepartmentCode& department,
                                                    std::optional<DocumentId> after,
                                                    std::size_t limit) override;
    Result<Bytes> read_issued(const DocumentRow& document) override;
    Result<Bytes> read_file(const DocumentRow& document) override;
    Result<std::vector<StatusEntry>> status_history(const DocumentId& id) override;
    Result<StatusEntry> find_status(const DocumentRow& document) override;
    Result<std::vector<RelatedDocument>> related_to(const DocumentId& id) override;
    Result<StatusOutcome> set_status(const DocumentId& id, const StatusWrite& write) override;

    Result<SignatureLevel> find_level(const DocumentRow& document) override;
    Result<std::optional<AugmentationRow>> find_augmentation(const DocumentId& document) override;
    Result<std::vector<RevisionRow>> revisions(const DocumentId& document) override;
    Result<std::vector<AugmentationRow>> waiting_augmentations(std::optional<DocumentId> after,
                                                               std::size_t limit) override;
    Result<AugmentationCounts> count_augmentations(TimeMs now) override;
    Result<std::vector<AugmentationRow>>
    claim_augmentations(const AugmentationClaim& claim) override;
    Result<bool> put_revision(const RevisionWrite& write) override;
    Result<bool> put_off_augmentation(const AugmentationDelay& delay) override;
    Result<HasteStep> hasten_augmentations(const AugmentationHaste& haste) override;

    Result<std::optional<MessageRow>> find_message(const DocumentId& document) override;
    Result<Bytes> read_message(const MessageRow& row) override;
    Result<std::vector<MessageRow>> due_messages(TimeMs now, std::size_t limit) override;
    Result<void> put_messages(std::span<const MessageWrite> writes) override;
    Result<void> put_off_messages(std::span<const MessageDelay> delays) override;
    Result<std::uint64_t> count_unmade_messages() override;

    Result<std::uint32_t> put_edition(const EditionRow& edition, ByteView content,
                                      const AuditRow& audit) override;
    Result<bool> step_edition(const EditionRow& before, const EditionRow& after,
                              const AuditRow& audit) override;
    Result<std::vector<EditionRow>> editions(EditionKind kind, std::string_view name) override;
    Result<std::vector<EditionRow>> all_editions(EditionKind kind) override;
    Result<std::optional<EditionRow>> edition_in_force(EditionKind kind, std::string_view name,
                                                       Date day) override;
    Result<std::vector<EditionRow>> editions_in_force(EditionKind kind, Date day) override;
    Result<Bytes> edition_content(const EditionRow& edition) override;

    Result<std::uint32_t> add_paper_copy(const DocumentId& document, const PaperCopy& copy,
                                         const AuditRow& audit) override;
    Result<std::vector<PaperCopy>> paper_copies(const DocumentId& document) override;
    Result<void> revoke_paper_copy(const DocumentId& document, std::uint32_t number, TimeMs at,
                                   std::string_view reason, const AuditRow& audit) override;

    Result<std::vector<CaseEvent>> case_events(std::string_view case_number) override;
    Result<bool> append_case_event(const CaseEventWrite& write, const AuditRow& audit) override;
    Result<std::vector<DocumentRow>> case_documents(std::string_view case_number) override;
    Result<bool> put_draft(const DraftWrite& write, ByteView decision) override;
    Result<std::optional<DraftRow>> find_draft(const DraftId& id) override;
    Result<Bytes> draft_decision(const DraftRow& draft) override;
    Result<bool> change_draft(const DraftRow& before, const DraftWrite& write) override;
    Result<std::vector<DraftRow>> waiting_drafts(const DepartmentCode& department,
                                                 std::optional<DraftId> after,
                                                 std::size_t limit) override;

    Result<Turnover> turn_over(std::span<const LegFinish> finishes,
                               const ClaimRequest& claim) override;
    Result<bool> append_leg_event(const LegId& leg, std::uint8_t expected_state,
                                  const LegUpdate& update) override;
    Result<void> add_leg(const LegWrite& write) override;
    Result<std::optional<LegRow>> find_leg(const LegId& id) override;
    Result<std::vector<LegRow>> legs_of(const DocumentId& document) override;
    Result<std::vector<LegEvent>> leg_events(const LegId& leg) override;
    Result<std::vector<TrackedOutcome>> put_tracked(std::span<const TrackedWrite> writes) override;
    Result<std::vector<TrackedEvent>> tracked_events(const LegId& leg) override;
    Result<std::vector<LegRow>> dead_letters(const DepartmentCode& department,
                                             std::optional<DeadLetter> after,
                                             std::size_t limit) override;

    Result<std::vector<ServiceEntry>> service_entries(const DocumentId& document) override;
    Result<bool> append_service(const ServiceWrite& write) override;
    Result<std::vector<OpenService>> open_services(const DepartmentCode& department, Date until,
                                                   std::optional<OpenService> after,
                                                   std::size_t limit) override;
    Result<std::vector<ConsentEntry>> consents(const DocumentId& document) override;
    Result<void> add_consent(const DocumentId& document, const ConsentEntry& entry,
                             const AuditRow& audit) override;

    Result<std::vector<EvidenceRow>> evidence_of(const DocumentId& document) override;
    Result<std::vector<EvidenceRow>> list_evidence(std::uint64_t after, std::size_t limit) override;
    Result<std::vector<EvidenceRow>> list_evidence_for(const DepartmentCode& department,
                                                       std::uint64_t after,
                                                       std::size_t limit) override;
    Result<void> put_evidence_batch(const EvidenceBatchRow& batch) override;
    Result<void> put_evidence_token(std::uint64_t last, ByteView token) override;
    Result<std::optional<EvidenceBatchRow>> last_evidence_batch() override;
    Result<std::optional<EvidenceBatchRow>> evidence_batch_of(std::uint64_t sequence) override;
    Result<std::vector<EvidenceBatchRow>> batches_without_token(std::size_t limit) override;
    Result<EvidenceCounts> count_evidence() override;

    Result<std::vector<InboxEntry>> inbox(const InboxId& id) override;
    Result<bool> mark_opened(const InboxId& inbox, const DocumentId& document, TimeMs at) override;
    Result<bool> step_rating(const std::optional<RatingRow>& before, const RatingRow& after,
                             const AuditRow& audit) override;
    Result<std::optional<RatingRow>> find_rating(const DepartmentCode& department,
                                                 std::string_view case_key) override;
    Result<std::vector<RatingCount>> rating_counts(const DepartmentCode& department) override;
    Result<std::vector<RatingRow>> open_ratings(const DepartmentCode& department,
                                                std::size_t limit) override;
    Result<void> put_push(const PushSubscription& subscription) override;
    Result<std::vector<PushSubscription>> push_subscriptions(const InboxId& inbox) override;
    Result<void> drop_push(const InboxId& inbox, std::string_view endpoint) override;
    Result<bool> try_link(const LinkTry& attempt) override;
    Result<void> renew_link(const LegId& leg, TimeMs expires) override;
    Result<void> put_api_key(const ApiKey& key, const AuditRow& audit) override;
    Result<std::optional<ApiKey>> find_api_key(std::string_view kid) override;
    Result<std::vector<ApiKey>> list_api_keys() override;
    Result<void> revoke_api_key(std::string_view kid, TimeMs at, const AuditRow& audit) override;
    Result<bool> step_qr_key(const std::optional<store::QrKeyRow>& before,
                             const store::QrKeyRow& after, const AuditRow& audit) override;
    Result<std::vector<store::QrKeyRow>> qr_keys() override;

    Result<bool> step_kiosk(const std::optional<store::KioskRow>& before,
                            const store::KioskRow& after,
                            const std::optional<store::KioskCertificate>& certificate,
                            const AuditRow& audit) override;
    Result<std::vector<store::KioskRow>> kiosks() override;
    Result<std::optional<store::KioskRow>> find_kiosk(const store::KioskId& id) override;
    Result<std::optional<store::KioskCertificate>>
    find_kiosk_certificate(const Digest& certificate) override;
    Result<void> note_kiosk(const store::KioskSeen& seen) override;
    Result<std::vector<store::KioskSeen>> kiosks_seen() override;
    Result<std::vector<bool>> count_tries(std::span<const store::TryLimit> tries,
                                          TimeMs now) override;
    Result<void> end_tries(std::span<const Digest> forgotten,
                           std::span<const Digest> uncounted) override;
    Result<std::vector<LegRow>> due_legs(std::uint8_t channel, const DepartmentCode& department,
                                         std::size_t limit) override;
    Result<bool> take_collecting(const store::CollectingTake& take) override;
    Result<std::optional<store::CollectingLock>>
    find_collecting(const DocumentId& document) override;
    Result<bool> step_outage(const std::optional<store::OutagePackage>& before,
                             const store::OutagePackage& after, const AuditRow& audit) override;
    Result<std::vector<store::OutagePackage>> packages_out(const store::KioskId& kiosk) override;
    Result<std::vector<store::OutagePackage>> packages_in_conflict(std::size_t limit) override;
    Result<std::optional<store::OutagePackage>> find_package(const store::KioskId& kiosk,
                                                             std::string_view id) override;
    Result<std::optional<store::OutageHead>> outage_head(const store::KioskId& kiosk) override;
    Result<bool> append_outage_log(const std::optional<store::OutageHead>& before,
                                   const store::OutageHead& after,
                                   std::span<const store::OutageLineRow> lines) override;
    Result<std::vector<store::OutageLineRow>>
    outage_lines(const store::KioskId& kiosk, std::uint64_t after, std::size_t limit) override;
    Result<bool> end_collecting(const DocumentId& document, const Digest& nonce,
                                bool failed) override;
    Result<store::Collected> collect(const store::Collection& collection) override;

    Result<void> append_audit(std::span<const AuditRow> rows) override;
    Result<std::vector<AuditEntry>> list_audit(std::uint64_t after, std::size_t limit) override;
    Result<std::uint64_t> verify_audit() override;

    Result<PruneStep> prune_idempotency(TimeMs expired, std::string_view from,
                                        std::size_t rows_max) override;
    Result<ExpiryStep> tell_expired(TimeMs now, std::size_t rows_max,
                                    const Follow& follow) override;
    /// A memory has no copy: `unavailable`.
    Result<void> backup(const std::string& directory, TimeMs at) override;
    Result<FsckReport> fsck() override;
    Result<Statistics> statistics() override;
    Result<Space> space() override;
    bool writable() const override;

private:
    struct StoredIntent {
        Intent intent;
        bool open = true;
    };
    struct Counter {
        std::uint64_t last = 0;
        std::uint64_t passed = 0; ///< no number up to here is written any more
    };
    // All called with mutex_ held.
    [[nodiscard]] Counter counter_of(const DepartmentCode& department,
                                     const std::string& sequence) const;
    IssueOutcome issue(const IssueWrite& write);
    std::optional<IssueOutcome> stands_against(const IssueWrite& write) const;
    /// Has the case the events that the write expects? Then it gets another.
    bool append_event(const std::optional<CaseEventWrite>& write);
    void insert_leg(const LegWrite& write);
    void testify_to(const DocumentId& id, const store::detail::Happened& happened);
    void testify_events(const LegRow& leg, const std::vector<LegEvent>& events);
    void testify_service(const DocumentId& id, const std::vector<ServiceEntry>& entries);
    void follow_moved(const LegId& leg, const LegUpdate& update);
    TrackedOutcome track(const TrackedWrite& write);
    void settle_tracked(const LegId& leg, std::uint8_t before, bool news, TimeMs now);
    void settle_waiting_tracked(const LegId& leg, std::uint8_t before, const LegUpdate& update);
    [[nodiscard]] bool stands_as(const store::SeenLegs& seen, const LegId& wanted) const;
    void set_open(const DocumentRow& document, bool open);
    void apply(LegRow& row, std::uint32_t fence, const LegUpdate& update);
    std::vector<ClaimedLeg> claim(const ClaimRequest& request);
    Result<StatusOutcome> change_status(const DocumentRow& document, const StatusWrite& write);
    [[nodiscard]] Result<std::vector<Aftermath>>
    look_after(const DocumentRow& changed, const StatusEntry& entry, const Follow& follow) const;
    [[nodiscard]] StatusEntry holding(const DocumentRow& document) const;
    [[nodiscard]] std::vector<LegRow> legs_under(const DocumentId& document) const;
    void write_after(const Aftermath& after);
    void record(const AuditRow& row);
    /// Null when the fence is stale.
    [[nodiscard]] bool put_seal_revision(const MessageWrite& write);
    [[nodiscard]] AugmentationRow* held(const DocumentId& document, std::uint32_t fence);
    [[nodiscard]] std::vector<DocumentId> due_until(TimeMs now) const;

    mutable std::mutex mutex_;
    bool writable_ = true;
    store::FollowLeg follow_leg_;
    store::Testify testify_;
    store::SettleTracked settle_tracked_;
    store::GivesUp gives_up_ = nullptr;
    std::vector<EvidenceRow> evidence_;
    std::map<DocumentId, std::vector<Digest>> chains_; ///< of each record
    std::vector<EvidenceBatchRow> batches_;
    std::map<DocumentId, StoredIntent> intents_;
    std::map<std::pair<DepartmentCode, std::string>, Counter> counters_;
    NumberFloor floor_;
    std::optional<TimeMs> held_since_;
    std::map<Digest, Bytes> prefixes_;
    std::map<DocumentId, DocumentRow> documents_;
    std::map<DocumentId, Bytes> files_;
    std::map<DocumentKey, DocumentId> by_key_;
    std::map<std::pair<DepartmentCode, std::string>, IdempotencyRow> idempotency_;
    std::map<std::tuple<std::string, DepartmentCode, std::string>, DocumentId> cases_;
    std::map<std::string, std::vector<CaseEvent>, std::less<>> case_events_;
    std::map<std::pair<EditionKind, std::string>, std::vector<EditionRow>> editions_;
    std::map<Digest, Bytes> edition_contents_;
    std::map<DraftId, DraftRow> drafts_;
    std::map<DocumentId, std::vector<PaperCopy>> paper_copies_;
    std::map<DraftId, Bytes> draft_decisions_;
    std::map<DocumentId, std::vector<StatusEntry>> history_;
    std::map<LegId, LegRow> legs_;
    std::map<LegId, std::vector<LegEvent>> events_;
    std::map<LegId, std::vector<TrackedEvent>> tracked_;
    std::map<std::pair<InboxId, DocumentId>, InboxEntry> inbox_;
    std::map<DocumentId, AugmentationRow> augmentations_;
    std::map<DocumentId, std::vector<RevisionRow>> revisions_;
    std::map<DocumentId, Bytes> behind_; ///< bytes of all its revisions
    std::map<DocumentId, MessageRow> messages_;
    std::map<DocumentId, Bytes> message_bytes_;
    std::map<DocumentId, std::vector<ServiceEntry>> service_;
    std::map<DocumentId, std::vector<ConsentEntry>> consents_;
    std::map<std::pair<std::string, std::string>, RatingRow> ratings_; ///< department, case
    std::map<InboxId, std::vector<PushSubscription>> pushes_; ///< in the order of their coming
    std::set<DocumentId> open_services_;
    std::map<LegId, LinkAccess> links_;
    std::map<std::string, ApiKey, std::less<>> keys_;
    std::map<std::pair<std::string, KeyId>, store::QrKeyRow> qr_keys_;
    std::map<store::KioskId, store::KioskRow> kiosks_;
    std::map<Digest, store::KioskCertificate> kiosk_certificates_;
    std::map<store::KioskId, store::KioskSeen> kiosks_seen_;
    std::map<Digest, store::TryCount> tries_;
    std::map<DocumentId, store::CollectingLock> collecting_;
    std::map<std::pair<store::KioskId, std::string>, store::OutagePackage> packages_;
    std::map<store::KioskId, store::OutageHead> outage_heads_;
    std::map<store::KioskId, std::vector<store::OutageLineRow>> outage_lines_;
    std::vector<AuditEntry> audit_;
    std::map<std::uint8_t, std::string> last_served_;
    std::optional<std::pair<Date, std::optional<DocumentId>>> told_until_;
};

} // namespace songda::fakes
