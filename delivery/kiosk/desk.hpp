#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "delivery/applicant_keys.hpp"
#include "delivery/collector.hpp"
#include "delivery/kiosk/tokens.hpp"
#include "store/store.hpp"

/// Collecting at a kiosk 自助机领取: identity first, then the code; one document is printed at a
/// time, under a lock; by what the kiosk says of the paper it is collected or not.
namespace songda::delivery {

/// Limits (delivery.md §5.1). All are counted on disk before anybody compares.
inline constexpr std::uint16_t wrong_codes_max = 5;  ///< of one document's code: it is dead then
inline constexpr std::uint16_t kiosk_wrong_max = 10; ///< of one kiosk, each window
inline constexpr std::int64_t kiosk_window_ms = 15LL * 60'000;
inline constexpr std::uint16_t addressee_day_max = 20;   ///< openings of one addressee a day
inline constexpr std::int64_t session_ms = 5LL * 60'000; ///< the page ends it after 60 s of rest
inline constexpr std::int64_t release_ms = 60'000;       ///< in which the file is fetched
inline constexpr std::int64_t printing_ms = 3LL * 60'000;

/// What the kiosk says became of the paper.
struct PrintResult {
    std::uint32_t sheets = 0; ///< sides 面 that came out, as the printer counted
    bool confirmed = false;   ///< the person took them
    std::string failure;      ///< reason code, as `printer_jam`; empty: none
};

/// Used from several threads; keeps nothing between two calls. All that it names outlives it.
class KioskDesk {
public:
    KioskDesk(store::Store& store, const ApplicantKeys& keys, const Clock& clock, Random& random,
              std::vector<DepartmentCode> departments)
        : store_(store), keys_(keys), tokens_(keys), clock_(clock), random_(random),
          departments_(std::move(departments)) {}

    [[nodiscard]] const KioskTokens& tokens() const { return tokens_; }

    struct Opened {
        std::string session;
        std::vector<store::DocumentRow> documents; ///< newest first
    };
    /// Nothing: nobody known, a wrong or dead code, a kiosk or an addressee past its limit, nothing
    /// that is ready: they look the same and cost the same one commit. `who` has no faults.
    [[nodiscard]] Result<std::optional<Opened>> open(const store::KioskRow& kiosk,
                                                     const Collector& who, std::string_view code);

    /// A document that is locked for this kiosk, with its number of a paper copy.
    struct Taken {
        enum class Kind {
            taken,
            ended,   ///< the session is over, or not this kiosk's
            absent,  ///< no such document is ready for this person at this kiosk
            busy,    ///< it is being printed, here or elsewhere, or its leg moves: again later
            too_many ///< it failed too often; a person must look
        };
        Kind kind = Kind::ended;
        std::optional<store::DocumentRow> document = {};
        std::optional<store::PaperCopy> copy = {};
        KioskRelease release = {}; ///< without hash and pages of the file
    };
    [[nodiscard]] Result<Taken> take(const store::KioskRow& kiosk, std::string_view session,
                                     const DocumentId& document);

    /// A release of this kiosk whose file may be fetched now.
    [[nodiscard]] Result<std::optional<KioskRelease>> find_release(const store::KioskRow& kiosk,
                                                                   std::string_view token);
    /// Its file goes to the printer now: if nobody says what became of it, that is a failure.
    [[nodiscard]] Result<void> note_sent(const KioskRelease& release);

    /// The file of what was taken cannot be made: nothing is printed, its copy's number is void,
    /// the document is ready again and no failure is counted.
    [[nodiscard]] Result<void> withdraw(const store::KioskRow& kiosk, const KioskRelease& release);

    enum class Finished {
        collected, ///< also when the same result comes again, or twice at once
        returned,  ///< the print failed: it is ready again, and the copy's number is void
        unknown,   ///< no such release, or another took its place
        moved,     ///< it was collected elsewhere or withdrawn meanwhile: the copy's number is void
    };
    [[nodiscard]] Result<Finished> finish(const store::KioskRow& kiosk, std::string_view token,
                                          const PrintResult& result);

private:
    [[nodiscard]] Result<std::vector<store::DocumentRow>>
    ready(const store::KioskRow& kiosk, const std::vector<store::InboxId>& inboxes);
    [[nodiscard]] Result<std::vector<Digest>>
    find_right(const std::vector<store::DocumentRow>& documents, std::string_view code, TimeMs now);
    [[nodiscard]] Result<bool> is_ready(const store::KioskRow& kiosk,
                                        const store::DocumentRow& document);
    [[nodiscard]] Result<std::optional<store::DocumentRow>>
    find_ready(const store::KioskRow& kiosk, const std::vector<store::InboxId>& inboxes,
               const DocumentId& id);
    [[nodiscard]] Result<std::optional<store::LegRow>>
    bring_leg(const store::KioskRow& kiosk, const store::DocumentRow& document);
    [[nodiscard]] Result<std::optional<Taken::Kind>> end_before(const store::KioskRow& kiosk,
                                                                const DocumentId& document);
    [[nodiscard]] Result<Taken> take_leg(const store::KioskRow& kiosk, const KioskSession& session,
                                         const store::DocumentRow& document, const LegId& leg);
    [[nodiscard]] Result<void> void_copy(const store::KioskRow& kiosk, const DocumentId& document,
                                         std::uint32_t copy, const std::string& reason);
    [[nodiscard]] Result<bool> end_lock(const DocumentId& document, const Digest& nonce,
                                        bool failed);
    [[nodiscard]] Result<void> end_run_out(const store::KioskRow& kiosk, const DocumentId& document,
                                           const store::CollectingLock& lock);
    [[nodiscard]] Result<Finished>
    give_back(const store::KioskRow& kiosk, const KioskRelease& release, const std::string& reason);
    [[nodiscard]] Result<std::optional<Finished>> find_over(const store::KioskRow& kiosk,
                                                            const KioskRelease& release,
                                                            const std::vector<store::LegRow>& legs);
    [[nodiscard]] Result<Finished> collect(const store::KioskRow& kiosk,
                                           const KioskRelease& release, const PrintResult& result);

    store::Store& store_;
    const ApplicantKeys& keys_;
    const KioskTokens tokens_;
    const Clock& clock_;
    Random& random_;
    const std::vector<DepartmentCode> departments_;
    std::mutex turn_; ///< of who voids a copy and locks anew, and who collects with a copy
};

/// What counts tries of a document's code. The clerk who tells the code again forgets it.
[[nodiscard]] Digest code_counter(const KioskTokens& tokens, const DocumentId& document);

/// `kiosk:1a2b3c4d`, for the audit trail.
[[nodiscard]] std::string kiosk_actor(const store::KioskRow& kiosk);

} // namespace songda::delivery
