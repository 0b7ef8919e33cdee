#include "delivery/kiosk/outage.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/kiosk/desk.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/place_leg.hpp"
#include "delivery/standing.hpp"
#include "store/limits.hpp"

namespace songda::delivery {
namespace {

constexpr std::size_t nonce_bytes = 16;
constexpr std::uint16_t failures_max = 5; ///< of prints: a person has to look
constexpr std::uint16_t numbers_max = 10; ///< tries at the number of one inbox, a day
constexpr std::int64_t day_ms = 86'400'000;

bool is_among(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace

bool KioskOutage::serves(const store::KioskRow& kiosk) const {
    return !kiosk.revoked && is_among(rules_.kiosks, kiosk.serial);
}

OutageKey KioskOutage::key_of(const LegId& leg) const {
    Bytes input;
    append(input, std::string_view("key"));
    input.push_back(0);
    append(input, leg.view());
    const Digest derived = hmac_sha256(secret_, input);
    OutageKey key{};
    std::copy_n(derived.begin(), key.size(), key.begin());
    return key;
}

Digest KioskOutage::secret_of(std::string_view purpose, const Package& package) const {
    Bytes input;
    append(input, purpose);
    input.push_back(0);
    append(input, package.kiosk.view());
    append(input, package.id);
    return hmac_sha256(secret_, input);
}

Bytes KioskOutage::nonce_of(const Package& package) const {
    const Digest derived = secret_of("nonce", package);
    return {derived.begin(), derived.begin() + nonce_bytes};
}

Result<bool> KioskOutage::is_held(const Package& package) {
    const auto lock = store_.find_collecting(package.document);
    return lock.ok() ? Result<bool>(lock.value() && lock.value()->nonce == package.nonce)
                     : lock.error();
}

Result<bool> KioskOutage::may_go_out(const store::KioskRow& kiosk, const store::LegRow& leg) {
    if (leg_state(leg.state) != LegState::available || !is_service(leg)) {
        return false;
    }
    const auto document = store_.find_document(leg.document);
    const auto lock = store_.find_collecting(leg.document);
    const auto legs = store_.legs_of(leg.document);
    if (!document.ok() || !lock.ok() || !legs.ok()) {
        return !document.ok() ? document.error() : !lock.ok() ? lock.error() : legs.error();
    }
    const bool locked =
        lock.value() && (clock_.now() < lock.value()->until ||
                         lock.value()->failures >= failures_max || lock.value()->nonce != Digest{});
    if (!document.value() || locked || !is_among(rules_.types, document.value()->type_code) ||
        (!kiosk.types.empty() && !is_among(kiosk.types, document.value()->type_code))) {
        return false;
    }
    const auto standing = find_standing(store_, *document.value(), clock_.now());
    const auto collected = find_collected(store_, legs.value());
    if (!standing.ok() || !collected.ok()) {
        return standing.ok() ? collected.error() : standing.error();
    }
    return standing.value().holds == store::DocumentStatus::valid && !standing.value().awaited &&
           !collected.value();
}

/// The copy's number first, then the row, then the lock: without the lock nothing is sealed, and a
/// row without one comes back.
Result<bool> KioskOutage::give_out(const store::KioskRow& kiosk, const store::LegRow& leg) {
    const TimeMs now = clock_.now();
    const auto legs = store_.legs_of(leg.document);
    if (!legs.ok()) {
        return legs.error();
    }
    store::PaperCopy copy;
    copy.at = now;
    copy.actor = kiosk_actor(kiosk);
    copy.place = kiosk.place;
    const auto number = store_.add_paper_copy(
        leg.document, copy, {now, copy.actor, "paper_copy", to_text(leg.document), "outage"});
    if (!number.ok()) {
        return number.error();
    }
    Package package;
    package.kiosk = kiosk.id;
    package.id = outage_package_id(key_of(leg.id), number.value());
    package.document = leg.document;
    package.leg = leg.id;
    package.copy = number.value();
    package.nonce = sha256(nonce_of(package));
    package.made = now;
    package.changed = now;
    package.until = std::min(now + rules_.life_ms, leg.deadline);
    const auto written = store_.step_outage(
        {}, package, {now, copy.actor, "outage_package", to_text(leg.document), package.id});
    if (!written.ok()) {
        return written.error();
    }
    const auto locked =
        store_.take_collecting({{leg.id, kiosk.id, package.nonce, package.until, package.copy, 0},
                                {leg.document, legs.value()},
                                now});
    if (!locked.ok()) {
        return locked.error();
    }
    if (!locked.value()) { // another kiosk or a counter was quicker
        const auto freed = free(package, copy.actor, "not sent", false);
        const auto stepped = freed.ok()
                                 ? step(package, store::OutageState::back, copy.actor, "not sent")
                                 : Result<bool>(freed.error());
        return stepped.ok() ? Result<bool>(false) : stepped.error();
    }
    return true;
}

Result<std::vector<store::OutagePackage>> KioskOutage::prepare(const store::KioskRow& kiosk,
                                                               std::size_t wanted) {
    const std::scoped_lock turn(turn_);
    auto out = store_.packages_out(kiosk.id);
    if (!out.ok() || !serves(kiosk)) {
        return out.ok() ? Result<std::vector<Package>>(std::vector<Package>()) : out.error();
    }
    const std::size_t room =
        rules_.packages_max - std::min(rules_.packages_max, out.value().size());
    std::size_t left = std::min(wanted, room);
    for (const DepartmentCode& department : departments_) {
        const auto legs = left == 0
                              ? Result<std::vector<store::LegRow>>(std::vector<store::LegRow>())
                              : store_.due_legs(static_cast<std::uint8_t>(ChannelKind::kiosk),
                                                department, store::list_rows_max);
        if (!legs.ok()) {
            return legs.error();
        }
        for (const store::LegRow& leg : legs.value()) {
            const auto may = left == 0 ? Result<bool>(false) : may_go_out(kiosk, leg);
            const auto given = may.ok() && may.value() ? give_out(kiosk, leg) : may;
            if (!given.ok()) {
                return given.error();
            }
            left -= given.value() ? 1U : 0U;
        }
    }
    out = store_.packages_out(kiosk.id);
    if (out.ok()) {
        const TimeMs now = clock_.now();
        std::erase_if(out.value(), [&](const Package& each) {
            return each.state != store::OutageState::out || each.until <= now;
        });
    }
    return out;
}

Result<std::vector<store::OutagePackage>> KioskOutage::to_come_back(const store::KioskRow& kiosk) {
    const auto out = store_.packages_out(kiosk.id);
    if (!out.ok()) {
        return out.error();
    }
    std::vector<Package> found;
    for (const Package& each : out.value()) {
        const auto document = store_.find_document(each.document);
        const auto held = is_held(each);
        if (!document.ok() || !held.ok()) {
            return document.ok() ? held.error() : document.error();
        }
        const auto standing = document.value()
                                  ? find_standing(store_, *document.value(), clock_.now())
                                  : Result<Standing>(Error{Fault::corrupt, "a package names a "
                                                                           "document that is not "
                                                                           "there"});
        if (!standing.ok()) {
            return standing.error();
        }
        if (each.state == store::OutageState::asked_back || !held.value() || !serves(kiosk) ||
            each.until <= clock_.now() || standing.value().holds != store::DocumentStatus::valid) {
            found.push_back(each);
        }
    }
    return found;
}

Result<Bytes> KioskOutage::seal(const store::KioskRow& kiosk, std::string_view id,
                                const Content& content) {
    const auto package = store_.find_package(kiosk.id, id);
    if (!package.ok()) {
        return package.error();
    }
    const auto held = package.value() ? is_held(*package.value()) : Result<bool>(false);
    if (!held.ok()) {
        return held.error();
    }
    if (!held.value() || package.value()->state != store::OutageState::out ||
        package.value()->until <= clock_.now()) {
        return Error{Fault::not_found, "no such package is out to this kiosk"};
    }
    std::string head;
    JsonObject object(head);
    object.text("title", content.title);
    object.text("number", content.number);
    object.text("issuer", content.issuer);
    object.raw("copy", std::to_string(package.value()->copy));
    object.raw("pages", std::to_string(content.pages));
    object.text("until", to_rfc3339(package.value()->until));
    object.text("proof", to_hex(nonce_of(*package.value())));
    object.text("who", to_hex(secret_of("who", *package.value())));
    object.end();
    Bytes inside;
    append(inside, head);
    inside.push_back('\n');
    append(inside, content.file);
    return seal_outage_package(inside, key_of(package.value()->leg), id, package.value()->until,
                               random_);
}

Result<bool> KioskOutage::step(const Package& before, store::OutageState state,
                               const std::string& actor, const std::string& reason,
                               std::optional<TimeMs> happened) {
    static constexpr std::array<std::string_view, 7> actions = {"",
                                                                "outage_package",
                                                                "outage_asked_back",
                                                                "outage_back",
                                                                "outage_released",
                                                                "outage_overridden",
                                                                "outage_conflict"};
    Package after = before;
    after.state = state;
    after.changed = clock_.now();
    after.reason = reason;
    after.happened = happened;
    return store_.step_outage(before, after,
                              {after.changed, actor,
                               std::string(actions.at(static_cast<std::size_t>(state))),
                               to_text(before.document), before.id + ' ' + reason});
}

/// The copy first: that may be said twice, so whoever asks again after a crash finishes it.
Result<void> KioskOutage::free(const Package& package, const std::string& actor,
                               const std::string& reason, bool failed) {
    const TimeMs now = clock_.now();
    const auto voided =
        store_.revoke_paper_copy(package.document, package.copy, now, reason,
                                 {now, actor, "paper_copy_revoked", to_text(package.document),
                                  std::to_string(package.copy)});
    if (!voided.ok()) {
        return voided;
    }
    const auto ended = store_.end_collecting(package.document, package.nonce, failed);
    return ended.ok() ? Result<void>() : ended.error();
}

Result<std::optional<store::OutagePackage>> KioskOutage::find_out(const DocumentId& document) {
    const auto lock = store_.find_collecting(document);
    if (!lock.ok()) {
        return lock.error();
    }
    if (!lock.value() || lock.value()->nonce == Digest{}) {
        return std::optional<Package>();
    }
    auto found = store_.find_package(
        lock.value()->kiosk, outage_package_id(key_of(lock.value()->leg), lock.value()->copy));
    const bool is = found.ok() && found.value() && store::is_out(found.value()->state) &&
                    found.value()->nonce == lock.value()->nonce;
    return is || !found.ok() ? std::move(found) : std::optional<Package>();
}

Result<std::optional<store::OutagePackage>> KioskOutage::ask_back(const DocumentId& document,
                                                                  std::string_view reason) {
    auto found = find_out(document);
    if (!found.ok() || !found.value() || found.value()->state == store::OutageState::asked_back) {
        return found;
    }
    const auto stepped =
        step(*found.value(), store::OutageState::asked_back, "delivery", std::string(reason));
    return stepped.ok() ? find_out(document) : stepped.error();
}

Result<bool> KioskOutage::override_package(const DocumentId& document, const std::string& actor,
                                           const std::string& reason) {
    const std::scoped_lock turn(turn_);
    const auto found = find_out(document);
    if (!found.ok() || !found.value()) {
        return found.ok() ? Result<bool>(false) : found.error();
    }
    // The lock goes first: a crash before the step leaves nothing locked, and a package without a
    // lock collects nothing.
    const auto freed = free(*found.value(), actor, reason, false);
    if (!freed.ok()) {
        return freed.error();
    }
    log::warning("outage_overridden", {{"document", to_text(document)}});
    return step(*found.value(), store::OutageState::overridden, actor, reason);
}

Result<std::optional<std::string>> KioskOutage::code_of(const store::InboxId& inbox,
                                                        const DocumentId& document,
                                                        const Private<std::string>& number) {
    const KioskTokens tokens(keys_);
    const std::array tries = {store::TryLimit{
        tokens.counted("outage-number", as_text(inbox.view())), numbers_max, day_ms}};
    const auto counted = store_.count_tries(tries, clock_.now());
    const auto row = store_.find_document(document);
    const auto out = find_out(document);
    if (!counted.ok() || !row.ok() || !out.ok()) {
        return !counted.ok() ? counted.error() : !row.ok() ? row.error() : out.error();
    }
    const bool right =
        row.value() &&
        keys_.inbox_of(row.value()->department, plain_identity_number(number.reveal())) == inbox;
    if (!counted.value()[0] || !right || !out.value()) {
        return std::optional<std::string>();
    }
    const auto leg = store_.find_leg(out.value()->leg);
    if (!leg.ok() || !leg.value() || leg.value()->inbox != inbox) {
        return leg.ok() ? Result<std::optional<std::string>>(std::nullopt) : leg.error();
    }
    const std::array<Digest, 1> back = {tries[0].what};
    const auto ended = store_.end_tries({}, back);
    return ended.ok() ? Result<std::optional<std::string>>(
                            write_outage_code(key_of(out.value()->leg), number))
                      : ended.error();
}

} // namespace songda::delivery
