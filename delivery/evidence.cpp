#include "delivery/evidence.hpp"

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "base/utf8.hpp"
#include "delivery/channel.hpp"
#include "delivery/collector.hpp"
#include "delivery/evidence_events.hpp"
#include "delivery/leg_watch.hpp"
#include "delivery/service_rules.hpp"
#include "delivery/settle.hpp"

namespace songda::delivery {
namespace {

using ledger::EvidenceRecord;

/// Replies of strangers may quote whom we wrote to, and may be no text at all.
std::string free_of(std::string text, std::string_view address) {
    for (std::size_t at = text.find(address); !address.empty() && at != std::string::npos;
         at = text.find(address, at + 1)) {
        text.replace(at, address.size(), "*");
    }
    return find_bad_utf8(text) ? std::string("*") : text;
}

bool is_negative(LegState state) {
    return state == LegState::retry_wait || state == LegState::refused ||
           state == LegState::expired || state == LegState::returned || state == LegState::failed;
}

/// The number of the paper copy, as we spell a collector's detail; empty: there was none.
std::string_view copy_of(std::string_view collector) {
    constexpr std::string_view mark = "\"copy\":";
    const std::size_t found = collector.find(mark);
    if (found == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = collector.substr(found + mark.size());
    return rest.substr(0, rest.find_first_not_of("0123456789"));
}

/// Who took it and how that was checked, in codes. Name, person and place stay with the leg.
std::string codes_of(std::string_view collector) {
    const auto json = parse_json(collector, 2);
    std::string codes;
    JsonObject to(codes);
    if (json.ok()) {
        const rapidjson::Value& from = json.value().root();
        for (const char* const name : {"collector", "identity", "checked"}) {
            to.text_if(name, member_text(from, name));
        }
        const std::string_view copy = copy_of(collector);
        if (!copy.empty()) {
            to.raw("copy", copy);
        }
    }
    to.end();
    return codes;
}

/// How whoever takes a document over this channel is known.
std::string_view authentication_of(ChannelKind channel, store::LegPurpose purpose) {
    switch (manner_of(channel, purpose)) {
    case Manner::system: return "link-and-code";
    case Manner::carrier: return channel == ChannelKind::email ? "link-and-code" : "";
    case Manner::in_person: return "identity-check";
    case Manner::telling: break;
    }
    return "";
}

void say_event(EvidenceRecord& record, const store::LegRow& leg, const store::LegEvent& event) {
    const auto channel = static_cast<ChannelKind>(leg.channel);
    const auto state = leg_state(event.state_after);
    const auto step = parse_step(event.kind);
    const std::string_view name =
        step ? evidence_name(*step, manner_of(channel, leg.purpose)) : std::string_view();
    record.event = is_evidence_name(name) ? name : std::string_view();
    record.code = "leg." + event.kind;
    record.happened = event.happened;
    record.learned = event.learned;
    record.trail = is_collector_detail(event.detail) ? codes_of(event.detail)
                                                     : free_of(event.detail, leg.address.reveal());
    record.trace = event.trace;
    record.way->state = state ? state_name(*state) : "unknown";
    const bool negative =
        state && (is_negative(*state) || record.event.ends_with("Failure")) && step;
    const bool positive =
        step && state && (*state == LegState::reached || *state == LegState::acknowledged);
    record.result = negative ? "negative" : positive ? "positive" : "neutral";
    if (negative || state == LegState::cancelled || state == LegState::held) {
        record.reason = negative && leg.reason.empty() ? event.kind : leg.reason;
    }
    if (event.detail == operator_detail) {
        record.actor = operator_detail; // by name in the audit, with the leg and the moment
    } else if (step == LegStep::ack || step == LegStep::collect) {
        record.authentication = authentication_of(channel, leg.purpose);
    }
}

void say_service(EvidenceRecord& record, const store::ServiceEntry& entry,
                 const EvidenceKeys& keys) {
    const auto step = static_cast<ServiceStep>(entry.kind);
    const std::string_view name = evidence_name(step);
    record.event = is_evidence_name(name) ? name : std::string_view();
    record.code = "service." + std::string(step_name(step));
    record.rules =
        entry.rules_version.empty() ? std::string(service_rules_version) : entry.rules_version;
    record.happened = entry.happened;
    record.learned = entry.learned;
    record.rule = entry.rule;
    record.actor = entry.actor;
    record.trail = entry.detail.empty() ? "" : words_trail(keys.words(entry.detail));
    const bool negative = step == ServiceStep::unserved || step == ServiceStep::overturned ||
                          step == ServiceStep::closed;
    const bool positive = step == ServiceStep::served || step == ServiceStep::served_by_hand ||
                          step == ServiceStep::upheld;
    record.result = negative ? "negative" : positive ? "positive" : "neutral";
    record.reason = negative ? std::string(step_name(step)) : "";
}

void say_what_happened(EvidenceRecord& record, const store::Testified& what,
                       const EvidenceKeys& keys) {
    record.result = "neutral";
    if (what.event != nullptr) {
        say_event(record, *what.leg, *what.event);
    } else if (what.service != nullptr) {
        say_service(record, *what.service, keys);
    } else if (what.consent != nullptr) {
        record.code = what.consent->given ? "consent.given" : "consent.withdrawn";
        record.happened = what.consent->at;
        record.learned = what.consent->at;
        record.actor = what.consent->actor;
    } else if (what.opened != nullptr) {
        record.event = opened_name;
        record.code = "document.opened";
        record.happened = *what.opened->opened;
        record.learned = *what.opened->opened;
        record.authentication = "link-and-code";
        record.result = "positive";
    } else {
        record.event = taken_in_name;
        record.code = "service.taken_in";
        record.happened = what.document.issued_at;
        record.learned = what.document.issued_at;
        record.result = "positive";
    }
}

} // namespace

Digest EvidenceKeys::addressee(const store::InboxId& inbox) const {
    Bytes input = {'a', 'd', 'd', 'r', 'e', 's', 's', 'e', 'e', 0};
    append(input, inbox.view());
    return hmac_sha256(secret_, input);
}

Digest EvidenceKeys::address(std::string_view channel, std::string_view address) const {
    std::string input = "address";
    input += '\0';
    input += channel;
    input += '\0';
    input += address;
    return hmac_sha256(secret_, as_bytes(input));
}

Digest EvidenceKeys::words(std::string_view text) const {
    Bytes input = {'w', 'o', 'r', 'd', 's', 0};
    append(input, text);
    return hmac_sha256(secret_, input);
}

std::string words_trail(const Digest& words) {
    return "hmac-sha256:" + to_hex(words);
}

EvidenceRecord evidence_of(const store::Testified& what, const EvidenceKeys& keys) {
    const store::DocumentRow& document = what.document;
    EvidenceRecord record;
    record.position = what.position;
    record.previous = what.previous;
    record.rules = service_rules_version;
    record.document = {document.id,    document.number,    document.type_code,
                       document.title, document.file_hash, what.file_hash};
    record.sender = document.department_name;
    record.sender_code = document.department.text;
    record.capacity = "addressee";
    if (what.inbox != nullptr) {
        record.addressee = keys.addressee(*what.inbox);
    }
    if (what.last_consent != nullptr) {
        const store::ConsentEntry& consent = *what.last_consent;
        record.consent = {consent.given, consent.form, consent.version, consent.day};
    }
    if (what.leg != nullptr) {
        const auto channel = channel_name(static_cast<ChannelKind>(what.leg->channel));
        record.way = {std::string(channel), what.leg->id,
                      std::string(purpose_name(what.leg->purpose)),
                      keys.address(channel, what.leg->address.reveal()), ""};
        if (what.leg->purpose == store::LegPurpose::supervision) {
            record.capacity = "supervisor";
        }
    }
    say_what_happened(record, what, keys);
    return record;
}

store::Testify make_testify(const EvidenceKeys& keys) {
    return [keys](const store::Testified& what) { return write_record(evidence_of(what, keys)); };
}

} // namespace songda::delivery
