#include "delivery/kiosk/desk.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/place_leg.hpp"
#include "delivery/settle.hpp"
#include "delivery/standing.hpp"

namespace songda::delivery {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::size_t nonce_bytes = 16;
/// Prints of one document that may fail before a person has to look.
constexpr std::uint16_t failures_max = 5;

bool in_scope(const store::KioskRow& kiosk, const store::DocumentRow& document) {
    return kiosk.types.empty() || std::find(kiosk.types.begin(), kiosk.types.end(),
                                            document.type_code) != kiosk.types.end();
}

/// Of the release that the lock was taken for: one that is sent twice is recognised by it.
std::string mark_of(const Digest& nonce) {
    return to_hex(ByteView(nonce).first(8));
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

} // namespace

Digest code_counter(const KioskTokens& tokens, const DocumentId& document) {
    return tokens.counted("code", as_text(document.view()));
}

std::string kiosk_actor(const store::KioskRow& kiosk) {
    return "kiosk:" + to_hex(kiosk.id.view().first(4));
}

Result<std::optional<KioskDesk::Opened>>
KioskDesk::open(const store::KioskRow& kiosk, const Collector& who, std::string_view code) {
    const TimeMs now = clock_.now();
    const std::string addressee = addressee_code(who);
    const Digest here = tokens_.counted("kiosk", as_text(kiosk.id.view()));
    const std::array places = {
        store::TryLimit{here, kiosk_wrong_max, kiosk_window_ms},
        store::TryLimit{tokens_.counted("day", addressee), addressee_day_max, day_ms}};
    const auto allowed = store_.count_tries(places, now);
    if (!allowed.ok()) {
        return allowed.error();
    }
    KioskSession session{kiosk.id, now + session_ms, {}, collector_detail(who, keys_)};
    for (const DepartmentCode& department : departments_) {
        session.inboxes.push_back(keys_.inbox_of(department, addressee));
    }
    auto documents = ready(kiosk, session.inboxes);
    if (!documents.ok()) {
        return documents.error();
    }
    const bool compare = allowed.value()[0] && allowed.value()[1];
    const auto right =
        find_right(compare ? documents.value() : std::vector<store::DocumentRow>(), code, now);
    if (!right.ok()) {
        return right.error();
    }
    if (right.value().empty()) {
        log::warning("kiosk_refused",
                     {{"kiosk", kiosk_actor(kiosk)}, {"limit", compare ? "no" : "yes"}});
        return std::optional<Opened>();
    }
    const auto ended = store_.end_tries(right.value(), std::array<Digest, 1>{here});
    if (!ended.ok()) {
        return ended.error();
    }
    return std::optional(Opened{tokens_.write(session), std::move(documents).value()});
}

/// Counters of the documents that were tried, if it is the code of one of them; a dead one's is
/// none. Whoever is unknown costs the same commit.
Result<std::vector<Digest>> KioskDesk::find_right(const std::vector<store::DocumentRow>& documents,
                                                  std::string_view code, TimeMs now) {
    std::vector<store::TryLimit> tries;
    for (const store::DocumentRow& document : documents) {
        tries.push_back({code_counter(tokens_, document.id), wrong_codes_max, 0});
    }
    if (tries.empty()) {
        tries.push_back({code_counter(tokens_, DocumentId{}), wrong_codes_max, 0});
    }
    const auto counted = store_.count_tries(tries, now);
    if (!counted.ok()) {
        return counted.error();
    }
    bool right = false;
    std::vector<Digest> alive;
    for (std::size_t at = 0; at < documents.size(); ++at) {
        const bool is = keys_.is_code(documents[at].id, code);
        right = (is && counted.value()[at]) || right;
        if (counted.value()[at]) {
            alive.push_back(tries[at].what);
        }
    }
    return right ? alive : std::vector<Digest>();
}

Result<std::vector<store::DocumentRow>>
KioskDesk::ready(const store::KioskRow& kiosk, const std::vector<store::InboxId>& inboxes) {
    std::vector<store::DocumentRow> found;
    for (const store::InboxId& inbox : inboxes) {
        const auto entries = store_.inbox(inbox);
        if (!entries.ok()) {
            return entries.error();
        }
        for (const store::InboxEntry& entry : entries.value()) {
            auto document = store_.find_document(entry.document);
            if (!document.ok()) {
                return document.error();
            }
            const auto is =
                document.value() ? is_ready(kiosk, *document.value()) : Result<bool>(false);
            if (!is.ok()) {
                return is.error();
            }
            if (is.value()) {
                found.push_back(*std::move(document).value());
            }
        }
    }
    std::sort(found.begin(), found.end(),
              [](const auto& left, const auto& right) { return right.id < left.id; });
    return found;
}

Result<bool> KioskDesk::is_ready(const store::KioskRow& kiosk, const store::DocumentRow& document) {
    const auto standing = find_standing(store_, document, clock_.now());
    if (!standing.ok()) {
        return standing.error();
    }
    const auto legs = store_.legs_of(document.id);
    if (!legs.ok()) {
        return legs.error();
    }
    const auto collected = find_collected(store_, legs.value());
    if (!collected.ok()) {
        return collected.error();
    }
    return in_scope(kiosk, document) && standing.value().holds == store::DocumentStatus::valid &&
           !standing.value().awaited && !collected.value();
}

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
    const auto documents = ready(kiosk, session->inboxes);
    if (!documents.ok()) {
        return documents.error();
    }
    const auto document =
        std::find_if(documents.value().begin(), documents.value().end(),
                     [&](const store::DocumentRow& each) { return each.id == id; });
    if (document == documents.value().end()) {
        return Taken{Kind::absent};
    }
    const auto leg = bring_leg(kiosk, *document);
    if (!leg.ok()) {
        return leg.error();
    }
    if (!leg.value()) {
        return Taken{Kind::busy};
    }
    const auto before = store_.find_collecting(leg.value()->id);
    if (!before.ok()) {
        return before.error();
    }
    if (before.value() && before.value()->failures >= failures_max) {
        return Taken{Kind::too_many};
    }
    if (before.value() && now < before.value()->until) {
        return Taken{Kind::busy};
    }
    Taken taken{Kind::taken, *document};
    taken.copy.emplace();
    taken.copy->at = now;
    taken.copy->actor = kiosk_actor(kiosk);
    taken.copy->place = kiosk.place;
    taken.copy->collector = masked_name(session->detail);
    KioskRelease& release = taken.release;
    release = {leg.value()->id, id, kiosk.id, now + release_ms, 0, {}, Bytes(nonce_bytes),
               session->detail};
    random_.fill(release.nonce);
    const auto number = store_.add_paper_copy(
        id, *taken.copy, {now, kiosk_actor(kiosk), "paper_copy", to_text(id), "kiosk"});
    if (!number.ok()) {
        return number.error();
    }
    release.copy = number.value();
    const auto locked = store_.take_collecting(
        {{release.leg, kiosk.id, sha256(release.nonce), now + printing_ms, release.copy, 0},
         static_cast<std::uint8_t>(LegState::available),
         now});
    if (!locked.ok()) {
        return locked.error();
    }
    if (!locked.value()) { // another kiosk was quicker
        const auto voided = void_copy(kiosk, id, release.copy, "not printed");
        return voided.ok() ? Result<Taken>(Taken{Kind::busy}) : voided.error();
    }
    // Nobody said what became of the print before: that number names no paper that anybody has.
    if (before.value() && before.value()->nonce != Digest{}) {
        const auto voided = void_copy(kiosk, id, before.value()->copy, "no result from the kiosk");
        if (!voided.ok()) {
            return voided.error();
        }
    }
    return taken;
}

Result<std::optional<KioskRelease>> KioskDesk::find_release(const store::KioskRow& kiosk,
                                                            std::string_view token) {
    auto release = tokens_.read_release(token);
    if (!release || release->kiosk != kiosk.id || release->until <= clock_.now()) {
        return std::optional<KioskRelease>();
    }
    const auto lock = store_.find_collecting(release->leg);
    if (!lock.ok()) {
        return lock.error();
    }
    const bool held = lock.value() && lock.value()->nonce == sha256(release->nonce);
    return held ? std::move(release) : std::optional<KioskRelease>();
}

Result<KioskDesk::Finished> KioskDesk::give_back(const store::KioskRow& kiosk,
                                                 const KioskRelease& release,
                                                 const std::string& reason) {
    const auto ended = store_.end_collecting(release.leg, sha256(release.nonce), true);
    if (!ended.ok()) {
        return ended.error();
    }
    if (!ended.value()) {
        return Finished::unknown;
    }
    const auto voided = void_copy(kiosk, release.document, release.copy, reason);
    log::warning("kiosk_print_failed", {{"kiosk", kiosk_actor(kiosk)},
                                        {"document", to_text(release.document)},
                                        {"reason", reason}});
    return voided.ok() ? Result<Finished>(Finished::returned) : voided.error();
}

Result<KioskDesk::Finished> KioskDesk::collect(const store::KioskRow& kiosk,
                                               const KioskRelease& release,
                                               const PrintResult& result) {
    const TimeMs now = clock_.now();
    const Digest nonce = sha256(release.nonce);
    const auto leg = store_.find_leg(release.leg);
    if (!leg.ok()) {
        return leg.error();
    }
    if (!leg.value() || leg_state(leg.value()->state) != LegState::available) {
        const auto given = give_back(kiosk, release, "collected or withdrawn meanwhile");
        return given.ok() ? Result<Finished>(Finished::moved) : given;
    }
    const std::string detail = detail_of(release, result.sheets, nonce);
    auto update = settle_collected(*leg.value(), detail, now);
    update->audit =
        store::AuditRow{now, kiosk_actor(kiosk), "collected", to_text(release.document), detail};
    const auto applied = store_.append_leg_event(release.leg, leg.value()->state, *update);
    if (!applied.ok()) {
        return applied.error();
    }
    if (!applied.value()) {
        const auto given = give_back(kiosk, release, "collected or withdrawn meanwhile");
        return given.ok() ? Result<Finished>(Finished::moved) : given;
    }
    const auto ended = store_.end_collecting(release.leg, nonce, false);
    return ended.ok() ? Result<Finished>(Finished::collected) : ended.error();
}

Result<KioskDesk::Finished> KioskDesk::finish(const store::KioskRow& kiosk, std::string_view token,
                                              const PrintResult& result) {
    const auto release = tokens_.read_release(token);
    if (!release || release->kiosk != kiosk.id) {
        return Finished::unknown;
    }
    const Digest nonce = sha256(release->nonce);
    const auto lock = store_.find_collecting(release->leg);
    const auto events = store_.leg_events(release->leg);
    if (!lock.ok() || !events.ok()) {
        return lock.ok() ? events.error() : lock.error();
    }
    for (const store::LegEvent& event : events.value()) {
        if (event.detail.find("\"release\":\"" + mark_of(nonce)) != std::string::npos) {
            return Finished::collected; // its answer was lost
        }
    }
    if (!lock.value() || lock.value()->nonce != nonce) {
        return Finished::unknown;
    }
    const bool good = result.failure.empty() && result.sheets > 0 && result.confirmed;
    if (good) {
        return collect(kiosk, *release, result);
    }
    return give_back(kiosk, *release,
                     !result.failure.empty() ? result.failure
                     : result.sheets == 0    ? "no sheet came out"
                                             : "nobody confirmed");
}

} // namespace songda::delivery
