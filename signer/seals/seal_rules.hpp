#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "signer/seal_request.hpp"

namespace songda::signer {

/// Why a seal may not be used, by a stable name and in words that say what to do next.
struct SealRefusal {
    std::string rule; ///< `seal_suspended`, `type_not_allowed`, … (docs/states/seal.md)
    std::string zh;
    std::string en;
    bool operator==(const SealRefusal&) const = default;
};

/// What the register of seals says to one use.
struct SealRuling {
    std::string seal; ///< its id in the register; empty: the register has none for this department
    std::optional<SealRefusal> refused; ///< nothing: it may be used
    bool operator==(const SealRuling&) const = default;
};

/// A use that somebody wants to know about before there is anything to sign; the document in it is
/// not looked at.
struct SealQuestion {
    SealPurpose purpose = SealPurpose::document;
    DepartmentCode department;
    SealUse use;
    bool operator==(const SealQuestion&) const = default;
};

/// Says whether a department's seal may be used. Safe to call from several threads, and cheap
/// enough to be called before every use.
class SealRules {
public:
    SealRules() = default;
    SealRules(const SealRules&) = delete;
    SealRules& operator=(const SealRules&) = delete;
    virtual ~SealRules() = default;

    /// What has been written into the register is heeded from the next call on.
    [[nodiscard]] virtual SealRuling rule(const DepartmentCode& department, SealPurpose purpose,
                                          const SealUse& use, TimeMs now) = 0;
};

} // namespace songda::signer
