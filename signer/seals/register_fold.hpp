#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/journal.hpp"
#include "base/result.hpp"
#include "signer/seals/registered_seal.hpp"
#include "signer/seals/seal_rules.hpp"

/// The register of seals as a fold over its lines. Pure.
namespace songda::signer {

/// What lines are called; the words are stored.
namespace seal_event {
inline constexpr std::string_view made = "made";
inline constexpr std::string_view activation_proposed = "activation_proposed";
inline constexpr std::string_view activated = "activated";
inline constexpr std::string_view suspended = "suspended";
inline constexpr std::string_view resumption_proposed = "resumption_proposed";
inline constexpr std::string_view resumed = "resumed";
inline constexpr std::string_view narrowed = "narrowed";
inline constexpr std::string_view widening_proposed = "widening_proposed";
inline constexpr std::string_view widened = "widened";
inline constexpr std::string_view retired = "retired";
} // namespace seal_event

struct RegisteredSeals {
    std::vector<Seal> seals; ///< in the order in which they were made

    [[nodiscard]] Seal* find(std::string_view id);
    [[nodiscard]] const Seal* find(std::string_view id) const;
    /// Id of the next seal of a department.
    [[nodiscard]] std::string next_id(const DepartmentCode& department) const;
    bool operator==(const RegisteredSeals&) const = default;
};

/// Takes a line in if the rules of docs/states/seal.md allow it; else nothing changes and the
/// refusal says why. The same for a line that is going to be written and for one that is read.
[[nodiscard]] std::optional<SealRefusal> enter(RegisteredSeals& seals, const JournalLine& line);

/// Fault corrupt: a line that its predecessors do not allow, with its number.
[[nodiscard]] Result<RegisteredSeals> read_register(const std::vector<JournalLine>& lines);

/// The same of one line's JSON, for read_chain. Fault corrupt: its words go on behind the line's
/// number.
[[nodiscard]] Result<void> enter_json(RegisteredSeals& seals, std::string_view json);

/// May `actor` confirm what waits? Neither who made the seal nor who proposed it.
[[nodiscard]] bool may_confirm(const Seal& seal, std::string_view actor);

/// What is done next with a seal as it stands: `songda seal activate ID`.
[[nodiscard]] std::string next_command(const Seal& seal);

} // namespace songda::signer
