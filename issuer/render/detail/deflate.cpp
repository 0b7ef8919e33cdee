#include "issuer/render/detail/deflate.hpp"

#include <zlib.h>

#include "base/check.hpp"

namespace songda::issuer::detail {

Bytes deflate(ByteView bytes) {
    uLongf size = compressBound(static_cast<uLong>(bytes.size()));
    Bytes packed(size);
    SONGDA_CHECK(
        compress2(packed.data(), &size, bytes.data(), static_cast<uLong>(bytes.size()), 9) == Z_OK);
    packed.resize(size);
    return packed;
}

} // namespace songda::issuer::detail
