#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/journal.hpp"
#include "base/result.hpp"
#include "signer/seals/register_fold.hpp"
#include "signer/seals/use_line.hpp"

namespace songda::signer {

/// What the register of seals said at some time, for whoever looks back over the book of uses.
/// Belongs to one thread.
class RegisterHistory {
public:
    /// Faults: not_found (no register), corrupt, as file_error.
    [[nodiscard]] static Result<RegisterHistory> load(const std::string& folder);

    /// Why the use was not allowed when it was written down; nothing: it was. Uses come in the
    /// order of the book. A change of the register in the second before counts for the use: its
    /// line and the rule are two reads of the clock.
    [[nodiscard]] std::optional<SealRefusal> refuse(const UseRow& row, TimeMs at);

private:
    /// The register as far as a time.
    struct Then {
        RegisteredSeals seals;
        std::size_t lines = 0;
    };
    explicit RegisterHistory(std::vector<JournalLine> lines) : lines_(std::move(lines)) {}
    void go_to(Then& then, TimeMs at) const;

    std::vector<JournalLine> lines_;
    Then just_before_;
    Then now_;
};

} // namespace songda::signer
