#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/folder.hpp"
#include "base/journal.hpp"
#include "base/result.hpp"
#include "signer/seals/register_fold.hpp"

namespace songda::signer {

/// In the folder of seals (`[seals] folder`).
inline constexpr std::string_view register_file = "register";
[[nodiscard]] std::string register_path(const std::string& folder);
/// There is none yet: fault not_found, with the next step.
[[nodiscard]] Error no_register(const std::string& path);
inline constexpr std::size_t register_bytes_max = std::size_t{64} << 20U;

/// What a step came to.
struct SealAnswer {
    std::optional<SealRefusal> refused; ///< nothing was written
    std::string seal;                   ///< its id
    std::string event;                  ///< seal_event
};

/// The register of seals, open to be changed by one operator (`songda seal`). Each step is one
/// line, which is on the disk when the step returns; whoever reads the register meanwhile sees the
/// line whole or not at all. Belongs to one thread, keeps a second writer out of the register. The
/// clock outlives it.
class SealRegister {
public:
    struct Options {
        std::string folder;    ///< made if it is not there, for auditors of its group to read
        std::string actor;     ///< `operator:zhang`
        bool four_eyes = true; ///< nobody confirms what they made or proposed
    };
    /// Faults: conflict (another operator is at work), corrupt (a line that is not what was
    /// written, or is not allowed), as file_error.
    [[nodiscard]] static Result<SealRegister> open(Options options, const Clock& clock);

    [[nodiscard]] const RegisteredSeals& seals() const { return seals_; }
    /// A last line that a crash cut short; nothing rests on it.
    [[nodiscard]] std::size_t torn_bytes() const { return journal_.torn_bytes(); }

    /// Each step: a refusal by the rules is in the answer; faults as Journal::append.
    [[nodiscard]] Result<SealAnswer> make(const NewSeal& seal, const std::string& reason);
    /// Once by each of two operators; the second ends the seal that this one renews.
    [[nodiscard]] Result<SealAnswer> activate(const std::string& id, const std::string& reason);
    [[nodiscard]] Result<SealAnswer> suspend(const std::string& id, const std::string& reason);
    /// Once by each of two operators.
    [[nodiscard]] Result<SealAnswer> resume(const std::string& id, const std::string& reason);
    [[nodiscard]] Result<SealAnswer> retire(const std::string& id, const std::string& reason);
    /// Terms that allow no more than the present ones count at once and take back what was
    /// proposed; others wait until a second operator says the same.
    [[nodiscard]] Result<SealAnswer> allow(const std::string& id, const SealTerms& terms,
                                           const std::string& reason);

private:
    SealRegister(Options options, const Clock& clock, FolderLock lock, Journal journal,
                 RegisteredSeals seals)
        : options_(std::move(options)), clock_(&clock), lock_(std::move(lock)),
          journal_(std::move(journal)), seals_(std::move(seals)) {}
    [[nodiscard]] Result<SealAnswer> write(const std::string& id, std::string_view event,
                                           JournalFields fields, const std::string& reason);
    /// A step that a second operator confirms.
    [[nodiscard]] Result<SealAnswer> confirm(const std::string& id, std::string_view event,
                                             JournalFields fields, const std::string& reason);

    Options options_;
    const Clock* clock_;
    FolderLock lock_;
    Journal journal_;
    RegisteredSeals seals_;
};

/// The register as it stands, for whoever only reads it.
struct RegisterReading {
    RegisteredSeals seals;
    ChainEnd end; ///< its head, kept elsewhere, shows that no line was taken away
};
/// Faults: not_found (none was made), corrupt, as file_error.
[[nodiscard]] Result<RegisterReading> load_register(const std::string& folder);

} // namespace songda::signer
