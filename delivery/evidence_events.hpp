#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "delivery/channel_kind.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/service_case.hpp"
#include "store/rows.hpp"

/// What ETSI EN 319 522 calls the things that happen in a delivery. One table;
/// docs/states/evidence.md is printed from it.
namespace songda::delivery {

/// What a leg is to its addressee, by purpose and channel.
enum class Manner : std::uint8_t {
    system,    ///< into the recipient's own system: the portal (an ERDS relay)
    carrier,   ///< by who is no delivery service of that kind: mail relay, fax, post
    in_person, ///< offered at a counter or a kiosk
    telling,   ///< it tells and serves nothing
};
inline constexpr std::size_t manner_count = 4;

[[nodiscard]] constexpr Manner manner_of(ChannelKind channel, store::LegPurpose purpose) {
    if (purpose != store::LegPurpose::service) {
        return Manner::telling;
    }
    switch (channel) {
    case ChannelKind::portal: return Manner::system;
    case ChannelKind::email:
    case ChannelKind::fax:
    case ChannelKind::post: return Manner::carrier;
    case ChannelKind::kiosk:
    case ChannelKind::counter: return Manner::in_person;
    case ChannelKind::sms:
    case ChannelKind::wechat:
    case ChannelKind::voice:
    case ChannelKind::web_push: break;
    }
    return Manner::telling;
}

/// Names of events are the last part of `http://uri.etsi.org/19522/Event/…` (EN 319 522-3 table 2,
/// v1.2.1). One that does not begin with a capital says why there is none.
struct EvidenceName {
    LegStep step;
    std::array<std::string_view, manner_count> names; ///< in the order of Manner
};

namespace detail {
inline constexpr std::string_view inside = "inside the house";
inline constexpr std::string_view unsure = "nothing is known";
inline constexpr std::string_view underway = "on its way";
inline constexpr std::string_view one_try = "one attempt of several";
inline constexpr std::string_view by_sender = "the sender's own step";
inline constexpr std::string_view contest = "a contest, not an event";
inline constexpr std::string_view consigned = "ContentConsignment";
inline constexpr std::string_view not_consigned = "ContentConsignmentFailure";
inline constexpr std::string_view handed = "ContentHandover";
inline constexpr std::string_view offered = "NotificationForAcceptance";
inline constexpr std::string_view rejected = "ConsignmentRejection";
inline constexpr std::string_view expiry = "AcceptanceRejectionExpiry";
inline constexpr std::string_view told = "ConsignmentNotification";
inline constexpr std::string_view not_told = "ConsignmentNotificationFailure";
inline constexpr std::string_view relayed = "RelayToNonERDS";
inline constexpr std::string_view not_relayed = "RelayToNonERDSFailure";

constexpr EvidenceName everywhere(LegStep step, std::string_view name) {
    return {step, {name, name, name, name}};
}

inline constexpr std::array evidence_names = {
    everywhere(LegStep::hold, inside),
    everywhere(LegStep::enqueue, inside),
    everywhere(LegStep::release, inside),
    everywhere(LegStep::cancel, by_sender),
    EvidenceName{LegStep::deadline, {not_consigned, not_consigned, expiry, not_told}},
    everywhere(LegStep::lease, inside),
    EvidenceName{LegStep::accepted, {"RelayAcceptance", relayed, offered, told}},
    EvidenceName{LegStep::reached, {consigned, consigned, consigned, "NotificationDelivered"}},
    EvidenceName{LegStep::offered, {offered, offered, offered, told}},
    everywhere(LegStep::temp_fail, one_try),
    EvidenceName{LegStep::perm_fail, {"RelayRejection", not_relayed, not_consigned, not_told}},
    everywhere(LegStep::ambiguous, unsure),
    everywhere(LegStep::lease_lost, unsure),
    everywhere(LegStep::due, inside),
    EvidenceName{LegStep::exhausted, {"RelayFailure", not_relayed, not_consigned, not_told}},
    EvidenceName{LegStep::found_accepted, {"RelayAcceptance", relayed, offered, told}},
    everywhere(LegStep::found_absent, one_try),
    everywhere(LegStep::idempotent_resend, inside),
    EvidenceName{LegStep::late_report_reached,
                 {consigned, consigned, consigned, "NotificationDelivered"}},
    EvidenceName{LegStep::give_up, {"RelayFailure", not_relayed, not_consigned, not_told}},
    everywhere(LegStep::moving, underway),
    EvidenceName{LegStep::attempt_failed, {one_try, "ContentHandoverFailure", one_try, one_try}},
    EvidenceName{LegStep::ack, {handed, handed, handed, "NotificationAccessTracking"}},
    EvidenceName{LegStep::refused, {rejected, rejected, rejected, not_told}},
    EvidenceName{LegStep::bounce, {not_consigned, not_consigned, not_consigned, not_told}},
    everywhere(LegStep::void_order, by_sender),
    everywhere(LegStep::returning, underway),
    everywhere(LegStep::intercept, by_sender),
    everywhere(LegStep::no_news, unsure),
    EvidenceName{LegStep::lost, {not_consigned, not_consigned, not_consigned, not_told}},
    EvidenceName{LegStep::collect, {handed, handed, handed, "NotificationAccessTracking"}},
    everywhere(LegStep::renotify, told),
    everywhere(LegStep::withdraw, by_sender),
    EvidenceName{LegStep::returned, {not_consigned, not_consigned, not_consigned, not_told}},
    everywhere(LegStep::correction, contest),
    everywhere(LegStep::upheld, contest),
    EvidenceName{LegStep::overturned, {not_consigned, not_consigned, not_consigned, not_told}},
    everywhere(LegStep::replay, by_sender),
};
} // namespace detail
inline constexpr const auto& evidence_names = detail::evidence_names;

/// What a service case's entry is called.
struct ServiceEvidenceName {
    ServiceStep step;
    std::string_view name;
};
inline constexpr std::array service_evidence_names = {
    ServiceEvidenceName{ServiceStep::served, "a conclusion from an event with a record of its own"},
    ServiceEvidenceName{ServiceStep::unserved, detail::not_consigned},
    ServiceEvidenceName{ServiceStep::disputed, detail::contest},
    ServiceEvidenceName{ServiceStep::upheld, detail::contest},
    ServiceEvidenceName{ServiceStep::overturned, detail::not_consigned},
    ServiceEvidenceName{ServiceStep::by_hand, detail::by_sender},
    ServiceEvidenceName{ServiceStep::served_by_hand, detail::handed},
    ServiceEvidenceName{ServiceStep::closed, detail::by_sender},
};
/// Of what is no step.
inline constexpr std::string_view taken_in_name = "SubmissionAcceptance";
inline constexpr std::string_view opened_name = "ContentAccessTracking";

[[nodiscard]] constexpr bool is_evidence_name(std::string_view name) {
    return !name.empty() && name.front() >= 'A' && name.front() <= 'Z';
}

/// The name, or why there is none.
[[nodiscard]] constexpr std::string_view evidence_name(LegStep step, Manner manner) {
    for (const EvidenceName& each : evidence_names) {
        if (each.step == step) {
            return each.names[static_cast<std::size_t>(manner)];
        }
    }
    return "";
}
[[nodiscard]] constexpr std::string_view evidence_name(ServiceStep step) {
    for (const ServiceEvidenceName& each : service_evidence_names) {
        if (each.step == step) {
            return each.name;
        }
    }
    return "";
}

} // namespace songda::delivery
