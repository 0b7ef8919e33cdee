#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "delivery/applicant_keys.hpp"
#include "delivery/service_case.hpp"
#include "store/store.hpp"

namespace songda::delivery {

/// Where a leg stands, and since when (of the event, not of our learning).
struct LegProgress {
    store::LegRow leg;
    TimeMs since;
    /// The document holds no more since then, when the leg had left already.
    struct Mark {
        std::string status; ///< `revoked`
        TimeMs at;
    };
    std::optional<Mark> mark = {};
    /// Who collected it in person, and how that was checked (collector.hpp); may be empty.
    std::string collected = {};
    /// What was last heard of it that moved nothing (mail_report.hpp).
    std::optional<store::LegEvent> note = {};
    /// When its first outside call was answered, or given up (intervals.hpp).
    std::optional<TimeMs> first_attempt = {};
    /// What was tracked of it, newest first.
    std::vector<store::TrackedEvent> tracked = {};
};

/// A document's legs in the order of their ids, those that tell and do not serve included.
[[nodiscard]] Result<std::vector<LegProgress>> progress_of(store::Store& store,
                                                           const DocumentId& document);

/// One document in an applicant's inbox, and how it travelled.
struct InboxDocument {
    store::DocumentRow document;
    store::StatusEntry status;
    std::vector<LegProgress> legs; ///< of service
    ServiceCase service = {};
    /// The level that it needs before it is handed over, while its file has it not.
    std::optional<SignatureLevel> awaited = {};
};

/// The applicant's counter: opens an inbox with link and code, shows what is in it, hands it over
/// and writes down that it was. Safe to call from several threads.
class Collecting {
public:
    /// `link_ms`: how long a link opens the inbox. The rest outlives it.
    Collecting(store::Store& store, const ApplicantKeys& keys, const Clock& clock,
               std::int64_t link_ms)
        : store_(store), keys_(keys), clock_(clock), link_ms_(link_ms) {}

    /// The inbox, or nothing: an unknown link, a wrong code, an expired and a shut link look the
    /// same. The attempt is on disk before the answer exists.
    [[nodiscard]] Result<std::optional<store::InboxId>> open(std::string_view token,
                                                             std::string_view code);

    /// Newest first.
    [[nodiscard]] Result<std::vector<InboxDocument>> list(const store::InboxId& inbox);

    /// The document, if it lies in that inbox.
    [[nodiscard]] Result<std::optional<store::DocumentRow>> find(const store::InboxId& inbox,
                                                                 const DocumentId& document);

    /// The file, if the document lies in that inbox; its legs that it can have come by are
    /// ACKNOWLEDGED (已签收: opened by who holds link and code) before the bytes leave. Without the
    /// file, and nothing is acknowledged, while it lacks the level that it is served with.
    struct Handover {
        store::DocumentRow document;
        std::optional<SignatureLevel> awaited;
        Bytes file;
    };
    [[nodiscard]] Result<std::optional<Handover>> hand_over(const store::InboxId& inbox,
                                                            const DocumentId& document);

    /// Link and code of a document's newest leg, with all attempts back, at kiosks too, and a new
    /// end: for the clerk who has seen the applicant's identity card. Nothing if the document has
    /// no leg.
    struct Renewed {
        Collection collection;
        TimeMs expires;
    };
    [[nodiscard]] Result<std::optional<Renewed>> renew(const DocumentId& document);

private:
    [[nodiscard]] Result<void> acknowledge(const store::InboxId& inbox, const DocumentId& document);

    store::Store& store_;
    const ApplicantKeys& keys_;
    const Clock& clock_;
    std::int64_t link_ms_;
};

} // namespace songda::delivery
