#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// What is sealed over a batch of records of evidence (docs/formats/evidence.md): a JSON text with
/// one spelling.
namespace songda::ledger {

struct BatchStatement {
    std::uint64_t number = 0; ///< from 1
    std::uint64_t first = 0;  ///< record of the service, from 1
    std::uint64_t records = 0;
    Digest root{};     ///< of the tree whose entries are the records' hashes
    Digest previous{}; ///< SHA-256 of the statement before; of the first all zero
    TimeMs at;         ///< by the service's clock
    bool operator==(const BatchStatement&) const = default;
};

[[nodiscard]] std::string write_statement(const BatchStatement& statement);
/// For bytes from anybody. Fault invalid_input: not the one spelling of a statement.
[[nodiscard]] Result<BatchStatement> read_statement(std::string_view text);

} // namespace songda::ledger
