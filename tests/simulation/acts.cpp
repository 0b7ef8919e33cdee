// What people do in a history: applicants, departments, operators, and the calendar.
#include <algorithm>

#include "base/check.hpp"
#include "base/sha256.hpp"
#include "delivery/leg_watch.hpp"
#include "delivery/settle.hpp"
#include "delivery/standing.hpp"
#include "tests/simulation/history.hpp"

namespace songda::simulation {
namespace {

using delivery::ChannelKind;
using delivery::LegState;
using delivery::LegStep;
using store::LegRow;

constexpr std::int64_t day_ms = 86'400'000;

ChannelKind channel_of(const LegRow& leg) {
    return static_cast<ChannelKind>(leg.channel);
}
/// What becomes of it is seen by people and not told by machines.
bool is_by_people(const LegRow& leg) {
    return channel_of(leg) == ChannelKind::counter || channel_of(leg) == ChannelKind::post;
}

} // namespace

void History::act() {
    if (truth_.documents.empty()) {
        return;
    }
    switch (below(12)) {
    case 0:
    case 1: open(); break;
    case 2: change_status(); break;
    case 3: tell_consent(); break;
    case 4: take_by_hand(); break;
    case 5: bring_level(any_document()); break;
    case 6: {
        Outside* const all[] = {&portal_, &email_, &sms_};
        all[below(3)]->set_away(below(3) == 0);
        break;
    }
    case 7: reaper_.set_full(below(5) == 0); break;
    default: operate();
    }
}

/// Whoever has a message that came holds its link; the code is the document's.
void History::open() {
    const DocumentTruth document = any_document();
    const auto legs = store().legs_of(document.id);
    if (!legs.ok()) {
        return;
    }
    delivery::Collecting counter(store(), keys_, clock_, 90 * day_ms);
    for (const LegRow& leg : legs.value()) {
        const LegTruth& truth = truth_.leg(leg.id);
        if (leg.purpose == store::LegPurpose::supervision || !truth.arrived ||
            clock_.now() < *truth.arrived) {
            continue;
        }
        const auto collection = keys_.collection_of(leg.id, document.id);
        const std::string token = collection.link.substr(collection.link.rfind('/') + 1);
        const std::string code = below(6) == 0 ? "00000000" : collection.code.reveal();
        const auto opened = counter.open(token, code);
        const bool right = opened.ok() && opened.value();
        if (!right) {
            continue;
        }
        // From here on the file may be in the applicant's hands, whoever dies.
        const TimeMs now = clock_.now();
        if (document.level >= document.wanted) {
            for (const LegRow& each : legs.value()) {
                if (channel_of(each) != ChannelKind::portal &&
                    channel_of(each) != ChannelKind::email) {
                    continue; // opening the document says nothing about paper
                }
                truth_.leg(each.id).facts.push_back({LegState::reached, now, now});
                truth_.leg(each.id).facts.push_back({LegState::acknowledged, now, now});
            }
        }
        const auto handed = counter.hand_over(*opened.value(), document.id);
        if (handed.ok() && handed.value()) {
            ++truth_.counts["openings"];
            if (!handed.value()->awaited && document.level < document.wanted) {
                truth_.fault("a file is handed over that has not its level");
            }
        }
        return;
    }
}

void History::change_status() {
    DocumentTruth& document = any_document();
    constexpr std::array wanted = {store::DocumentStatus::suspended, store::DocumentStatus::valid,
                                   store::DocumentStatus::valid, store::DocumentStatus::revoked,
                                   store::DocumentStatus::transferred};
    const store::DocumentStatus to = wanted[below(wanted.size())];
    const auto done = store().set_status(
        document.id,
        {{to, clock_.now(), "原因", "key:test", {}, "第六十九条"},
         {clock_.now(), "key:test", "status_changed", to_text(document.id), ""},
         [this](const store::TouchedDocument& touched) { return status_planner_.after(touched); }});
    if (done.ok()) {
        document.status = done.value().last.change.status;
        truth_.counts["status changes"] += done.value().changed ? 1U : 0U;
    }
}

void History::tell_consent() {
    const DocumentTruth& document = any_document();
    const bool given = below(2) == 0;
    clock_.advance(1); // no two things happen at one moment of which one decides the other
    const auto done = store().add_consent(
        document.id, {given, "form", "1", china_date(clock_.now()), clock_.now(), "test"},
        {clock_.now(), "test", "consent", to_text(document.id), ""});
    truth_.counts["consents"] += done.ok() ? 1U : 0U;
}

/// As app/service.cpp.
void History::take_by_hand() {
    using delivery::ServiceStep;
    constexpr std::array steps = {ServiceStep::by_hand, ServiceStep::served_by_hand,
                                  ServiceStep::closed};
    DocumentTruth& document = any_document();
    const ServiceStep step = steps[below(steps.size())];
    const auto entries = store().service_entries(document.id);
    if (below(3) != 0 || !entries.ok()) {
        return;
    }
    const auto after = delivery::state_after(delivery::fold_service(entries.value()).state, step);
    if (!after) {
        return;
    }
    document.by_hand = true;
    store::ServiceWrite write;
    write.document = document.id;
    write.expected = entries.value().size();
    write.open = *after == delivery::ServiceState::by_hand;
    write.entry.kind = static_cast<std::uint8_t>(step);
    write.entry.happened = clock_.now();
    write.entry.learned = clock_.now();
    write.entry.actor = "operator";
    write.audit = {clock_.now(), "operator", "service_step", to_text(document.id), ""};
    if (store().append_service(write).ok()) {
        ++truth_.counts["steps by hand"];
    }
}

/// An operator says what is so: of machines what they did, of paper and counters what was seen.
bool History::is_true(const LegRow& leg, LegStep step) {
    const LegTruth& truth = truth_.leg(leg.id);
    if (is_by_people(leg) && step != LegStep::found_absent && step != LegStep::found_accepted) {
        return step != LegStep::late_report_reached || truth.taken > 0;
    }
    const bool arrived = truth.arrived && *truth.arrived <= clock_.now();
    switch (step) {
    case LegStep::found_absent:
    case LegStep::replay: return truth.taken == 0;
    case LegStep::found_accepted: return truth.taken > 0;
    case LegStep::reached:
    case LegStep::late_report_reached:
    case LegStep::upheld: return arrived;
    case LegStep::refused:
    case LegStep::returning:
    case LegStep::returned:
    case LegStep::offered:
    case LegStep::attempt_failed: return false;
    case LegStep::bounce:
    case LegStep::lost:
    case LegStep::overturned: return !arrived || truth.came_back;
    default: return true;
    }
}

TimeMs History::moment_of(const LegRow& leg, LegStep step) {
    const LegTruth& truth = truth_.leg(leg.id);
    if ((step == LegStep::reached || step == LegStep::late_report_reached) && truth.arrived) {
        return *truth.arrived;
    }
    const auto age = static_cast<std::uint64_t>(clock_.now().value - leg.created.value);
    return leg.created + static_cast<std::int64_t>(below(age + 1));
}

void History::operate() {
    const DocumentTruth& document = any_document();
    const auto legs = store().legs_of(document.id);
    if (!legs.ok() || legs.value().empty()) {
        return;
    }
    const LegRow& leg = legs.value()[below(legs.value().size())];
    std::vector<LegStep> open;
    for (std::size_t number = 0; number < delivery::leg_step_count; ++number) {
        const auto step = static_cast<LegStep>(number);
        if (delivery::may_record(leg, step) && is_true(leg, step)) {
            open.push_back(step);
        }
    }
    if (open.empty()) {
        return;
    }
    const LegStep step = open[below(open.size())];
    const TimeMs happened = moment_of(leg, step);
    const auto update = delivery::settle_by_operator(leg, step, happened, clock_.now());
    SONGDA_CHECK(update.ok());
    LegTruth& truth = truth_.leg(leg.id);
    if (step == LegStep::found_absent || step == LegStep::replay) {
        truth.in_doubt = false; // it was looked for, and is not there
    }
    const auto after = static_cast<LegState>(update.value().state);
    truth.facts.push_back({after, happened, happened});
    const auto applied = store().append_leg_event(leg.id, leg.state, update.value());
    truth_.counts["replays"] += step == LegStep::replay ? 1U : 0U;
    truth_.counts["operator steps"] += applied.ok() && applied.value() ? 1U : 0U;
}

void History::decide_disputes() {
    for (const LegRow& leg : all_legs()) {
        if (static_cast<LegState>(leg.state) != LegState::disputed || below(4) != 0) {
            continue;
        }
        const LegStep step = is_true(leg, LegStep::upheld) ? LegStep::upheld : LegStep::overturned;
        const auto update =
            delivery::settle_by_operator(leg, step, clock_.now(), clock_.now()).value();
        SONGDA_CHECK(store().append_leg_event(leg.id, leg.state, update).value());
    }
}

/// As app/level_keeping.cpp.
void History::bring_level(DocumentTruth& document) {
    if (document.level >= document.wanted) {
        return;
    }
    const auto claimed = store().claim_augmentations({clock_.now(), 100, 1});
    const auto row = store().find_document(document.id);
    if (!claimed.ok() || !row.ok()) {
        return;
    }
    for (const store::AugmentationRow& each : claimed.value()) {
        if (each.document != document.id) {
            continue;
        }
        auto whole = store().read_file(*row.value());
        if (!whole.ok()) {
            return;
        }
        const Bytes bytes = {9, 9, 9};
        append(whole.value(), ByteView(bytes));
        store::RevisionWrite write;
        write.document = document.id;
        write.fence = each.fence;
        write.bytes = bytes;
        write.at = clock_.now();
        write.level = document.wanted;
        write.file_hash = sha256(whole.value());
        write.release = &delivery::release_levelled;
        write.audit = {clock_.now(), "levels", "revision", to_text(document.id), ""};
        const auto done = store().put_revision(write);
        if (done.ok() && done.value()) {
            document.level = document.wanted;
            ++truth_.counts["revisions"];
        }
    }
}

void History::tell_expired() {
    alive([&] {
        static_cast<void>(
            store().tell_expired(clock_.now(), 100, [this](const store::TouchedDocument& touched) {
                return status_planner_.after(touched);
            }));
    });
}

} // namespace songda::simulation
