#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "delivery/channels/provider/report_book.hpp"
#include "delivery/channels/provider/reports.hpp"
#include "store/store.hpp"

namespace songda::delivery::provider {

/// The desk where one provider's reports come in: verified, kept as they came, answered, and only
/// then understood. `take` from any thread; `step` from one. A report may come before the answer to
/// the message that it is about, twice, in any order: it waits as long as its message is being
/// sent, and what it means for the leg is settle_report's. After kill -9 whatever was kept and is
/// not known to be settled is looked at once more.
class ReportDesk {
public:
    struct Parts {
        store::Store& store;
        const Clock& clock;
        metrics::Registry& metrics;
    };
    struct About {
        std::string name; ///< of the provider, for logs and metrics
        ChannelKind channel;
        Callback callback;
        Secrets secrets;
        std::shared_ptr<ReportBook> book;
    };
    ReportDesk(Parts parts, About about);

    struct Answer {
        int status = 200;
        std::string type = {};
        std::string body = {};
    };
    /// 404: not genuine, and nothing is said about why; 503: it could not be kept, come again.
    [[nodiscard]] Answer take(const ReportCall& call);
    /// As echo_of.
    [[nodiscard]] std::optional<std::string> echo(std::string_view query) const {
        return echo_of(about_.callback, about_.secrets, query);
    }

    /// Understands what has come in; how long to wait before the next step.
    std::chrono::milliseconds step();
    /// Bodies that were kept and reports that wait.
    [[nodiscard]] std::size_t waiting() const;

private:
    enum class Fate { applied, repeated, outweighed, impossible, unmatched, later };
    struct Waiting {
        Report report;
        BookPlace place;
        TimeMs since;
        TimeMs again;
        std::int64_t wait_ms = 0;
    };

    [[nodiscard]] Fate settle(const Report& report);
    [[nodiscard]] Fate apply(const LegId& leg, const LegReport& what);
    void understand(const ReceivedBody& received);
    void settle_or_wait(Waiting waiting);
    void count(std::string_view outcome, const Report* report);
    void look_at_waiting();
    void close(const BookPlace& place);
    void note_settled();

    const Parts parts_;
    const About about_;
    const metrics::Gauge waiting_gauge_;

    mutable std::mutex mutex_; ///< guards the next six
    std::deque<ReceivedBody> bodies_;
    std::size_t bodies_bytes_ = 0;
    std::map<BookPlace, std::size_t> open_; ///< bodies and the reports of them that wait
    BookPlace last_;
    std::multiset<BookPlace> coming_; ///< `last_` of each body that is being kept right now
    std::size_t waiting_count_ = 0;

    std::vector<Waiting> waiting_; ///< step's alone, as what follows
    TimeMs noted_;
};

} // namespace songda::delivery::provider
