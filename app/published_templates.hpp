#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/config.hpp"
#include "base/metrics.hpp"
#include "base/time.hpp"
#include "issuer/issuer.hpp"
#include "store/store.hpp"

namespace songda::app {

/// Brings published templates from the store to the issuer, while the service runs: whoever
/// publishes, schedules or withdraws beside it changes what is issued from the next look on, and a
/// scheduled edition is compiled before its day. What cannot be used leaves the edition before it
/// (or the configuration's template) in force, and is told: an error event, a metric, `failing`.
/// A thread of its own between `start` and the end of the object; `look` by hand without it, from
/// one thread at a time.
class PublishedTemplates {
public:
    struct Parts {
        store::Store& store;
        issuer::Issuer& issuer;
        const Clock& clock;
        metrics::Registry& metrics;
        const std::vector<DepartmentConfig>& departments; ///< with `published_types`
        std::function<Result<std::shared_ptr<const issuer::CompiledTemplate>>(
            const DepartmentConfig&, const issuer::Template&)>
            compile;
        /// Called before the first document is issued by it.
        std::function<void(const issuer::CompiledTemplate&)> taken;
        /// A type and its title, of everything that was ever published.
        std::function<void(const issuer::Template&)> known;
        std::chrono::milliseconds between_looks{1000};
        std::chrono::milliseconds between_retries{60'000};
    };
    explicit PublishedTemplates(Parts parts);
    ~PublishedTemplates();
    PublishedTemplates(const PublishedTemplates&) = delete;
    PublishedTemplates& operator=(const PublishedTemplates&) = delete;

    void start();
    /// Does something if anything was published, withdrawn or failed since, or a day has begun.
    void look();
    /// Editions that are in force or scheduled and cannot be used, a line each.
    [[nodiscard]] std::vector<std::string> failing() const;

private:
    using Ready = std::shared_ptr<const issuer::ReadyTemplate>;
    /// What one look finds out; then it is the issuer's.
    struct Release {
        std::vector<issuer::PublishedTemplate> published;
        std::vector<std::pair<std::string, int>> versions;
        std::set<std::pair<std::string, std::uint32_t>> in_force; ///< names and numbers
        std::set<std::string> failing;
    };
    struct Read {
        std::shared_ptr<const issuer::Template> spec; ///< null: `why`
        std::string why;
    };
    using Rows = std::vector<store::EditionRow>;

    void run();
    [[nodiscard]] bool is_due(const Rows& rows, Date today) const;
    void rebuild(const Rows& rows, Date today);
    void read_all(const Rows& rows, Release& release);
    /// Those of one name, for one department: what is in force and what is to come.
    void take_name(const DepartmentConfig& department, const Rows& rows, Date today,
                   Release& release);
    [[nodiscard]] Result<Ready> make_ready(const DepartmentConfig& department,
                                           const store::EditionRow& row);
    void tell(const Release& release);

    Parts parts_;
    metrics::Gauge failing_gauge_;
    metrics::Gauge in_force_gauge_;
    Rows rows_;         ///< as of the last look
    Date day_{};        ///< of the last rebuild
    TimeMs retry_at_{}; ///< with something failing
    bool looked_ = false;
    std::map<Digest, Read> reads_;                             ///< by content
    std::map<std::pair<std::string, Digest>, Ready> ready_;    ///< by department and content
    std::set<std::pair<std::string, std::uint32_t>> in_force_; ///< names and numbers, told
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::set<std::string> failing_; // guarded by mutex_
    bool stopping_ = false;         // guarded by mutex_
    std::thread thread_;
};

} // namespace songda::app
