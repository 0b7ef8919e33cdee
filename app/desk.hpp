#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/published_templates.hpp"
#include "base/metrics.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "catalogue/profile.hpp"
#include "catalogue/register.hpp"
#include "catalogue/working_days.hpp"
#include "delivery/applicant_keys.hpp"
#include "delivery/plan.hpp"
#include "delivery/status_plan.hpp"
#include "issuer/issuer.hpp"
#include "signer/seal_cupboard.hpp"
#include "signer/signer.hpp"
#include "store/store.hpp"
#include "verifier/key_list.hpp"
#include "verifier/own_output.hpp"
#include "verifier/trust.hpp"

namespace songda::app {

/// Everything that issuing needs, wired: store, seals, templates, the check of our own output. The
/// service and `songda issue` both work with it.
class Desk {
public:
    /// Opens the store exclusively, closes what a crash left open, loads seals, profiles,
    /// calendar, fonts and templates. Faults name the file or key at fault.
    [[nodiscard]] static Result<std::unique_ptr<Desk>> open(const Config& config);

    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    [[nodiscard]] store::Store& store() { return *store_; }
    [[nodiscard]] issuer::Issuer& issuer() { return *issuer_; }
    [[nodiscard]] const Clock& clock() const { return clock_; }
    [[nodiscard]] signer::Signer& signer() { return *signer_; }
    [[nodiscard]] const std::shared_ptr<signer::SealCupboard>& seals() const { return seals_; }
    [[nodiscard]] Random& random() { return random_; }
    [[nodiscard]] metrics::Registry& metrics() { return metrics_; }
    [[nodiscard]] const verifier::TrustStore& trust() const { return trust_; }
    [[nodiscard]] const catalogue::WorkingDays& calendar() const { return *calendar_; }
    [[nodiscard]] const catalogue::Register& known() const { return *register_; }
    [[nodiscard]] const catalogue::Profiles& profiles() const { return *profiles_; }
    [[nodiscard]] const delivery::ApplicantKeys& applicant_keys() const {
        return *keys_of_applicants_;
    }
    [[nodiscard]] const std::string& public_base() const { return config_.http.public_base; }
    [[nodiscard]] std::int64_t link_ms() const { return config_.delivery.link_days * 86'400'000; }
    /// What a change of a document's status brings to its deliveries. The desk outlives it.
    [[nodiscard]] store::Follow follow_status() const;
    /// What to do after each commit that stored documents. Set it while nothing is being issued.
    void set_issued(std::function<void()> issued) { issued_ = std::move(issued); }
    /// From now on publications are taken up while the desk works.
    void watch_templates() { published_->start(); }
    [[nodiscard]] std::vector<std::string> failing_templates() const {
        return published_->failing();
    }
    /// As of now; next update in a month. Faults of reading the store.
    [[nodiscard]] Result<verifier::KeyList> key_list() const;
    /// How many intents the last crash had left open.
    [[nodiscard]] std::size_t recovered() const { return recovered_; }
    /// Time of the backup that the store was restored from, if numbers were undecided at the start.
    [[nodiscard]] std::optional<TimeMs> numbers_held() const { return numbers_held_; }

private:
    explicit Desk(const Config& config) : config_(config) {}
    [[nodiscard]] Result<void> open_store();
    [[nodiscard]] Result<void> open_seals();
    [[nodiscard]] Result<void> open_delivery_plan();
    [[nodiscard]] delivery::Planner::Subscribed subscribed() const;
    [[nodiscard]] Result<void> open_catalogue();
    [[nodiscard]] Result<void> open_templates();
    [[nodiscard]] Result<void> open_own_templates(DepartmentConfig& department);
    [[nodiscard]] static Result<void> check_supervisors(const DepartmentConfig& department,
                                                        const std::set<std::string>& known);
    void open_published_templates();
    [[nodiscard]] Result<std::shared_ptr<const issuer::CompiledTemplate>>
    compile(const DepartmentConfig& department, const issuer::Template& spec) const;
    /// The department's seal is checked against, and its QR key is for the key list.
    [[nodiscard]] Result<store::QrKeyRow> add_seal(const DepartmentConfig& department);

    const Config config_;
    SystemClock clock_;
    SystemRandom random_;
    metrics::Registry metrics_;
    std::optional<catalogue::Profiles> profiles_;
    std::optional<catalogue::WorkingDays> calendar_;
    std::optional<catalogue::Register> register_;
    verifier::TrustStore trust_;
    verifier::OwnOutputCheck own_output_;
    mutable std::mutex titles_mutex_;
    std::map<std::string, std::string> titles_; ///< by type code; guarded by titles_mutex_
    std::vector<DepartmentConfig> departments_; ///< with the types that they take
    std::shared_ptr<const issuer::FontSet> fonts_;
    std::unique_ptr<store::Store> store_;
    std::shared_ptr<signer::SealCupboard> seals_;
    std::unique_ptr<signer::Signer> signer_;
    std::optional<delivery::ApplicantKeys> keys_of_applicants_;
    /// The last day to serve what was decided that day.
    [[nodiscard]] std::optional<Date> serve_by(Date decided_on) const;

    std::optional<delivery::Planner> planner_;
    std::optional<delivery::StatusPlanner> status_planner_;
    std::function<void()> issued_;
    std::unique_ptr<issuer::Issuer> issuer_;
    std::unique_ptr<PublishedTemplates> published_; ///< its thread ends before the issuer
    std::size_t recovered_ = 0;
    std::optional<TimeMs> numbers_held_;
};

/// A department as its documents show it.
[[nodiscard]] issuer::DepartmentFace face_of(const DepartmentConfig& department);

/// What links, codes and keyed hashes follow from. Faults name the file.
[[nodiscard]] Result<delivery::ApplicantKeys> read_applicant_keys(const Config& config);
/// Opens the store beside a running service, for keys, statuses, reading and backup.
[[nodiscard]] Result<std::unique_ptr<store::Store>> open_store_beside(const Config& config);

} // namespace songda::app
