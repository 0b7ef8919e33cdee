#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ecdsa_signature.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "signer/seal_request.hpp"

/// Lines of the book of uses (docs/formats/seals.md). Pure.
namespace songda::signer {

/// One use of a seal, as the book has it before the key is touched.
struct UseRow {
    std::uint64_t number = 0; ///< from 1, without a gap through the whole book
    SealPurpose purpose = SealPurpose::document;
    std::string seal; ///< its id in the register; empty: the register has none
    DepartmentCode department;
    SealUse use;
    Digest content{};   ///< document: the digest that its ticket names; else SHA-256 of the content
    bool asked = false; ///< somebody asked whether it would be allowed; there was nothing to sign
    bool operator==(const UseRow&) const = default;
};

/// What became of a use. The words are stored.
enum class UseOutcome {
    made,       ///< `signed`: `detail` is `signature_mark`
    refused,    ///< `detail` is the rule
    failed,     ///< `detail` is the fault; whoever asked has no signature
    unfinished, ///< the process ended between; whether a signature was made is not known
};
[[nodiscard]] std::string_view outcome_name(UseOutcome outcome);
[[nodiscard]] std::string_view purpose_name(SealPurpose purpose);

struct UseEnd {
    std::uint64_t number = 0; ///< of its row
    UseOutcome outcome = UseOutcome::made;
    std::string detail;
    bool operator==(const UseEnd&) const = default;
};

/// The first line of a segment: what the lines before it come to, so that it can be gone on from
/// without them.
struct SegmentBegin {
    std::uint32_t segment = 0;       ///< from 1
    std::string follows;             ///< HASH of the line before it
    std::uint64_t lines = 0;         ///< before it
    std::uint64_t uses = 0;          ///< rows before it
    std::vector<std::uint64_t> open; ///< of these, those without an end
    bool operator==(const SegmentBegin&) const = default;
};

/// One append: the uses of a batch, what became of others, or both.
struct UseLine {
    TimeMs time; ///< never before that of the line above, whatever the clock says
    std::optional<SegmentBegin> begin;
    std::vector<UseRow> before;
    std::vector<UseEnd> after;
    bool operator==(const UseLine&) const = default;
};

/// Texts are UTF-8.
[[nodiscard]] std::string write_use_line(const UseLine& line);
/// Takes what `write_use_line` writes and nothing else. Fault corrupt, whose words go on from
/// "line N ".
[[nodiscard]] Result<UseLine> read_use_line(std::string_view json);

/// The first half of r, hexadecimal: enough to know a signature again.
[[nodiscard]] std::string signature_mark(const EcdsaSignature& signature);

} // namespace songda::signer
