#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/ids.hpp"

namespace songda::verifier {

inline constexpr std::size_t frame_bytes_min = 512;
inline constexpr std::size_t frame_bytes_max = 8U << 20U;
inline constexpr std::size_t frame_hex_digits_max = 65'536;

/// Why a file is not one of ours. Each is a rule of docs/formats/pdf.md, "strict frame".
enum class FrameRefusal {
    none,
    size,
    header,
    no_signature,
    syntax,
    contents_place,
    not_whole_file,
    frame_end,
    hex,
    several_revisions,
    several_signatures,
    bytes_after_cms,
};

/// A file whose one signature frames all of it. Offsets into the file.
struct Frame {
    std::size_t gap_begin = 0; ///< offset of `<`
    std::size_t gap_end = 0;   ///< offset after `>`
    Bytes cms;                 ///< DER; the zeros after it are checked and cut off
};

struct FrameReading {
    std::optional<Frame> frame;
    FrameRefusal refusal = FrameRefusal::none;
};

/// Finds the signature without any PDF object parser, so that no trick of one can matter: whatever
/// deviates from what our own writer makes is refused. Pure; for bytes from anybody.
[[nodiscard]] FrameReading read_frame(ByteView file);

/// How much of a file its first signature says that it covers, the gap included: what was issued,
/// if the file is one of ours with something behind it. No proof of anything. Pure; for bytes from
/// anybody.
[[nodiscard]] std::optional<std::size_t> read_covered_size(ByteView file);

/// The document key that the file's trailer names (docs/formats/pdf.md, "Trailer"): where to look
/// in the register, and no proof of anything. Pure; for bytes from anybody.
[[nodiscard]] std::optional<DocumentKey> read_file_key(ByteView file);

[[nodiscard]] std::string_view frame_refusal_name(FrameRefusal refusal);

} // namespace songda::verifier
