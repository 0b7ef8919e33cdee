// sources: issuer/render/photo.cpp issuer/render/png.cpp issuer/render/detail/deflate.cpp
// A holder's photo: any bytes are read or refused, and what is read is read again as itself.
#include "base/check.hpp"
#include "issuer/render/photo.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda::issuer;
    const PhotoReading reading = read_photo({data, size});
    if (!reading.ok()) {
        return 0;
    }
    SONGDA_CHECK(reading.photo.width > 0 && reading.photo.height > 0);
    if (reading.photo.form == Photo::Form::jpeg) {
        const PhotoReading again = read_photo(reading.photo.data);
        SONGDA_CHECK(again.ok() && again.photo.data == reading.photo.data);
    }
    return 0;
}
