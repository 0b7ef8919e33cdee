#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/lmdb/committer.hpp"
#include "store/lmdb/environment.hpp"
#include "store/lmdb/open_lmdb.hpp"
#include "store/lmdb/segments.hpp"

namespace songda::store {

/// The embedded engine. Verbs by subject: intents.cpp, issuing.cpp, documents.cpp, delivery.cpp,
/// access.cpp, augmentation.cpp, audit.cpp, care.cpp, fsck.cpp, numbers.cpp, prune.cpp,
/// expiry.cpp, messages.cpp, service.cpp; opening in open_lmdb.cpp.
class LmdbStore : public Store {
public:
    explicit LmdbStore(LmdbOptions options)
        : options_(std::move(options)), fresh_(options_.fresh_generation) {}
    ~LmdbStore() override;
    [[nodiscard]] Result<void> open();

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
    Result<bool> step_qr_key(const std::optional<QrKeyRow>& before, const QrKeyRow& after,
                             const AuditRow& audit) override;
    Result<std::vector<QrKeyRow>> qr_keys() override;

    Result<bool> step_kiosk(const std::optional<KioskRow>& before, const KioskRow& after,
                            const std::optional<KioskCertificate>& certificate,
                            const AuditRow& audit) override;
    Result<std::vector<KioskRow>> kiosks() override;
    Result<std::optional<KioskRow>> find_kiosk(const KioskId& id) override;
    Result<std::optional<KioskCertificate>>
    find_kiosk_certificate(const Digest& certificate) override;
    Result<void> note_kiosk(const KioskSeen& seen) override;
    Result<std::vector<KioskSeen>> kiosks_seen() override;
    Result<std::vector<bool>> count_tries(std::span<const TryLimit> tries, TimeMs now) override;
    Result<void> end_tries(std::span<const Digest> forgotten,
                           std::span<const Digest> uncounted) override;
    Result<std::vector<LegRow>> due_legs(std::uint8_t channel, const DepartmentCode& department,
                                         std::size_t limit) override;
    Result<bool> take_collecting(const CollectingTake& take) override;
    Result<std::optional<CollectingLock>> find_collecting(const DocumentId& document) override;
    Result<bool> end_collecting(const DocumentId& document, const Digest& nonce,
                                bool failed) override;
    Result<Collected> collect(const Collection& collection) override;

    Result<bool> step_outage(const std::optional<OutagePackage>& before, const OutagePackage& after,
                             const AuditRow& audit) override;
    Result<std::vector<OutagePackage>> packages_out(const KioskId& kiosk) override;
    Result<std::vector<OutagePackage>> packages_in_conflict(std::size_t limit) override;
    Result<std::optional<OutagePackage>> find_package(const KioskId& kiosk,
                                                      std::string_view id) override;
    Result<std::optional<OutageHead>> outage_head(const KioskId& kiosk) override;
    Result<bool> append_outage_log(const std::optional<OutageHead>& before, const OutageHead& after,
                                   std::span<const OutageLineRow> lines) override;
    Result<std::vector<OutageLineRow>> outage_lines(const KioskId& kiosk, std::uint64_t after,
                                                    std::size_t limit) override;

    Result<void> append_audit(std::span<const AuditRow> rows) override;
    Result<std::vector<AuditEntry>> list_audit(std::uint64_t after, std::size_t limit) override;
    Result<std::uint64_t> verify_audit() override;

    Result<PruneStep> prune_idempotency(TimeMs expired, std::string_view from,
                                        std::size_t rows_max) override;
    Result<ExpiryStep> tell_expired(TimeMs now, std::size_t rows_max,
                                    const Follow& follow) override;
    Result<void> backup(const std::string& directory, TimeMs at) override;
    Result<FsckReport> fsck() override;
    Result<Statistics> statistics() override;
    Result<Space> space() override;
    bool writable() const override { return committer_->writable(); }

private:
    [[nodiscard]] Result<void> lock_directory();
    [[nodiscard]] Result<void> prepare_meta();
    [[nodiscard]] Result<void> only_exclusive() const;
    [[nodiscard]] Result<Bytes> read_prefix(const Digest& prefix);
    [[nodiscard]] Result<Appended> append_files(std::span<const Blob> blobs);
    [[nodiscard]] Result<void> run_with_files(Appended& files, const Committer::Work& work);

    LmdbOptions options_;
    bool registered_ = false;
    int lock_ = -1;
    Environment environment_;
    SegmentFiles segments_;
    FreshIndex fresh_; ///< empty beside the service
    std::unique_ptr<Committer> committer_;
    /// Department of a channel's last claim; only the committer's thread.
    std::array<std::string, 256> last_served_;
};

} // namespace songda::store
