#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "signer/seals/use_reader.hpp"
#include "store/store.hpp"

namespace songda::app {

/// What may not be.
struct AuditRule {
    std::string_view code; ///< stable name: docs/formats/seals.md
    std::string_view zh;
    std::string_view en;
    std::string_view next_zh; ///< what to do
    std::string_view next_en;
};

struct AuditFinding {
    AuditRule rule;
    std::string subject; ///< a line, a use, a document
};

struct AuditReport {
    std::vector<AuditFinding> findings; ///< the first `findings_max` of `found`
    std::uint64_t found = 0;
    signer::BookHead head;
    std::uint32_t segments = 0;
    std::optional<TimeMs> begun;
    std::uint64_t made = 0;
    std::uint64_t refused = 0;
    std::uint64_t failed = 0;
    std::uint64_t unfinished = 0;
    std::uint64_t open = 0;       ///< at the end of the book: on hand, or of a process that died
    std::uint64_t torn_bytes = 0; ///< behind its last line
    std::uint64_t audit_rows = 0; ///< of the store
    std::uint64_t heads = 0;      ///< that were noted there
    std::uint64_t documents = 0;
    std::uint64_t before_book = 0; ///< of these, issued before the book began
    std::uint64_t files = 0;       ///< that were read
    bool register_looked_at = false;
    [[nodiscard]] bool clean() const { return found == 0; }
};

struct AuditParts {
    store::Store& store;
    std::string folder; ///< of the register and the book
    std::vector<DepartmentCode> departments;
    bool files = false; ///< read every file and hash what its signature covers
    /// Hears how far long work has come. May be empty.
    std::function<void(std::string_view what, std::uint64_t done, std::uint64_t total)> progress =
        nullptr;
};

/// Compares the store, its audit, the register of seals and the book of uses: chains, noted heads,
/// uses that the register did not allow, uses without an end,
/// documents without a use and uses without an intent. Beside a running service. Memory: 16 bytes a
/// signed document and 40 a noted head; nothing else grows. Faults: of reading the store, as
/// file_error; what is wrong with the book is a finding.
[[nodiscard]] Result<AuditReport> check_audit(const AuditParts& parts);

inline constexpr std::size_t findings_max = 1000;

} // namespace songda::app
