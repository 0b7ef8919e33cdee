#include "tests/simulation/history.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/sha256.hpp"
#include "delivery/channels/return_path.hpp"
#include "delivery/settle.hpp"
#include "delivery/standing.hpp"
#include "delivery/tracking.hpp"

namespace songda::simulation {
namespace {

using delivery::ChannelKind;
using delivery::Choice;
using store::LegRow;

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t hour_ms = 60 * minute_ms;
constexpr std::int64_t day_ms = 24 * hour_ms;
constexpr int days_of_peace = 80; ///< silence, a month of asking, a month on its way back
constexpr unsigned calls_before_death = 60;

std::vector<Choice> choices_of(std::initializer_list<ChannelKind> channels) {
    std::vector<Choice> choices;
    for (const ChannelKind channel : channels) {
        choices.push_back({channel, Private<std::string>("someone@example.org")});
    }
    return choices;
}

} // namespace

History::History(std::uint64_t seed, bool on_lmdb)
    : chance_(seed), random_(seed), reaper_(chance_), world_{truth_, clock_, chance_},
      keys_(delivery::ApplicantKeys::make(Bytes(32, 7), "https://songda.test").value()),
      planner_(keys_, random_),
      status_planner_(
          {{{"0320199014138860W"},
            {{{{ChannelKind::email, Private<std::string>("supervisor@example.org")}}, {}, true}}}},
          random_) {
    disk_ = on_lmdb ? std::unique_ptr<Disk>(std::make_unique<LmdbDisk>(reaper_))
                    : std::make_unique<MemoryDisk>(reaper_);
    clock_.advance(static_cast<std::int64_t>(below(day_ms)));
    if (seed % 64 == 0) { // a department's burst; who looks at each claim is slow
        reaper_.turns = &turns_;
        documents_max_ = 14;
    }
    world_.tells = seed % 2 == 1;
    world_.meanwhile = [this] {
        if (++depth_ < 3) {
            hear(false);
            couriers_[depth_ % 2]->run_once();
            if (below(3) == 0) {
                act();
            }
        }
        --depth_;
    };
    start_couriers();
}

void History::start_couriers() {
    couriers_.clear();
    registry_ = std::make_unique<metrics::Registry>();
    for (int i = 0; i < 2; ++i) {
        couriers_.push_back(std::make_unique<delivery::Courier>(
            delivery::CourierParts{store(),
                                   keys_,
                                   clock_,
                                   random_,
                                   *registry_,
                                   {{ChannelKind::portal, portal_, 1, 16},
                                    {ChannelKind::email, email_, 1, 16},
                                    {ChannelKind::sms, sms_, 1, 16},
                                    {ChannelKind::counter, counter_, 1, 4},
                                    {ChannelKind::post, post_, 1, 16}}}));
    }
}

void History::alive(const std::function<void()>& work) {
    if (depth_ > 0) { // inside an attempt: whoever made it dies with it
        work();
        return;
    }
    try {
        reaper_.arm(world_.peace ? 0 : calls_before_death);
        work();
        reaper_.arm(0);
    } catch (const Death&) {
        reaper_.arm(0);
        ++truth_.counts["deaths"];
        depth_ = 0;
        start_again();
    }
}

void History::start_again() {
    couriers_.clear();
    turns_.forget(); // nobody knows whose turn it was
    disk_->open_again();
    for (DocumentTruth& document : truth_.documents) { // what was written of a change that died
        const auto history = store().status_history(document.id).value();
        document.status = history.back().change.status;
        document.level = store().find_level(*store().find_document(document.id).value()).value();
    }
    start_couriers();
}

void History::run() {
    const std::size_t steps = 60 + below(80);
    for (std::size_t step = 0; step < steps; ++step) {
        live();
    }
    for (Outside* each : {&portal_, &email_, &sms_, &counter_, &post_}) {
        each->set_away(false);
    }
    reaper_.set_full(false);
    world_.peace = true;
    for (int quarter = 0; quarter < 4 * days_of_peace; ++quarter) {
        work_in_peace();
    }
}

void History::live() {
    const bool burst = documents_max_ > 5 && below(6) == 0;
    for (int i = burst ? 5 : static_cast<int>(below(4) == 0); i > 0; --i) {
        if (truth_.documents.size() < documents_max_) {
            issue(burst ? 0 : below(3));
        }
    }
    alive([&] { couriers_[below(2)]->run_once(); });
    hear(false);
    if (below(2) == 0) {
        alive([&] { act(); });
    }
    if (below(12) == 0) {
        look_around();
    }
    constexpr std::array<std::int64_t, 5> spans = {minute_ms, minute_ms, hour_ms, hour_ms,
                                                   9 * hour_ms};
    clock_.advance(
        static_cast<std::int64_t>(below(static_cast<std::uint64_t>(spans[below(spans.size())]))));
    tell_expired();
}

void History::work_in_peace() {
    clock_.advance(6 * hour_ms);
    tell_expired();
    for (DocumentTruth& document : truth_.documents) {
        bring_level(document);
    }
    decide_disputes();
    hear(true);
    for (int rounds = 0; couriers_[0]->run_once() > 0; ++rounds) {
        if (rounds > 200) {
            truth_.fault("the couriers find no end");
            return;
        }
    }
    look_around();
}

void History::issue(std::uint64_t department) {
    constexpr std::array levels = {SignatureLevel::b_b, SignatureLevel::b_b, SignatureLevel::b_lt};
    const DepartmentCode code{std::to_string(department) + "320199014138860W"};
    const Bytes file = {1, 2, 3};
    store::Intent intent;
    intent.id = make_document_id(clock_.now(), random_);
    intent.department = code;
    intent.at = clock_.now();
    SONGDA_CHECK(store().put_intents({&intent, 1}).ok());
    store::IssueWrite write;
    write.document.id = intent.id;
    write.document.key = make_document_key(random_);
    write.document.department = code;
    write.document.issued_at = clock_.now();
    if (below(4) == 0) {
        write.document.valid_until =
            china_date(clock_.now() + (static_cast<std::int64_t>(below(5)) * day_ms - day_ms));
    }
    write.document.level_wanted = levels[below(levels.size())];
    write.document.file_hash = sha256(file);
    write.document.file.size = file.size();
    write.document.template_version = "sample@1";
    write.rest = file;
    write.document.first_status = {store::DocumentStatus::valid, clock_.now(), "issued", "test"};
    write.audit = {clock_.now(), "test", "issued", to_text(intent.id), ""};
    if (below(2) == 0) {
        write.consent =
            store::ConsentEntry{true, "form", "1", china_date(clock_.now()), clock_.now(), "test"};
    }
    const std::uint64_t way = below(4);
    const auto choices = way == 0   ? choices_of({ChannelKind::portal, ChannelKind::email})
                         : way == 1 ? choices_of({ChannelKind::email})
                         : way == 2 ? choices_of({ChannelKind::portal})
                                    : choices_of({ChannelKind::email, ChannelKind::counter});
    const std::uint64_t then = below(4);
    const auto fallback = then == 0   ? choices_of({ChannelKind::post})
                          : then == 1 ? choices_of({ChannelKind::portal, ChannelKind::post})
                                      : choices_of({});
    write.legs = planner_.plan({write.document, choices, std::to_string(below(3)), fallback,
                                choices_of({ChannelKind::sms})});
    auto told = status_planner_.tell_issued(write.document);
    std::move(told.begin(), told.end(), std::back_inserter(write.legs));
    DocumentTruth document;
    document.id = intent.id;
    document.department = code;
    document.issued = clock_.now();
    document.valid_until = write.document.valid_until;
    document.wanted = write.document.level_wanted;
    document.inbox = write.legs.front().leg.inbox;
    truth_.documents.push_back(document);
    const auto outcome = store().put_issues({&write, 1});
    SONGDA_CHECK(outcome.ok() && outcome.value()[0].kind == store::IssueOutcome::Kind::created);
}

/// Reports that have come by now, in any order; one that cannot be settled yet comes again.
void History::hear(bool all) {
    const TimeMs now = clock_.now();
    const auto due = std::partition(truth_.tells.begin(), truth_.tells.end(),
                                    [&](const Tell& each) { return now < each.at; });
    std::vector<Tell> said(due, truth_.tells.end());
    truth_.tells.erase(due, truth_.tells.end());
    std::shuffle(said.begin(), said.end(), chance_);
    while (!said.empty()) {
        Tell one = said.back();
        bool settled = false;
        try {
            alive([&] { settled = hear(one); });
        } catch (const Death&) { // of whoever listens meanwhile: nothing that was said is lost
            truth_.tells.insert(truth_.tells.end(), said.begin(), said.end());
            throw;
        }
        said.pop_back();
        if (!settled) {
            one.at = now + (all ? 1 : minute_ms);
            truth_.tells.push_back(one);
        }
    }
}

bool History::hear(const Tell& tell) {
    return tell.mail ? hear_mail(tell) : tell.tracked ? hear_tracked(tell) : hear_report(tell);
}

/// As app/returned_mail.cpp.
bool History::hear_mail(const Tell& tell) {
    constexpr std::string_view domain = "bounce.songda.test";
    const Digest own = keys_.return_path_secret();
    const Digest secret = tell.forged ? Digest{} : own;
    const auto path =
        delivery::read_return_path(delivery::return_path(tell.leg, secret, domain), own, domain);
    if ((path.kind == delivery::ReturnPath::Kind::ours) == tell.forged) {
        truth_.fault("a return path is taken for what it is not");
    }
    if (path.kind != delivery::ReturnPath::Kind::ours) {
        return true;
    }
    delivery::MailReport report = *tell.mail;
    report.source = "m" + std::to_string(tell.number);
    const auto leg = store().find_leg(path.leg);
    const auto events = store().leg_events(path.leg);
    if (!leg.ok() || !events.ok() || !leg.value()) {
        return false;
    }
    const auto settled =
        delivery::settle_mail_report(*leg.value(), events.value(), report, clock_.now());
    if (settled.kind == delivery::ReportSettlement::Kind::later) {
        return false;
    }
    if (!settled.update) {
        return true;
    }
    LegTruth& truth = truth_.leg(path.leg);
    if (report.kind == delivery::MailReport::Kind::delivered) {
        truth.facts.push_back({delivery::LegState::reached,
                               report.happened.value_or(*truth.arrived),
                               report.happened.value_or(clock_.now())});
    }
    const auto applied = store().append_leg_event(path.leg, leg.value()->state, *settled.update);
    if (!applied.ok() || !applied.value()) {
        return false;
    }
    truth.kept.push_back("[mail " + report.source + ']');
    truth.bounce_told |= report.kind == delivery::MailReport::Kind::failed;
    ++truth_.counts["mail reports"];
    return true;
}

/// As delivery/channels/provider/report_desk.cpp.
bool History::hear_report(const Tell& tell) {
    using Kind = delivery::ReportVerdict::Kind;
    delivery::LegReport report = *tell.report;
    report.detail = "report " + std::to_string(tell.number);
    const auto leg = store().find_leg(tell.leg);
    if (!leg.ok() || !leg.value()) {
        return false;
    }
    const auto verdict = delivery::settle_report(*leg.value(), report, clock_.now());
    if (verdict.kind != Kind::applied) {
        return verdict.kind != Kind::later;
    }
    LegTruth& truth = truth_.leg(tell.leg);
    const TimeMs happened = std::min(report.happened, clock_.now());
    if (report.kind >= delivery::ReportKind::reached) {
        truth.facts.push_back({delivery::LegState::reached, happened, happened});
    }
    if (report.kind == delivery::ReportKind::acknowledged) {
        truth.facts.push_back({delivery::LegState::acknowledged, happened, happened});
    }
    const auto applied = store().append_leg_event(tell.leg, leg.value()->state, verdict.update);
    if (!applied.ok() || !applied.value()) {
        return false;
    }
    truth.kept.push_back(report.detail);
    ++truth_.counts["provider reports"];
    return true;
}

/// As api/tracked_events.cpp.
bool History::hear_tracked(const Tell& tell) {
    store::TrackedWrite write{tell.leg, *tell.tracked};
    const TimeMs now = clock_.now();
    write.event.recorded = now;
    LegTruth& truth = truth_.leg(tell.leg);
    if (delivery::is_arrival(static_cast<delivery::LegState>(write.event.state))) {
        for (const auto state : {delivery::LegState::reached, delivery::LegState::acknowledged}) {
            truth.facts.push_back(
                {state, std::min(write.event.occurred, now), write.event.occurred});
        }
    }
    const auto outcomes = store().put_tracked({&write, 1});
    if (!outcomes.ok()) {
        return false;
    }
    truth.kept.push_back("[tracked " + write.event.id + ']');
    const bool again = outcomes.value()[0].kind == store::TrackedOutcome::Kind::repeated;
    ++truth_.counts[again ? "tracked events told again" : "tracked events"];
    return true;
}

std::vector<LegRow> History::all_legs() {
    std::vector<LegRow> legs;
    for (const DocumentTruth& document : truth_.documents) {
        auto own = store().legs_of(document.id).value();
        std::move(own.begin(), own.end(), std::back_inserter(legs));
    }
    return legs;
}

DocumentTruth& History::any_document() {
    return truth_.documents[below(truth_.documents.size())];
}

} // namespace songda::simulation
