#include "delivery/service_receipt.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.hpp"
#include "base/text_codec.hpp"
#include "base/utf8.hpp"
#include "delivery/channel_kind.hpp"
#include "delivery/collector.hpp"
#include "delivery/service_case.hpp"
#include "delivery/service_rules.hpp"
#include "store/evidence.hpp"

namespace songda::delivery {
namespace {

/// The template's words, 民事诉讼法第八十七条至第九十五条.
constexpr std::array<std::string_view, 7> ways = {"直接送达", "留置送达", "电子送达", "委托送达",
                                                  "邮寄送达", "转交送达", "公告送达"};
constexpr std::size_t remark_characters_max = 200;
/// So much that the form stays on one page; the package of evidence has all of it.
constexpr std::size_t head_digits = 16;
constexpr std::size_t time_shown = 19; // without the zone, which paper does not show

/// By which it was served, in the words of the receipt. Nobody signs for what was not handed to
/// somebody: the post has a receipt of its own, and what is left, published or sent has no hand.
struct Served {
    std::string_view way;
    std::string place;
    std::string received_by = {};
    std::string proxy = {}; ///< who took it for the recipient, and why
    std::string proxy_reason = {};
};

std::string_view way_of(ChannelKind channel) {
    switch (channel) {
    case ChannelKind::kiosk:
    case ChannelKind::counter: return "直接送达";
    case ChannelKind::post: return "邮寄送达";
    default: return "电子送达";
    }
}

/// Who took it in person is what the event says that it is service by; whoever only recorded that
/// it was taken does not say.
Result<void> name_receiver(store::Store& store, const store::ServiceEntry& basis,
                           std::string_view recipient, Served& served) {
    const auto events = store.leg_events(*basis.leg);
    if (!events.ok()) {
        return events.error();
    }
    for (const store::LegEvent& event : events.value()) {
        const auto detail = event.happened == basis.happened && is_collector_detail(event.detail)
                                ? parse_json(event.detail, 2)
                                : Result<JsonText>(Error{});
        if (!detail.ok()) {
            continue;
        }
        const rapidjson::Value& who = detail.value().root();
        if (member_text(who, "collector") == "agent") {
            served.proxy = member_text(who, "name");
            served.proxy_reason =
                fmt::format("受托人，授权委托书 {}（{}）", member_text(who, "mandate"),
                            member_text(who, "mandate_day"));
        } else {
            served.received_by = recipient;
        }
        break;
    }
    return {};
}

Result<Served> served_over(store::Store& store, const store::LegRow& leg,
                           const store::ServiceEntry& basis, std::string_view recipient) {
    const auto channel = static_cast<ChannelKind>(leg.channel);
    Served served{way_of(channel), std::string(channel_name_zh(channel))};
    if (!leg.address.reveal().empty()) {
        served.place += " " + leg.address.reveal();
    }
    const auto named =
        served.way == "直接送达" ? name_receiver(store, basis, recipient, served) : Result<void>();
    return named.ok() ? Result(std::move(served)) : Result<Served>(named.error());
}

/// What a person wrote names the one way, or nobody can know it.
Result<Served> served_by_hand(const store::ServiceEntry& entry, std::string_view recipient) {
    std::vector<std::string_view> named;
    std::copy_if(ways.begin(), ways.end(), std::back_inserter(named),
                 [&](std::string_view way) { return entry.detail.find(way) != std::string::npos; });
    if (named.size() != 1) {
        return Error{Fault::invalid_input,
                     fmt::format("人工送达的记录须写明且只写明一种送达方式 the entry of service by "
                                 "hand must name exactly one way: {}",
                                 fmt::join(ways, "、"))};
    }
    Served served{named.front(), "见送达记录"};
    const bool by_hand =
        served.way == "直接送达" || served.way == "委托送达" || served.way == "转交送达";
    served.received_by = by_hand ? recipient : std::string_view();
    return served;
}

Result<Served> find_served(store::Store& store, const store::ServiceEntry& basis,
                           std::string_view recipient) {
    if (!basis.leg) {
        return served_by_hand(basis, recipient);
    }
    const auto leg = store.find_leg(*basis.leg);
    if (!leg.ok() || !leg.value()) {
        return leg.ok() ? Error{Fault::corrupt, "served by a leg that is not there"} : leg.error();
    }
    return served_over(store, *leg.value(), basis, recipient);
}

/// Empty where nothing says it: a person served it.
std::string consent_words(const ServiceCase& service) {
    if (service.consent) {
        return fmt::format("{} {}（{}）", service.consent->form, service.consent->version,
                           to_text(service.consent->day));
    }
    return service.basis->leg ? "受送达人凭链接和领取码自行查收" : "";
}

/// Cut between characters.
std::string at_most(std::string_view text, std::size_t characters_max) {
    std::u32string points = to_code_points(text);
    points.resize(std::min(points.size(), characters_max));
    std::string cut;
    for (const char32_t point : points) {
        append_utf8(cut, point);
    }
    return cut;
}

void put_fields(JsonObject& json, std::string& to, const store::DocumentRow& document,
                const Served& served, const ServiceCase& service, std::string_view remark) {
    json.begin("fields");
    JsonObject fields(to);
    fields.text("document_title", at_most(document.title, 60));
    fields.text("document_number",
                document.number.empty() ? to_text(document.key) : at_most(document.number, 60));
    fields.text("way", served.way);
    fields.text("place", at_most(served.place, 120));
    fields.text("received_on", to_text(china_date(service.basis->happened)));
    fields.text_if("received_by", at_most(served.received_by, 60));
    fields.text_if("proxy", at_most(served.proxy, 60));
    fields.text_if("proxy_reason", at_most(served.proxy_reason, 100));
    if (served.way == "电子送达") {
        fields.text_if("consent", at_most(consent_words(service), 100));
    }
    fields.text("deliverer", at_most(document.department_name, 60));
    fields.text("remark", at_most(remark, remark_characters_max));
    fields.end();
}

/// Over the first way that the document itself went, so that its recipient has the receipt too.
bool put_delivery(JsonObject& recipient, std::string& delivery, const store::LegRow& leg) {
    switch (static_cast<ChannelKind>(leg.channel)) {
    case ChannelKind::portal: recipient.text("portal_account", leg.address.reveal()); break;
    case ChannelKind::email: recipient.text("email", leg.address.reveal()); break;
    case ChannelKind::fax: recipient.text("fax", leg.address.reveal()); break;
    case ChannelKind::post: recipient.text("address", leg.address.reveal()); break;
    case ChannelKind::kiosk:
    case ChannelKind::counter: break;
    default: return false;
    }
    delivery = channel_name(static_cast<ChannelKind>(leg.channel));
    return true;
}

Result<std::optional<store::DocumentRow>>
find_receipt(store::Store& store, const DepartmentCode& department, std::string_view key) {
    const auto found = store.find_idempotent(department, key);
    if (!found.ok()) {
        return found.error();
    }
    return found.value() ? store.find_document_for(department, found.value()->document)
                         : Result(std::optional<store::DocumentRow>());
}

/// Which service of the document it is: one that was taken back or came to be known earlier had a
/// receipt of its own, and the number of a case is used once. Empty: the first.
std::string ordinal_of(const std::vector<store::ServiceEntry>& entries,
                       const store::ServiceEntry& basis) {
    std::size_t ordinal = 0;
    for (const store::ServiceEntry& each : entries) {
        const auto step = static_cast<ServiceStep>(each.kind);
        ordinal += step == ServiceStep::served || step == ServiceStep::served_by_hand ? 1U : 0U;
        if (each == basis) {
            break;
        }
    }
    return ordinal > 1 ? fmt::format("/{}", ordinal) : std::string();
}

} // namespace

Result<ReceiptDecision> decide_receipt(store::Store& store, const store::DocumentRow& document,
                                       std::string_view record, TimeMs now) {
    const auto json = parse_json(record);
    const auto service = find_service_case(store, document, now);
    const auto evidence = store.evidence_of(document.id);
    const auto legs = store.legs_of(document.id);
    const auto entries = store.service_entries(document.id);
    if (!json.ok() || !service.ok() || !evidence.ok() || !legs.ok() || !entries.ok()) {
        return Error{Fault::corrupt, "the delivery of the document cannot be read"};
    }
    if (service.value().state != ServiceState::served || !service.value().basis ||
        evidence.value().empty()) {
        return Error{Fault::conflict,
                     "not served: " + std::string(state_name(service.value().state))};
    }
    const rapidjson::Value* const recipient = find_member(json.value().root(), "recipient");
    const std::string_view name =
        recipient != nullptr ? member_text(*recipient, "name") : std::string_view();
    const store::ServiceEntry& basis = *service.value().basis;
    const auto served = find_served(store, basis, name);
    if (!served.ok() || recipient == nullptr) {
        return served.ok() ? Error{Fault::corrupt, "the record names no recipient"}
                           : served.error();
    }
    std::string time = to_china_time(basis.happened).substr(0, time_shown);
    std::replace(time.begin(), time.end(), 'T', ' ');
    const std::string head = to_hex(hash_of(evidence.value().back()));
    const std::string remark = fmt::format(
        "{} 送达，规则 {}（{}）；送达证据{}条，末条 SHA-256 前{}位 {}", time,
        basis.rule.empty() ? "人工" : basis.rule,
        basis.rules_version.empty() ? service_rules_version : std::string_view(basis.rules_version),
        evidence.value().size(), head_digits, head.substr(0, head_digits));

    ReceiptDecision decision;
    decision.idempotency_key =
        fmt::format("service-receipt/{}/{}", to_text(document.id), basis.happened.value);
    std::string& to = decision.json;
    JsonObject object(to);
    object.text("template", "service-receipt");
    object.text("case_number", at_most(document.case_number, 40) + "/" + to_text(document.key) +
                                   ordinal_of(entries.value(), basis));
    object.text("decided_on", to_text(china_date(std::max(basis.learned, basis.happened))));
    object.begin("recipient");
    JsonObject person(to);
    person.text("kind", member_text(*recipient, "kind"));
    person.text("name", name);
    person.text("code", member_text(*recipient, "code"));
    std::string way;
    const auto leg = std::find_if(legs.value().begin(), legs.value().end(), [&](const auto& each) {
        return each.purpose == store::LegPurpose::service && put_delivery(person, way, each);
    });
    person.end();
    if (leg == legs.value().end()) {
        return Error{Fault::invalid_input, "the document went no way that a receipt can go"};
    }
    put_fields(object, to, document, served.value(), service.value(), remark);
    object.raw("delivery", "[\"" + way + "\"]");
    object.end();
    auto issued = find_receipt(store, document.department, decision.idempotency_key);
    if (!issued.ok()) {
        return issued.error();
    }
    decision.issued = std::move(issued).value();
    return decision;
}

} // namespace songda::delivery
