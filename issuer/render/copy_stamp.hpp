#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "issuer/byte_buffer.hpp"
#include "issuer/fonts/font_set.hpp"

namespace songda::issuer {

struct PaperCopyFile {
    ByteBuffer file;
    std::uint32_t pages = 0;
};

/// Makes the file of one print on paper: the issued file with `words` at the foot of every page, as
/// a revision behind its own (ISO 32000-1 §7.5.6). The issued bytes stand unchanged at its
/// beginning; whoever uploads it is told that it is not the issued file. `file` is one that this
/// program issued. Faults: invalid_input (a character that no font has), corrupt (not such a file).
[[nodiscard]] Result<PaperCopyFile> stamp_paper_copy(ByteView file, std::string_view words,
                                                     const FontSet& fonts);

} // namespace songda::issuer
