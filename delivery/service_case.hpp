#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "store/store.hpp"

/// The service case 送达任务: the one obligation to serve a document on its recipient, over all its
/// legs (delivery.md §1.5). What counts is in service_rules.hpp; what happened is an append-only
/// list of entries in the store, written in the transaction in which a leg moved.
namespace songda::delivery {

/// What an entry says. The numbers are stored in ServiceEntry::kind; never renumber, never reuse.
enum class ServiceStep : std::uint8_t {
    served = 1,     ///< a rule says that a leg's event is service
    unserved = 2,   ///< every way came to nothing
    disputed = 3,   ///< the leg that served is contested
    upheld = 4,     ///< it had arrived
    overturned = 5, ///< it had not: a late bounce, or a decision
    by_hand = 6, ///< a person takes it over (直接送达、留置送达、委托送达、公告送达)
    served_by_hand = 7, ///< and has served it
    closed = 8,         ///< nothing more will be tried; the detail says why
};

enum class ServiceState : std::uint8_t {
    planned,     ///< nothing has left the house
    in_progress, ///< on its way, or where the recipient has not opened it
    served,
    unserved,
    by_hand,
    closed,
    disputed,
    revoked, ///< the document does not hold any more: it is not to be served
};
inline constexpr std::size_t service_state_count = 8;

/// One allowed step. Everything not listed is refused.
struct ServiceTransition {
    ServiceState from;
    ServiceStep step;
    ServiceState to;
};

namespace service_table {
using enum ServiceState;
/// `served` may come again: a success that happened before the one that was known first.
inline constexpr std::array service_transitions = {
    ServiceTransition{in_progress, ServiceStep::served, served},
    ServiceTransition{in_progress, ServiceStep::unserved, unserved},
    ServiceTransition{in_progress, ServiceStep::by_hand, by_hand},
    ServiceTransition{in_progress, ServiceStep::closed, closed},
    ServiceTransition{unserved, ServiceStep::served, served},
    ServiceTransition{unserved, ServiceStep::by_hand, by_hand},
    ServiceTransition{unserved, ServiceStep::closed, closed},
    ServiceTransition{by_hand, ServiceStep::served, served},
    ServiceTransition{by_hand, ServiceStep::served_by_hand, served},
    ServiceTransition{by_hand, ServiceStep::closed, closed},
    ServiceTransition{closed, ServiceStep::served, served},
    ServiceTransition{closed, ServiceStep::by_hand, by_hand},
    ServiceTransition{served, ServiceStep::served, served},
    ServiceTransition{served, ServiceStep::disputed, disputed},
    ServiceTransition{served, ServiceStep::overturned, unserved},
    ServiceTransition{disputed, ServiceStep::upheld, served},
    ServiceTransition{disputed, ServiceStep::overturned, unserved},
    ServiceTransition{disputed, ServiceStep::served, served},
};
} // namespace service_table
inline constexpr const auto& service_transitions = service_table::service_transitions;

[[nodiscard]] constexpr std::optional<ServiceState> state_after(ServiceState from,
                                                                ServiceStep step) {
    for (const ServiceTransition& each : service_transitions) {
        if (each.from == from && each.step == step) {
            return each.to;
        }
    }
    return std::nullopt;
}

/// `in_progress`, as the API and pages say it; 送达中.
[[nodiscard]] std::string_view state_name(ServiceState state);
[[nodiscard]] std::string_view state_name_zh(ServiceState state);
[[nodiscard]] std::string_view step_name(ServiceStep step);
[[nodiscard]] std::string_view step_name_zh(ServiceStep step);

/// How a case stands by its entries: a fold, of which `planned` and `revoked` are no result.
struct ServiceFold {
    ServiceState state = ServiceState::in_progress;
    std::optional<store::ServiceEntry> basis = {}; ///< by which it is, or is said to be, served
    std::optional<store::ServiceEntry> last = {};
};
/// Of entries that the table allows; others, which nobody wrote, are passed over.
[[nodiscard]] ServiceFold fold_service(std::span<const store::ServiceEntry> entries);

/// What follows for the case and the other legs when one leg of service moved. Pure; as
/// store::FollowLeg, inside the transaction.
[[nodiscard]] store::ServiceAftermath follow_service(const store::MovedLeg& moved);

/// A document's service case as it stands.
struct ServiceCase {
    ServiceState state = ServiceState::planned;
    TimeMs since;
    std::optional<store::ServiceEntry> basis = {};
    std::optional<store::ConsentEntry> consent = {}; ///< the one in force
    std::optional<Date> serve_by = {}; ///< the last day of the term that the law gives
};
/// At `now`: what expires holds no more from then on.
[[nodiscard]] Result<ServiceCase> find_service_case(store::Store& store,
                                                    const store::DocumentRow& document, TimeMs now);

} // namespace songda::delivery
