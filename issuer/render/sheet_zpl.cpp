// Sheets for thermal printers: ZPL II.

#include <algorithm>

#include <fmt/format.h>
#include <zlib.h>

#include "base/check.hpp"
#include "base/text_codec.hpp"
#include "issuer/render/sheet.hpp"

namespace songda::issuer {
namespace {

/// CRC-16 CCITT, from 0, as :Z64: wants it over its base64.
std::uint16_t crc16(std::string_view text) {
    unsigned crc = 0;
    for (const char c : text) {
        crc ^= static_cast<unsigned>(static_cast<unsigned char>(c)) << 8U;
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc & 0x8000U) != 0 ? crc << 1U ^ 0x1021U : crc << 1U;
        }
    }
    return static_cast<std::uint16_t>(crc);
}

Bytes pack(ByteView bytes) {
    Bytes packed(compressBound(static_cast<uLong>(bytes.size())));
    auto size = static_cast<uLongf>(packed.size());
    SONGDA_CHECK(compress2(packed.data(), &size, bytes.data(), static_cast<uLong>(bytes.size()),
                           Z_BEST_SPEED) == Z_OK);
    packed.resize(size);
    return packed;
}

} // namespace

std::string write_zpl(const Bitmap& picture, unsigned copies, std::string_view note) {
    const std::string data = to_base64(pack(picture.bits));
    std::string comment(note);
    std::replace_if(
        comment.begin(), comment.end(), [](char c) { return c == '^' || c == '~'; },
        ' '); // they begin commands
    return fmt::format("^XA\n^FX{}^FS\n^PW{}\n^LL{}\n^LH0,0\n"
                       "^FO0,0^GFA,{},{},{},:Z64:{}:{:04x}^FS\n^PQ{}\n^XZ\n",
                       comment, picture.width, picture.height, picture.bits.size(),
                       picture.bits.size(), picture.row_bytes(), data, crc16(data), copies);
}

} // namespace songda::issuer
