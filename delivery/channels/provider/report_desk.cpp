#include "delivery/channels/provider/report_desk.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/sha256.hpp"
#include "delivery/leg_state.hpp"

namespace songda::delivery::provider {
namespace {

constexpr std::int64_t first_wait_ms = 1000;
constexpr std::int64_t longest_wait_ms = 10'000;
/// Then a report that names no message of ours is given up on; the book keeps it.
constexpr std::int64_t unmatched_ms = 72LL * 3'600'000;
constexpr std::size_t waiting_max = 100'000;
constexpr std::size_t bodies_bytes_max = 256U << 20U;
constexpr std::int64_t note_ms = 10'000;
constexpr auto poll = std::chrono::milliseconds(200);
constexpr std::size_t bodies_per_step = 256;

} // namespace

ReportDesk::ReportDesk(Parts parts, About about)
    : parts_(parts), about_(std::move(about)),
      waiting_gauge_(parts.metrics.gauge("songda_provider_reports_waiting",
                                         "Reports that are kept and not settled.",
                                         {{"provider", about_.name}})) {
    for (ReceivedBody& body : about_.book->take_unsettled()) {
        open_[body.place] = 1;
        last_ = body.place;
        bodies_bytes_ += body.body.reveal().size();
        bodies_.push_back(std::move(body));
    }
}

ReportDesk::Answer ReportDesk::take(const ReportCall& call) {
    if (!is_genuine(about_.callback, about_.secrets, call, parts_.clock.now())) {
        count("refused", nullptr);
        return {404};
    }
    BookPlace before;
    {
        const std::scoped_lock lock(mutex_);
        if (bodies_bytes_ >= bodies_bytes_max) {
            return {503};
        }
        before = last_;
        coming_.insert(before);
    }
    auto received = about_.book->received(call.body);
    const std::scoped_lock lock(mutex_);
    coming_.erase(coming_.find(before));
    if (!received.ok()) {
        log::error("provider_report_not_kept",
                   {{"provider", about_.name}, {"why", received.error().detail}});
        return {503};
    }
    const BookPlace place = received.value().place;
    open_[place] = 1;
    last_ = std::max(last_, place);
    bodies_bytes_ += call.body.size();
    bodies_.push_back(std::move(received).value());
    return {200, about_.callback.ack_type, about_.callback.ack};
}

std::size_t ReportDesk::waiting() const {
    const std::scoped_lock lock(mutex_);
    return bodies_.size() + waiting_count_;
}

std::chrono::milliseconds ReportDesk::step() {
    std::size_t understood = 0;
    while (understood < bodies_per_step) {
        std::optional<ReceivedBody> body;
        {
            const std::scoped_lock lock(mutex_);
            if (!bodies_.empty()) {
                body = std::move(bodies_.front());
                bodies_.pop_front();
                bodies_bytes_ -= body->body.reveal().size();
            }
        }
        if (!body) {
            break;
        }
        understand(*body);
        ++understood;
    }
    look_at_waiting();
    waiting_gauge_.set(static_cast<double>(waiting()));
    note_settled();
    return understood == bodies_per_step ? std::chrono::milliseconds(0) : poll;
}

void ReportDesk::understand(const ReceivedBody& received) {
    ReportBody body = read_reports(about_.callback, received.body.reveal(), received.at);
    for (std::size_t i = 0; i < body.malformed; ++i) {
        count("malformed", nullptr);
        log::warning("provider_report_malformed", {{"provider", about_.name},
                                                   {"day", received.place.day},
                                                   {"line", std::to_string(received.place.line)}});
    }
    const Digest trace = sha256(as_bytes(received.body.reveal()));
    for (Report& report : body.reports) {
        report.what.trace = trace;
        if (report.unknown_code) {
            count("unknown_code", &report);
        }
        if (report.understood) {
            settle_or_wait({report, received.place, received.at, received.at});
        }
    }
    close(received.place);
}

void ReportDesk::settle_or_wait(Waiting waiting) {
    const TimeMs now = parts_.clock.now();
    const bool late = now - waiting.since > unmatched_ms || waiting_.size() >= waiting_max;
    const Fate fate = settle(waiting.report);
    if (fate == Fate::later && !late) {
        waiting.wait_ms = std::clamp(waiting.wait_ms * 2, first_wait_ms, longest_wait_ms);
        waiting.again = now + waiting.wait_ms;
        {
            const std::scoped_lock lock(mutex_);
            ++open_[waiting.place];
        }
        waiting_.push_back(std::move(waiting));
        return;
    }
    switch (fate) {
    case Fate::applied: count("applied", nullptr); break;
    case Fate::repeated: count("repeated", nullptr); break;
    case Fate::outweighed: count("outweighed", &waiting.report); break;
    case Fate::impossible: count("impossible", &waiting.report); break;
    case Fate::unmatched:
    case Fate::later: count("unmatched", &waiting.report); break;
    }
}

void ReportDesk::look_at_waiting() {
    const TimeMs now = parts_.clock.now();
    std::vector<Waiting> due;
    const auto rest = std::partition(waiting_.begin(), waiting_.end(),
                                     [&](const Waiting& each) { return now < each.again; });
    std::move(rest, waiting_.end(), std::back_inserter(due));
    waiting_.erase(rest, waiting_.end());
    for (Waiting& each : due) {
        const BookPlace place = each.place;
        settle_or_wait(std::move(each));
        close(place);
    }
    const std::scoped_lock lock(mutex_);
    waiting_count_ = waiting_.size();
}

/// By our own id, else by the provider's.
ReportDesk::Fate ReportDesk::settle(const Report& report) {
    if (report.leg) {
        return apply(*report.leg, report.what);
    }
    const auto leg = about_.book->leg_of(report.ref);
    return leg ? apply(*leg, report.what) : Fate::later;
}

ReportDesk::Fate ReportDesk::apply(const LegId& id, const LegReport& what) {
    constexpr int tries = 5; // each time somebody else moved the leg meanwhile
    for (int i = 0; i < tries; ++i) {
        const auto leg = parts_.store.find_leg(id);
        if (!leg.ok()) {
            return Fate::later;
        }
        if (!leg.value() || leg.value()->channel != static_cast<std::uint8_t>(about_.channel)) {
            return Fate::unmatched;
        }
        const ReportVerdict verdict = settle_report(*leg.value(), what, parts_.clock.now());
        switch (verdict.kind) {
        case ReportVerdict::Kind::repeated: return Fate::repeated;
        case ReportVerdict::Kind::outweighed: return Fate::outweighed;
        case ReportVerdict::Kind::impossible: return Fate::impossible;
        case ReportVerdict::Kind::later: return Fate::later;
        case ReportVerdict::Kind::applied: break;
        }
        const auto applied = parts_.store.append_leg_event(id, leg.value()->state, verdict.update);
        if (!applied.ok()) {
            return Fate::later;
        }
        if (applied.value()) {
            log::info("provider_report_applied",
                      {{"provider", about_.name},
                       {"leg", to_text(id)},
                       {"state", state_name(*leg_state(verdict.update.state))},
                       {"reason", verdict.update.reason}});
            return Fate::applied;
        }
    }
    return Fate::later;
}

/// What somebody should look at is in the log too.
void ReportDesk::count(std::string_view outcome, const Report* report) {
    parts_.metrics
        .counter("songda_provider_reports_total", "Reports of providers by what became of them.",
                 {{"outcome", std::string(outcome)}, {"provider", about_.name}})
        .add();
    if (report != nullptr) {
        log::warning("provider_report_" + std::string(outcome),
                     {{"provider", about_.name},
                      {"leg", report->leg ? to_text(*report->leg) : ""},
                      {"what", report->what.detail}});
    }
}

void ReportDesk::close(const BookPlace& place) {
    const std::scoped_lock lock(mutex_);
    const auto found = open_.find(place);
    if (found != open_.end() && --found->second == 0) {
        open_.erase(found);
    }
}

void ReportDesk::note_settled() {
    const TimeMs now = parts_.clock.now();
    if (now - noted_ < note_ms) {
        return;
    }
    noted_ = now;
    BookPlace first;
    {
        const std::scoped_lock lock(mutex_);
        first = open_.empty() ? BookPlace{last_.day, last_.line + 1} : open_.begin()->first;
        if (!coming_.empty()) { // it stands somewhere behind what was last then
            first = std::min(first, {coming_.begin()->day, coming_.begin()->line + 1});
        }
    }
    if (!first.day.empty()) {
        about_.book->settled_before(first);
    }
}

} // namespace songda::delivery::provider
