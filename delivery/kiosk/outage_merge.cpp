// Of kiosks in an outage: what the log says that one brings back, once all of it was checked.
#include <algorithm>

#include "base/chain_file.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/collector.hpp"
#include "delivery/kiosk/desk.hpp"
#include "delivery/kiosk/outage.hpp"
#include "delivery/place_leg.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {
namespace {

constexpr int tries_max = 3;

std::string field(const OutageLine& line, const std::string& name) {
    const auto found = line.fields.find(name);
    return found == line.fields.end() ? std::string() : found->second;
}

/// Of the collection by that package, as of any release at a kiosk.
bool is_by(const store::LegEvent& collected, const store::OutagePackage& package) {
    const std::string mark = to_hex(ByteView(package.nonce).first(8));
    return collected.detail.find(R"("release":")" + mark + '"') != std::string::npos;
}

/// Did it hold then?
bool held_at(const std::vector<store::StatusEntry>& history, TimeMs happened) {
    auto status = store::DocumentStatus::valid;
    for (const store::StatusEntry& entry : history) {
        if (entry.change.at <= happened) {
            status = entry.change.status;
        }
    }
    return status == store::DocumentStatus::valid;
}

} // namespace

Result<KioskOutage::Merged> KioskOutage::merge(const store::KioskRow& kiosk, std::uint64_t before,
                                               std::string_view text) {
    const std::scoped_lock turn(turn_);
    if (std::count(text.begin(), text.end(), '\n') > static_cast<int>(outage_lines_max)) {
        return Error{Fault::invalid_input, "too many lines at once"};
    }
    const auto known = store_.outage_head(kiosk.id);
    if (!known.ok()) {
        return known.error();
    }
    Merged merged;
    merged.lines = known.value() ? known.value()->lines : 0;
    const auto rest = skip_known(kiosk, before, merged.lines, text);
    if (!rest.ok()) {
        return rest.error();
    }
    std::vector<std::pair<OutageLine, std::string>> lines;
    const auto end = check(kiosk, known.value(), rest.value(), lines);
    if (!end.ok()) {
        return end.error();
    }
    if (lines.empty()) {
        return merged;
    }
    // Each may be told again: what a crash leaves between here and the log comes once more.
    const TimeMs now = clock_.now();
    std::vector<store::OutageLineRow> rows;
    for (auto& [line, whole] : lines) {
        const auto applied = apply(kiosk, line, merged);
        if (!applied.ok()) {
            return applied.error();
        }
        rows.push_back({now, std::move(whole)});
    }
    const store::OutageHead head{kiosk.id, end.value().lines, end.value().head, end.value().key,
                                 now};
    const auto kept = store_.append_outage_log(known.value(), head, rows);
    if (!kept.ok() || !kept.value()) {
        return kept.ok() ? Error{Fault::unavailable, "the log grows at this moment"} : kept.error();
    }
    merged.lines = head.lines;
    return merged;
}

/// What was told before must be what was told before.
Result<std::string_view> KioskOutage::skip_known(const store::KioskRow& kiosk, std::uint64_t before,
                                                 std::uint64_t known, std::string_view text) {
    if (before > known) {
        return Error{Fault::conflict, "lines are missing before these"};
    }
    const auto stored = store_.outage_lines(kiosk.id, before, outage_lines_max);
    if (!stored.ok()) {
        return stored.error();
    }
    for (const store::OutageLineRow& line : stored.value()) {
        if (text.empty()) {
            break;
        }
        if (!text.starts_with(line.text)) {
            return Error{Fault::conflict, "these lines are not what was told before"};
        }
        text.remove_prefix(line.text.size());
    }
    return text;
}

Result<OutageLogEnd> KioskOutage::check(const store::KioskRow& kiosk,
                                        const std::optional<store::OutageHead>& known,
                                        std::string_view text,
                                        std::vector<std::pair<OutageLine, std::string>>& lines) {
    OutageLogEnd from{chain_start(), {}, 0};
    if (known) {
        from = {known->head, known->key, known->lines};
    }
    return read_outage_log(
        text, std::move(from),
        [&](const Digest& certificate) -> Result<bool> {
            const auto found = store_.find_kiosk_certificate(certificate);
            return found.ok() ? Result<bool>(found.value() && found.value()->kiosk == kiosk.id)
                              : found.error();
        },
        [&](const OutageLine& line, std::string_view whole) {
            lines.emplace_back(line, std::string(whole));
        });
}

Result<void> KioskOutage::apply(const store::KioskRow& kiosk, const OutageLine& line,
                                Merged& merged) {
    if (line.event != OutageEvent::taken && line.event != OutageEvent::back) {
        return {}; // what it prints is kept, and says nothing of who has it
    }
    const auto package = store_.find_package(kiosk.id, field(line, "package"));
    if (!package.ok()) {
        return package.error();
    }
    if (!package.value()) {
        log::error("outage_package_unknown", {{"kiosk", kiosk_actor(kiosk)}});
        return {};
    }
    if (line.event == OutageEvent::taken && field(line, "taken") == "yes") {
        return take(kiosk, *package.value(), line, merged);
    }
    if (!store::is_out(package.value()->state)) {
        return {};
    }
    const bool failed = line.event == OutageEvent::taken;
    const std::string reason = failed ? "not taken" : "given back";
    const auto freed = free(*package.value(), kiosk_actor(kiosk), reason, failed);
    const auto stepped =
        freed.ok() ? step(*package.value(), store::OutageState::back, kiosk_actor(kiosk), reason)
                   : Result<bool>(freed.error());
    merged.given_back += stepped.ok() && stepped.value() ? 1U : 0U;
    return stepped.ok() ? Result<void>() : stepped.error();
}

/// Who collected, as collector_detail; nothing: it is not the addressee, or nobody opened the
/// package.
Result<std::optional<std::string>> KioskOutage::detail_of(const store::KioskRow& kiosk,
                                                          const Package& package,
                                                          const OutageLine& line) {
    const auto proof = from_hex(field(line, "proof"));
    const auto sealed = from_base64(field(line, "who"));
    const auto who = sealed ? open_outage_text(*sealed, secret_of("who", package)) : std::nullopt;
    const auto said = who ? parse_json(*who, 2) : Result<JsonText>(Error{});
    const auto leg = store_.find_leg(package.leg);
    const auto document = store_.find_document(package.document);
    if (!leg.ok() || !document.ok()) {
        return leg.ok() ? document.error() : leg.error();
    }
    if (!proof || sha256(*proof) != package.nonce || !said.ok() || !leg.value() ||
        !document.value()) {
        return std::optional<std::string>();
    }
    const auto text = [&](std::string_view member) {
        return std::string(member_text(said.value().root(), member));
    };
    Collector collector;
    collector.capacity = "self";
    collector.identity = text("identity");
    collector.checked = text("checked");
    collector.number = Private<std::string>(text("number"));
    collector.name = Private<std::string>(text("name"));
    collector.place = kiosk.place;
    collector.copy = package.copy;
    const bool is_addressee = is_check_of_device(collector.checked) &&
                              check_collector(collector, china_date(clock_.now())).empty() &&
                              keys_.inbox_of(document.value()->department,
                                             addressee_code(collector)) == leg.value()->inbox;
    if (!is_addressee) {
        return std::optional<std::string>();
    }
    std::string detail = collector_detail(collector, keys_);
    detail.pop_back(); // its closing bracket
    return std::optional(detail + R"(,"kiosk":")" + to_hex(kiosk.id.view()) + R"(","release":")" +
                         to_hex(ByteView(package.nonce).first(8)) + R"(","outage":true})");
}

/// Why it is no service; empty: nothing is in the way.
Result<std::string> KioskOutage::find_objection(const Package& package,
                                                const std::vector<store::LegRow>& legs,
                                                TimeMs happened) {
    const auto collected = find_collected(store_, legs);
    const auto history = store_.status_history(package.document);
    if (!collected.ok() || !history.ok()) {
        return collected.ok() ? history.error() : collected.error();
    }
    if (collected.value() && !is_by(*collected.value(), package)) {
        return std::string("collected elsewhere too");
    }
    if (!store::is_out(package.state)) {
        return std::string("handed out after it was given back");
    }
    return std::string(held_at(history.value(), happened) ? ""
                                                          : "the document did not hold any more");
}

Result<void> KioskOutage::take(const store::KioskRow& kiosk, const Package& package,
                               const OutageLine& line, Merged& merged) {
    using State = store::OutageState;
    if (package.state == State::released || package.state == State::conflict) {
        return {};
    }
    // A clock that is off moves no service before the package, nor behind its being told.
    const TimeMs happened = std::clamp(line.at, package.made, std::max(package.made, clock_.now()));
    const auto legs = store_.legs_of(package.document);
    const auto detail = detail_of(kiosk, package, line);
    if (!legs.ok() || !detail.ok()) {
        return legs.ok() ? detail.error() : legs.error();
    }
    const auto objection = find_objection(package, legs.value(), happened);
    if (!objection.ok()) {
        return objection.error();
    }
    std::string reason = detail.value() ? objection.value() : "nobody proved to be the addressee";
    const auto served =
        reason.empty() ? collect(kiosk, package, *detail.value(), happened) : Result<bool>(false);
    if (!served.ok()) {
        return served.error();
    }
    merged.collected += served.value() ? 1U : 0U;
    if (served.value()) {
        reason = happened >= package.until ? "handed out past its time" : "";
    } else {
        reason = reason.empty() ? "the document was withdrawn or locked meanwhile" : reason;
        const auto freed = free(package, kiosk_actor(kiosk), reason, false);
        if (!freed.ok()) {
            return freed;
        }
    }
    if (!reason.empty()) {
        ++merged.conflicts;
        log::error("outage_conflict", {{"kiosk", kiosk_actor(kiosk)},
                                       {"document", to_text(package.document)},
                                       {"reason", reason}});
    }
    const auto stepped = step(package, reason.empty() ? State::released : State::conflict,
                              kiosk_actor(kiosk), reason, happened);
    return stepped.ok() ? Result<void>() : stepped.error();
}

/// False: its leg is over, or another has the lock.
Result<bool> KioskOutage::collect(const store::KioskRow& kiosk, const Package& package,
                                  const std::string& detail, TimeMs happened) {
    const TimeMs now = clock_.now();
    for (int tries = 0; tries < tries_max; ++tries) {
        const auto legs = store_.legs_of(package.document);
        if (!legs.ok()) {
            return legs.error();
        }
        const auto before = find_collected(store_, legs.value());
        if (!before.ok()) {
            return before.error();
        }
        if (before.value()) {
            return is_by(*before.value(), package); // told before, and the crash came behind it
        }
        const auto leg =
            std::find_if(legs.value().begin(), legs.value().end(),
                         [&](const store::LegRow& each) { return each.id == package.leg; });
        auto update =
            leg == legs.value().end() ? std::nullopt : settle_collected(*leg, detail, now);
        if (!update) {
            return false;
        }
        update->events.back().happened = happened; // the day of service is when it was taken
        update->audit = store::AuditRow{now, kiosk_actor(kiosk), "collected",
                                        to_text(package.document), detail};
        const auto done = store_.collect({package.leg,
                                          {package.document, legs.value()},
                                          package.nonce,
                                          *std::move(update),
                                          now});
        if (!done.ok() || done.value() != store::Collected::moved) {
            return done.ok() ? Result<bool>(done.value() == store::Collected::collected)
                             : done.error();
        }
    }
    return Error{Fault::unavailable, "the leg moves at this moment"};
}

} // namespace songda::delivery
