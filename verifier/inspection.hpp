#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/evidence.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// What the inspector, a program of its own in a cage, says about a PDF (docs/formats/answer.md,
/// "inspection"). It parsed bytes from anybody, so its answer is itself bytes from anybody: only
/// structure is taken from it, and everything that can be checked again is.
namespace songda::verifier {

inline constexpr std::size_t inspected_bytes_max = 64U << 20U;
inline constexpr std::size_t inspection_bytes_max = 6U << 20U;
inline constexpr std::size_t inspected_signatures_max = 16;
inline constexpr std::size_t evidence_items_max = 64;
inline constexpr std::size_t evidence_bytes_max = 4U << 20U; ///< of all items together

enum class SubFilter {
    cades,
    pkcs7_detached,
    pkcs7_sha1,
    x509_rsa_sha1,
    timestamp,
    sm2_seal, ///< electronic seal of GB/T 38540
    other
};
enum class SignatureKind { approval, certification, timestamp };
/// What stands behind the bytes that a signature covers.
enum class LaterChange {
    none,       ///< nothing: it covers the whole file
    proofs,     ///< only certificates, revocation data and time-stamps
    signatures, ///< those, and signatures that show nothing on a page
    unknown,    ///< something else, or it cannot be told
};

/// One signature that a field of the document holds. Offsets into the file; the inspector saw that
/// the field's /Contents is what stands in the gap.
struct InspectedSignature {
    std::size_t gap_begin = 0; ///< of `<`
    std::size_t gap_end = 0;   ///< after `>`
    std::size_t end = 0;       ///< where the covered bytes end
    SubFilter sub_filter = SubFilter::other;
    SignatureKind kind = SignatureKind::approval;
    int permission = 0; ///< of a certification, /P: 1 nothing, 2 forms, 3 forms and annotations
    LaterChange later = LaterChange::unknown;
    bool operator==(const InspectedSignature&) const = default;
};

using songda::Evidence;

/// Why a file, or a signature in it, could not be taken apart; the worse the later.
enum class InspectionFault {
    none,
    several_definitions, ///< one name means two things: readers will differ
    orphan,              ///< signatures, but none of them is of the document
    range,               ///< a ByteRange that is not four numbers which frame one gap from byte 0
    contents,            ///< what the gap holds is not the signature that the field names
    costly,              ///< more signatures, objects or memory than is allowed
    unreadable,          ///< not a PDF that can be read without repair
};

struct Inspection {
    InspectionFault fault =
        InspectionFault::none; ///< the worst; signatures may be there all the same
    std::vector<InspectedSignature> signatures;
    std::vector<Evidence> evidence;
    bool operator==(const Inspection&) const = default;
};

[[nodiscard]] Bytes write_inspection(const Inspection& inspection);
/// Accepts what write_inspection writes and nothing else. Fault corrupt. Pure.
[[nodiscard]] Result<Inspection> parse_inspection(ByteView bytes);

} // namespace songda::verifier
