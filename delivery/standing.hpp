#pragma once

#include <optional>
#include <vector>

#include "store/store.hpp"

/// What stands between a document and its service (送达).
namespace songda::delivery {

struct Standing {
    /// As far as its service goes: a document that was issued after its last day, as old paper that
    /// becomes electronic is, was wanted all the same.
    store::DocumentStatus holds = store::DocumentStatus::valid;
    /// The level that it needs before it is served, while its file has it not.
    std::optional<SignatureLevel> awaited;
};

/// Of what the store says. Pure.
[[nodiscard]] Standing standing_of(const store::DocumentRow& document,
                                   const store::StatusEntry& status, SignatureLevel level,
                                   TimeMs now);
/// As it is in the store now.
[[nodiscard]] Result<Standing> find_standing(store::Store& store,
                                             const store::DocumentRow& document, TimeMs now);

/// What a revision does to the deliveries that wait for its level: store::Release. Pure.
[[nodiscard]] std::vector<store::Aftermath::Change>
release_levelled(const store::LevelledDocument& levelled);

} // namespace songda::delivery
