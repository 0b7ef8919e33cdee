#include "store/lmdb/aftermath.hpp"

#include <algorithm>
#include <iterator>

#include "store/limits.hpp"
#include "store/lmdb/evidence_rows.hpp"
#include "store/lmdb/leg_rows.hpp"
#include "store/lmdb/rows_access.hpp"
#include "store/lmdb/status_rows.hpp"

namespace songda::store {
namespace {

/// Copies that hold themselves: until now they held with their main, or fell with it.
Result<std::vector<DocumentRow>> copies_of(Transaction& rows, const DocumentRow& main) {
    std::vector<DocumentRow> copies;
    Result<void> state;
    std::size_t looked_at = 0;
    for_each_under(rows, Table::related, main.id.view(), [&](const Entry& entry) {
        const auto id = last_id<DocumentId>(entry.key);
        if (!id || entry.value.size() != 1 || !is_copy(static_cast<RelationKind>(entry.value[0]))) {
            return ++looked_at < list_rows_max;
        }
        auto copy = find_row<DocumentRow>(rows, Table::document, id->view());
        const auto own = copy.ok() && copy.value() ? last_status(rows, *copy.value())
                                                   : Error{Fault::corrupt, "no such copy"};
        state = own.ok() ? state : own.error();
        if (own.ok() && own.value().change.status == DocumentStatus::valid) {
            copies.push_back(*std::move(copy).value());
        }
        return state.ok() && ++looked_at < list_rows_max;
    });
    if (!state.ok()) {
        return state.error();
    }
    return copies;
}

/// A copy that holds itself holds as its main does.
Result<DocumentStatus> holds_now(Transaction& rows, const DocumentRow& changed,
                                 const StatusEntry& entry) {
    const auto own = entry.change.status;
    if (own != DocumentStatus::valid || !changed.relation || !is_copy(changed.relation->kind)) {
        return own;
    }
    const auto main =
        find_row<DocumentRow>(rows, Table::document, changed.relation->document.view());
    if (!main.ok() || !main.value()) {
        return main.ok() ? Error{Fault::corrupt, "a copy without its main"} : main.error();
    }
    const auto last = last_status(rows, *main.value());
    return last.ok() ? Result<DocumentStatus>(last.value().change.status) : last.error();
}

Result<void> check_changed(const LegRow& before, const LegUpdate& update) {
    Result<void> checked = check_updated_row(before, update);
    return checked.ok() ? check_leg_update(update) : checked;
}

/// Everything that `follow` says of one document, looked at.
Result<void> take(Transaction& rows, const TouchedDocument& touched, const Follow& follow,
                  std::vector<FollowedLeg>& to) {
    Aftermath after = follow(touched);
    for (LegWrite& write : after.legs) {
        Result<void> checked = check_added_leg(rows, touched.document, write);
        if (!checked.ok()) {
            return checked;
        }
        to.push_back({std::move(write), std::nullopt, {}});
    }
    auto changed = look_at_changes(touched.legs, std::move(after.changes));
    if (!changed.ok()) {
        return changed.error();
    }
    std::move(changed.value().begin(), changed.value().end(), std::back_inserter(to));
    return {};
}

} // namespace

Result<std::vector<FollowedLeg>> look_at_changes(const std::vector<LegRow>& legs,
                                                 std::vector<Aftermath::Change> changes) {
    std::vector<FollowedLeg> followed;
    for (Aftermath::Change& change : changes) {
        const auto before = std::find_if(legs.begin(), legs.end(),
                                         [&](const LegRow& leg) { return leg.id == change.leg; });
        const Result<void> checked = before == legs.end()
                                         ? Error{Fault::invalid_input, "change of another's leg"}
                                         : check_changed(*before, change.update);
        if (!checked.ok()) {
            return checked.error();
        }
        followed.push_back({{}, *before, std::move(change.update)});
    }
    return followed;
}

Result<std::vector<FollowedLeg>> look_after(Transaction& rows, const DocumentRow& changed,
                                            const StatusEntry& entry, const Follow& follow) {
    std::vector<FollowedLeg> followed;
    if (!follow) {
        return followed;
    }
    const auto holds = holds_now(rows, changed, entry);
    auto copies = copies_of(rows, changed);
    if (!holds.ok() || !copies.ok()) {
        return holds.ok() ? copies.error() : holds.error();
    }
    std::vector<DocumentRow> touched = std::move(copies).value();
    touched.insert(touched.begin(), changed);
    for (const DocumentRow& document : touched) {
        const auto legs = read_legs(rows, document.id);
        if (!legs.ok()) {
            return legs.error();
        }
        const Result<void> taken =
            take(rows, {changed, entry, document, holds.value(), legs.value()}, follow, followed);
        if (!taken.ok()) {
            return taken.error();
        }
    }
    return followed;
}

Result<std::optional<std::vector<FollowedLeg>>> look_after_expiry(Transaction& rows,
                                                                  const DocumentRow& document,
                                                                  TimeMs now,
                                                                  const Follow& follow) {
    const auto last = last_status(rows, document);
    const auto holds =
        last.ok() ? holds_now(rows, document, last.value()) : Result<DocumentStatus>(last.error());
    if (!holds.ok()) {
        return holds.error();
    }
    if (status_at(document, holds.value(), now) != DocumentStatus::expired) {
        return std::optional<std::vector<FollowedLeg>>();
    }
    const auto legs = read_legs(rows, document.id);
    if (!legs.ok()) {
        return legs.error();
    }
    StatusEntry entry = expiry_of(*document.valid_until);
    entry.change.at = now;
    std::vector<FollowedLeg> followed;
    const Result<void> taken = take(
        rows, {document, entry, document, DocumentStatus::expired, legs.value()}, follow, followed);
    if (!taken.ok()) {
        return taken.error();
    }
    return std::optional(std::move(followed));
}

Result<std::vector<FollowedLeg>> look_released(Transaction& rows, const DocumentRow& document,
                                               const RevisionWrite& write) {
    if (!write.release) {
        return std::vector<FollowedLeg>();
    }
    const auto status = holding_status(rows, document);
    const auto legs = read_legs(rows, document.id);
    if (!status.ok() || !legs.ok()) {
        return status.ok() ? legs.error() : status.error();
    }
    return look_at_changes(legs.value(), write.release({document, status.value(), write.level,
                                                        write.at, legs.value()}));
}

void put_after(Batch& batch, const std::vector<FollowedLeg>& followed) {
    for (const FollowedLeg& each : followed) {
        if (!each.before) {
            put_new_leg(batch.rows, each.added);
            put_evidence(batch, each.added.leg, each.added.events);
            continue;
        }
        const bool moves = each.update.state != each.before->state;
        apply_leg_update(batch, *each.before, each.before->fence + (moves ? 1U : 0U), each.update);
    }
}

} // namespace songda::store
