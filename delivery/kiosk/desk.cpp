#include "delivery/kiosk/desk.hpp"

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "base/text_codec.hpp"
#include "delivery/place_leg.hpp"
#include "delivery/standing.hpp"

namespace songda::delivery {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
/// Of the counter that stands in for an unknown code: it begins anew each millisecond.
constexpr std::uint16_t stand_in_max = 0xFFFF;

bool in_scope(const store::KioskRow& kiosk, const store::DocumentRow& document) {
    return kiosk.types.empty() || std::find(kiosk.types.begin(), kiosk.types.end(),
                                            document.type_code) != kiosk.types.end();
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
    std::vector<store::InboxId> inboxes;
    for (const DepartmentCode& department : departments_) {
        inboxes.push_back(keys_.inbox_of(department, addressee));
    }
    auto documents = ready(kiosk, inboxes);
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
    // Those with a document alone: of a hundred departments the token would be too long.
    for (const store::DocumentRow& document : documents.value()) {
        const store::InboxId inbox = keys_.inbox_of(document.department, addressee);
        if (std::find(session.inboxes.begin(), session.inboxes.end(), inbox) ==
            session.inboxes.end()) {
            session.inboxes.push_back(inbox);
        }
    }
    return std::optional(Opened{tokens_.write(session), std::move(documents).value()});
}

/// Counters of the documents that were tried, if it is the code of one of them; a dead one's is
/// none. The stand-in is written each time, so that whoever is unknown or has a dead code costs the
/// same commit.
Result<std::vector<Digest>> KioskDesk::find_right(const std::vector<store::DocumentRow>& documents,
                                                  std::string_view code, TimeMs now) {
    std::vector<store::TryLimit> tries;
    for (const store::DocumentRow& document : documents) {
        tries.push_back({code_counter(tokens_, document.id), wrong_codes_max, 0});
    }
    tries.push_back({code_counter(tokens_, DocumentId{}), stand_in_max, 1});
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

/// One document alone: whoever stands there touched it, and their other ones are not looked at.
Result<std::optional<store::DocumentRow>>
KioskDesk::find_ready(const store::KioskRow& kiosk, const std::vector<store::InboxId>& inboxes,
                      const DocumentId& id) {
    auto document = store_.find_document(id);
    if (!document.ok() || !document.value()) {
        return document;
    }
    const auto legs = store_.legs_of(id);
    if (!legs.ok()) {
        return legs.error();
    }
    const bool theirs =
        std::any_of(legs.value().begin(), legs.value().end(), [&](const store::LegRow& leg) {
            return is_service(leg) &&
                   std::find(inboxes.begin(), inboxes.end(), leg.inbox) != inboxes.end();
        });
    const auto is = theirs ? is_ready(kiosk, *document.value()) : Result<bool>(false);
    if (!is.ok()) {
        return is.error();
    }
    return is.value() ? std::move(document) : std::optional<store::DocumentRow>();
}

Result<bool> KioskDesk::is_ready(const store::KioskRow& kiosk, const store::DocumentRow& document) {
    if (!in_scope(kiosk, document)) {
        return false;
    }
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
    return standing.value().holds == store::DocumentStatus::valid && !standing.value().awaited &&
           !collected.value();
}

} // namespace songda::delivery
