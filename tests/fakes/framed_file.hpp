#pragma once

#include <cstdio>
#include <string>

#include "base/bytes.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::fakes {

/// The smallest file with the shape that the strict frame reader accepts: some objects, the
/// signature dictionary as the last object, one cross-reference section. Not a valid page; frame
/// and CMS do not care.
struct FramedFile {
    std::string text;
    std::size_t gap_begin = 0;
    std::size_t gap_end = 0;

    [[nodiscard]] Digest digest() const {
        Sha256 hash;
        hash.update(as_bytes(text).first(gap_begin));
        hash.update(as_bytes(text).subspan(gap_end));
        return hash.finish();
    }
    void insert(ByteView cms) { text.replace(gap_begin + 1, cms.size() * 2, to_hex(cms)); }
    /// Writes the three numbers of the /ByteRange over the zeros at `at`.
    void frame(std::size_t at) {
        char range[32];
        const int size = std::snprintf(range, sizeof range, "%07zu %07zu %07zu", gap_begin, gap_end,
                                       text.size() - gap_end);
        text.replace(at, static_cast<std::size_t>(size), range);
    }
};

inline FramedFile make_framed_file(std::size_t cms_bytes,
                                   const std::string& body = std::string(600, 'x')) {
    FramedFile file;
    file.text = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n(" + body +
                ")\nendobj\n2 0 obj\n<</Type/Sig/ByteRange[0 ";
    const std::size_t numbers = file.text.size();
    file.text += "0000000 0000000 0000000]/Contents";
    file.gap_begin = file.text.size();
    file.text += '<' + std::string(cms_bytes * 2, '0') + '>';
    file.gap_end = file.text.size();
    file.text +=
        " >>\nendobj\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1>>\nstartxref\n0\n%%EOF\n";
    file.frame(numbers);
    return file;
}

} // namespace songda::fakes
