// Of the desk at a kiosk: the lock under which one document is printed, and what becomes of it.
#include "delivery/kiosk/desk.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/channel.hpp"
#include "delivery/place_leg.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {
namespace {

constexpr std::size_t nonce_bytes = 16;
/// Prints of one document that may fail before a person has to look.
constexpr std::uint16_t failures_max = 5;
/// A leg that moves while it is collected is looked at once more.
constexpr int tries_max = 2;

/// Of the release that the lock was taken for: one that is sent twice is recognised by it.
std::string mark_of(const Digest& nonce) {
    return to_hex(ByteView(nonce).first(8));
}

bool is_of(const store::LegEvent& collected, const Digest& nonce) {
    return collected.detail.find("\"release\":\"" + mark_of(nonce)) != std::string::npos;
}

/// Name of the mark that the file of that lock went to the printer.
Digest sent_mark(const KioskTokens& tokens, const Digest& nonce) {
    return tokens.counted("sent", as_text(nonce));
}

/// Of a collector_detail.
Private<std::string> masked_name(const std::string& detail) {
    const auto parsed = parse_json(detail, 2);
    return Private<std::string>(
        parsed.ok() ? std::string(member_text(parsed.value().root(), "name")) : "");
}

/// What was said of the collector, and of the paper.
std::string detail_of(const KioskRelease& release, std::uint32_t sheets, const Digest& nonce) {
    std::string detail = release.detail;
    if (!detail.empty()) {
        detail.pop_back(); // its closing bracket
    }
    return detail + fmt::format(R"(,"copy":{},"sheets":{},"kiosk":"{}","release":"{}"}})",
                                release.copy, sheets, to_hex(release.kiosk.view()), mark_of(nonce));
}

/// Not when nothing was sent to the printer.
bool is_counted(std::string_view failure) {
    return failure != "printer_busy" && failure != "file";
}

} // namespace

/// AVAILABLE, or nothing while it moves.
Result<std::optional<store::LegRow>> KioskDesk::bring_leg(const store::KioskRow& kiosk,
                                                          const store::DocumentRow& document) {
    const TimeMs now = clock_.now();
    const auto legs = store_.legs_of(document.id);
    if (!legs.ok()) {
        return legs.error();
    }
    auto leg = leg_to_collect(store_, legs.value(), ChannelKind::kiosk, now, random_);
    if (!leg.ok()) {
        return leg.error();
    }
    auto update = settle_offered(leg.value(), now);
    if (!update) {
        return std::optional<store::LegRow>();
    }
    if (leg_state(leg.value().state) != LegState::available) {
        update->audit = store::AuditRow{now, kiosk_actor(kiosk), "offered_at_kiosk",
                                        to_text(document.id), to_text(leg.value().id)};
        const auto moved = store_.append_leg_event(leg.value().id, leg.value().state, *update);
        if (!moved.ok()) {
            return moved.error();
        }
        if (!moved.value()) {
            return std::optional<store::LegRow>();
        }
        leg.value().state = update->state;
    }
    return std::optional(std::move(leg).value());
}

Result<void> KioskDesk::void_copy(const store::KioskRow& kiosk, const DocumentId& document,
                                  std::uint32_t copy, const std::string& reason) {
    const TimeMs now = clock_.now();
    return store_.revoke_paper_copy(
        document, copy, now, reason,
        {now, kiosk_actor(kiosk), "paper_copy_revoked", to_text(document), std::to_string(copy)});
}

Result<KioskDesk::Taken> KioskDesk::take(const store::KioskRow& kiosk, std::string_view token,
                                         const DocumentId& id) {
    using Kind = Taken::Kind;
    const TimeMs now = clock_.now();
    const auto session = tokens_.read_session(token);
    if (!session || session->kiosk != kiosk.id || session->until <= now) {
        return Taken{Kind::ended};
    }
    const auto document = find_ready(kiosk, session->inboxes, id);
    if (!document.ok()) {
        return document.error();
    }
    if (!document.value()) {
        return Taken{Kind::absent};
    }
    const auto leg = bring_leg(kiosk, *document.value());
    if (!leg.ok()) {
        return leg.error();
    }
    if (!leg.value()) {
        return Taken{Kind::busy};
    }
    const std::scoped_lock turn(turn_);
    return take_leg(kiosk, *session, *document.value(), leg.value()->id);
}

/// A lock that is over goes, and its copy with it; nothing: the document may be locked now.
Result<std::optional<KioskDesk::Taken::Kind>> KioskDesk::end_before(const store::KioskRow& kiosk,
                                                                    const DocumentId& document) {
    auto before = store_.find_collecting(document);
    if (before.ok() && before.value() && clock_.now() < before.value()->until) {
        return std::optional(Taken::Kind::busy);
    }
    if (before.ok() && before.value() && before.value()->nonce != Digest{}) {
        const auto ended = end_run_out(kiosk, document, *before.value());
        if (!ended.ok()) {
            return ended.error();
        }
        before = store_.find_collecting(document);
    }
    if (!before.ok()) {
        return before.error();
    }
    const bool too_many = before.value() && before.value()->failures >= failures_max;
    return too_many ? std::optional(Taken::Kind::too_many) : std::nullopt;
}

Result<KioskDesk::Taken> KioskDesk::take_leg(const store::KioskRow& kiosk,
                                             const KioskSession& session,
                                             const store::DocumentRow& document, const LegId& leg) {
    using Kind = Taken::Kind;
    const TimeMs now = clock_.now();
    const auto refused = end_before(kiosk, document.id);
    const auto legs = store_.legs_of(document.id);
    if (!refused.ok() || !legs.ok()) {
        return refused.ok() ? legs.error() : refused.error();
    }
    const auto collected = find_collected(store_, legs.value());
    if (!collected.ok()) {
        return collected.error();
    }
    if (refused.value() || collected.value()) {
        return Taken{refused.value().value_or(Kind::absent)};
    }
    // It may have been revoked or withdrawn since it was brought here.
    const bool ready =
        std::any_of(legs.value().begin(), legs.value().end(), [&](const store::LegRow& each) {
            return each.id == leg && leg_state(each.state) == LegState::available;
        });
    if (!ready) {
        return Taken{Kind::absent};
    }
    Taken taken{Kind::taken, document};
    taken.copy.emplace();
    taken.copy->at = now;
    taken.copy->actor = kiosk_actor(kiosk);
    taken.copy->place = kiosk.place;
    taken.copy->collector = masked_name(session.detail);
    KioskRelease& release = taken.release;
    release = {leg, document.id, kiosk.id,           now + release_ms,
               0,   {},          Bytes(nonce_bytes), session.detail};
    random_.fill(release.nonce);
    const auto number = store_.add_paper_copy(
        document.id, *taken.copy,
        {now, kiosk_actor(kiosk), "paper_copy", to_text(document.id), "kiosk"});
    if (!number.ok()) {
        return number.error();
    }
    release.copy = number.value();
    const auto locked = store_.take_collecting(
        {{leg, kiosk.id, sha256(release.nonce), now + printing_ms, release.copy, 0},
         {document.id, legs.value()},
         now});
    if (!locked.ok()) {
        return locked.error();
    }
    if (!locked.value()) { // another kiosk or a counter was quicker
        const auto voided = void_copy(kiosk, document.id, release.copy, "not printed");
        return voided.ok() ? Result<Taken>(Taken{Kind::busy}) : voided.error();
    }
    return taken;
}

Result<std::optional<KioskRelease>> KioskDesk::find_release(const store::KioskRow& kiosk,
                                                            std::string_view token) {
    auto release = tokens_.read_release(token);
    if (!release || release->kiosk != kiosk.id || release->until <= clock_.now()) {
        return std::optional<KioskRelease>();
    }
    const auto lock = store_.find_collecting(release->document);
    if (!lock.ok()) {
        return lock.error();
    }
    const bool held = lock.value() && lock.value()->nonce == sha256(release->nonce);
    return held ? std::move(release) : std::optional<KioskRelease>();
}

Result<void> KioskDesk::note_sent(const KioskRelease& release) {
    const std::array sent = {store::TryLimit{sent_mark(tokens_, sha256(release.nonce)), 1, 0}};
    const auto noted = store_.count_tries(sent, clock_.now());
    return noted.ok() ? Result<void>() : noted.error();
}

/// Nobody said what became of that print: its number names no paper that anybody has.
Result<void> KioskDesk::end_run_out(const store::KioskRow& kiosk, const DocumentId& document,
                                    const store::CollectingLock& lock) {
    const auto voided = void_copy(kiosk, document, lock.copy, "no result from the kiosk");
    if (!voided.ok()) {
        return voided.error();
    }
    const std::array sent = {store::TryLimit{sent_mark(tokens_, lock.nonce), 1, 0}};
    const auto unsent = store_.count_tries(sent, clock_.now());
    if (!unsent.ok()) {
        return unsent.error();
    }
    const auto ended = end_lock(document, lock.nonce, !unsent.value()[0]);
    return ended.ok() ? Result<void>() : ended.error();
}

Result<bool> KioskDesk::end_lock(const DocumentId& document, const Digest& nonce, bool failed) {
    const auto forgotten = store_.end_tries(std::array<Digest, 1>{sent_mark(tokens_, nonce)}, {});
    return forgotten.ok() ? store_.end_collecting(document, nonce, failed)
                          : Result<bool>(forgotten.error());
}

/// The copy first: that may be said twice, so whoever asks again after a crash finishes it.
Result<KioskDesk::Finished> KioskDesk::give_back(const store::KioskRow& kiosk,
                                                 const KioskRelease& release,
                                                 const std::string& reason) {
    const auto voided = void_copy(kiosk, release.document, release.copy, reason);
    if (!voided.ok()) {
        return voided.error();
    }
    const auto ended = end_lock(release.document, sha256(release.nonce), is_counted(reason));
    if (!ended.ok()) {
        return ended.error();
    }
    if (!ended.value()) {
        return Finished::unknown;
    }
    log::warning("kiosk_print_failed", {{"kiosk", kiosk_actor(kiosk)},
                                        {"document", to_text(release.document)},
                                        {"reason", reason}});
    return Finished::returned;
}

Result<void> KioskDesk::withdraw(const store::KioskRow& kiosk, const KioskRelease& release) {
    const std::scoped_lock turn(turn_);
    const auto given = give_back(kiosk, release, "file");
    return given.ok() ? Result<void>() : given.error();
}

/// Nothing: it can be collected by this release.
Result<std::optional<KioskDesk::Finished>>
KioskDesk::find_over(const store::KioskRow& kiosk, const KioskRelease& release,
                     const std::vector<store::LegRow>& legs) {
    const auto copies = store_.paper_copies(release.document);
    const auto collected = find_collected(store_, legs);
    if (!copies.ok() || !collected.ok()) {
        return copies.ok() ? collected.error() : copies.error();
    }
    if (collected.value() && is_of(*collected.value(), sha256(release.nonce))) {
        return std::optional(Finished::collected); // told twice at once
    }
    const auto own = std::find_if(legs.begin(), legs.end(),
                                  [&](const auto& each) { return each.id == release.leg; });
    const bool waits = own != legs.end() && leg_state(own->state) == LegState::available;
    const bool is_void = release.copy == 0 || release.copy > copies.value().size() ||
                         copies.value()[release.copy - 1].revoked;
    if (!collected.value() && waits && !is_void) {
        return std::optional<Finished>();
    }
    const auto given = give_back(kiosk, release, "collected or withdrawn meanwhile");
    return given.ok() ? Result<std::optional<Finished>>(Finished::moved) : given.error();
}

Result<KioskDesk::Finished> KioskDesk::collect(const store::KioskRow& kiosk,
                                               const KioskRelease& release,
                                               const PrintResult& result) {
    const TimeMs now = clock_.now();
    const Digest nonce = sha256(release.nonce);
    const std::string detail = detail_of(release, result.sheets, nonce);
    bool locked = false;
    for (int tries = 0; tries < tries_max; ++tries) {
        const auto legs = store_.legs_of(release.document);
        if (!legs.ok()) {
            return legs.error();
        }
        const auto over = find_over(kiosk, release, legs.value());
        if (!over.ok()) {
            return over.error();
        }
        if (over.value()) {
            return *over.value();
        }
        const auto leg = std::find_if(legs.value().begin(), legs.value().end(),
                                      [&](const auto& each) { return each.id == release.leg; });
        auto update = settle_collected(*leg, detail, now);
        if (!update) {
            continue;
        }
        update->audit = store::AuditRow{now, kiosk_actor(kiosk), "collected",
                                        to_text(release.document), detail};
        const auto done = store_.collect(
            {release.leg, {release.document, legs.value()}, nonce, *std::move(update), now});
        if (!done.ok()) {
            return done.error();
        }
        locked = done.value() == store::Collected::locked; // told twice at once, or another's now
        if (done.value() == store::Collected::collected) {
            const auto forgotten =
                store_.end_tries(std::array<Digest, 1>{sent_mark(tokens_, nonce)}, {});
            return forgotten.ok() ? Result<Finished>(Finished::collected) : forgotten.error();
        }
    }
    return locked ? Result<Finished>(Finished::unknown)
                  : Error{Fault::unavailable, "the leg moves at this moment"};
}

Result<KioskDesk::Finished> KioskDesk::finish(const store::KioskRow& kiosk, std::string_view token,
                                              const PrintResult& result) {
    const auto release = tokens_.read_release(token);
    if (!release || release->kiosk != kiosk.id) {
        return Finished::unknown;
    }
    const Digest nonce = sha256(release->nonce);
    const std::scoped_lock turn(turn_);
    const auto lock = store_.find_collecting(release->document);
    const auto events = store_.leg_events(release->leg);
    if (!lock.ok() || !events.ok()) {
        return lock.ok() ? events.error() : lock.error();
    }
    for (const store::LegEvent& event : events.value()) {
        if (is_of(event, nonce)) {
            return Finished::collected; // its answer was lost
        }
    }
    if (!lock.value() || lock.value()->nonce != nonce) {
        return Finished::unknown;
    }
    const bool complete = result.sheets >= std::max(release->pages, 1U);
    if (result.failure.empty() && complete && result.confirmed) {
        return collect(kiosk, *release, result);
    }
    return give_back(kiosk, *release,
                     !result.failure.empty() ? result.failure
                     : result.sheets == 0    ? "no sheet came out"
                     : !complete             ? std::string(reason_name(Reason::pages_missing))
                                             : "nobody confirmed");
}

} // namespace songda::delivery
