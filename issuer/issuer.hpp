#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "catalogue/profile.hpp"
#include "issuer/decision.hpp"
#include "issuer/finding.hpp"
#include "issuer/template_set.hpp"
#include "issuer/templates/compiled_template.hpp"
#include "signer/signer.hpp"
#include "store/store.hpp"

namespace songda::issuer {

/// Who approved what: as many people beside the author, each of them this preview.
struct Approval {
    Digest preview{}; ///< SHA-256 of the file that Issuer::preview made
    int people = 0;
};

/// One decision as it came in.
struct Row {
    std::string_view json;    ///< must live until `issue` returns
    std::string fallback_key; ///< idempotency key if the row has none of its own; may be empty
    /// Given: the document is issued only if its preview is still the one that was approved.
    std::optional<Approval> approval = {};
    /// Id of the credential that sent it, for whoever keeps the seals; empty: an operator here.
    std::string actor = {};
};

/// What a decision would be issued as, for people to look at.
struct Preview {
    std::vector<Finding> findings; ///< why it would be refused; then the rest is empty
    Bytes file;                    ///< PDF (docs/formats/pdf.md, "Preview and paper copy")
    Digest digest{};               ///< SHA-256 of `file`
    std::string template_id;
    std::string title;
    std::string case_number;
    int approvals = 0; ///< how many people its profile asks for
};

/// What became of one row.
struct Answer {
    enum class Kind {
        issued,        ///< durable now
        replayed,      ///< the same key and bytes came before: `document` is what was issued then
        refused,       ///< `findings` say why; nothing was written
        key_missing,   ///< neither the row nor the request has an idempotency key
        key_conflict,  ///< the key came before with other bytes
        key_running,   ///< the same key is being worked on right now
        seal_refused,  ///< the register of seals forbids this use: `seal` says which and why
        case_conflict, ///< this case already has a document of this template; `document` is it
        failed,        ///< `error` says what the caller may do; nothing was issued
    };
    Kind kind = Kind::failed;
    store::DocumentRow document;
    std::vector<Finding> findings;
    std::optional<signer::SealRuling> seal;
    Error error;
};

struct IssuerMetrics {
    metrics::Counter issued;
    metrics::Counter replayed;
    metrics::Counter refused;
    metrics::Counter failed;
    metrics::Histogram seconds;

    explicit IssuerMetrics(metrics::Registry& registry);
};

/// What the issuer works with; all outlive it.
/// What is stored with a document for its service.
struct DeliveryPlan {
    std::vector<store::LegWrite> legs;
    std::optional<store::ConsentEntry> consent;
    std::optional<Date> serve_by; ///< DocumentRow::serve_by
};

struct IssuerParts {
    store::Store& store;
    signer::Signer& signer;
    const Clock& clock;
    Random& random;
    metrics::Registry& metrics;
    /// Looks at the finished files of one batch as a stranger would, one answer each
    /// (verifier/own_output.hpp).
    std::function<std::vector<Result<void>>(std::span<const ByteView> files)> check_output;
    /// What templates name as their `profile`. May be null if none does.
    const catalogue::Profiles* profiles = nullptr;
    std::string verify_base; ///< `https://HOST/v/`, printed on paper
    unsigned threads = 2;    ///< how many threads one large batch may use
    /// How recipients can be reached here.
    WaysOffered ways_offered = every_way();
    /// How a document that is about to be issued is to be delivered, stored in its transaction: the
    /// issuer does not know. Empty: not at all.
    std::function<DeliveryPlan(const store::DocumentRow&, const Decision&)> plan_delivery = nullptr;
    /// What follows for the deliveries of a document that a new one replaces, in the new one's
    /// transaction. Empty: nothing.
    store::Follow follow_status = nullptr;
    /// Called after a commit that stored documents, so that couriers need not look. May be empty.
    std::function<void()> issued = nullptr;
};

/// The writing desk: decision → lint → number → record → QR seal → render → intent on disk →
/// signature → checked → one transaction. Safe to call from several threads.
class Issuer {
public:
    explicit Issuer(IssuerParts parts);
    ~Issuer();
    Issuer(const Issuer&) = delete;
    Issuer& operator=(const Issuer&) = delete;

    /// Makes a template ready to issue by. Faults: invalid_input (it names a profile that is not
    /// there, or that its documents could never keep to); whatever the store says when it keeps the
    /// shared prefix.
    [[nodiscard]] Result<std::shared_ptr<const ReadyTemplate>>
    prepare(std::shared_ptr<const CompiledTemplate> compiled) const;
    /// A template of a department's configuration, prepared.
    [[nodiscard]] Result<void> add_template(std::shared_ptr<const CompiledTemplate> compiled);
    /// Puts these in the place of what was published before, at once for rows that come from now
    /// on; those on their way keep what they have. `versions`: what else documents may have been
    /// issued by, id and version.
    void set_published(std::vector<PublishedTemplate> published,
                       const std::vector<std::pair<std::string, int>>& versions);

    /// Closes the intents that a crash left between signature and record. A signature that may have
    /// been made for one of them never left the house; its number stays void, with the reason on
    /// record. Returns how many were closed.
    [[nodiscard]] Result<std::size_t> recover();

    /// Checks a decision as `issue` does and sets its preview. Nothing is written and no number is
    /// drawn. Faults: of the store, and of compiling the preview's template.
    [[nodiscard]] Result<Preview> preview(const DepartmentCode& department, std::string_view json);

    /// The file of one print on paper: the issued one with `words` at the foot of every page
    /// (issuer/render/copy_stamp.hpp). Faults: of the store, invalid_input (a character that no
    /// font has).
    struct Print {
        Bytes file;
        std::uint32_t pages = 0;
    };
    [[nodiscard]] Result<Print> print(const store::DocumentRow& document,
                                      std::string_view words) const;

    /// How many people the profile of the department's template asks for; nothing for a template
    /// that is not in force there.
    [[nodiscard]] std::optional<int> approvals_of(const DepartmentCode& department,
                                                  const std::string& template_id) const;

    /// One answer a row, in order; a bad row never harms another. Returns when everything that is
    /// answered `issued` is durable.
    [[nodiscard]] std::vector<Answer> issue(const DepartmentCode& department,
                                            std::span<const Row> rows);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace songda::issuer
