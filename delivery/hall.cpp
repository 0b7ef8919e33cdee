#include "delivery/hall.hpp"

#include <algorithm>
#include <map>

#include "delivery/channel_kind.hpp"
#include "delivery/leg_state.hpp"
#include "delivery/place_leg.hpp"
#include "delivery/standing.hpp"

namespace songda::delivery {
namespace {

constexpr std::size_t digits_max = 4;
/// Of one department and channel that are looked at: those whose time comes first.
constexpr std::size_t legs_max = 2000;

/// Where each document waits, newest first: ids grow with time.
using Waiting = std::map<DocumentId, ReadyInHall, std::greater<>>;

Result<void> add_waiting(store::Store& store, const DepartmentCode& department, ChannelKind kind,
                         Waiting& to) {
    const auto legs = store.due_legs(static_cast<std::uint8_t>(kind), department, legs_max);
    if (!legs.ok()) {
        return legs.error();
    }
    for (const store::LegRow& leg : legs.value()) {
        if (is_service(leg) && leg_state(leg.state) == LegState::available) {
            ReadyInHall& row = to[leg.document];
            row.at_counter = row.at_counter || kind == ChannelKind::counter;
            row.at_kiosk = row.at_kiosk || kind == ChannelKind::kiosk;
        }
    }
    return {};
}

} // namespace

std::string short_number(std::string_view number) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto last = std::find_if(number.rbegin(), number.rend(), is_digit);
    const auto end = std::find_if_not(last, number.rend(), is_digit);
    const auto length = std::min<std::ptrdiff_t>(end - last, digits_max);
    return {last.base() - length, last.base()};
}

Result<std::vector<ReadyInHall>>
ready_in_hall(store::Store& store, const std::vector<DepartmentCode>& departments, TimeMs now) {
    Waiting waiting;
    for (const DepartmentCode& department : departments) {
        for (const ChannelKind kind : {ChannelKind::counter, ChannelKind::kiosk}) {
            const auto added = add_waiting(store, department, kind, waiting);
            if (!added.ok()) {
                return added.error();
            }
        }
    }
    std::vector<ReadyInHall> ready;
    for (auto& [id, row] : waiting) {
        const auto document = store.find_document(id);
        if (!document.ok()) {
            return document.error();
        }
        if (!document.value()) {
            return Error{Fault::corrupt, "a leg of a document that is not there"};
        }
        const auto standing = find_standing(store, *document.value(), now);
        if (!standing.ok()) {
            return standing.error();
        }
        if (standing.value().holds != store::DocumentStatus::valid || standing.value().awaited) {
            continue;
        }
        row.name = document.value()->holder_masked;
        row.number = short_number(document.value()->number);
        ready.push_back(std::move(row));
        if (ready.size() == hall_rows_max) {
            break;
        }
    }
    return ready;
}

} // namespace songda::delivery
