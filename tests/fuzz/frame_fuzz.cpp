// sources: verifier/frame.cpp
// The frame reader on any bytes: what it accepts is one signature around the whole file, spelled in
// the one way that its own parts spell it.
#include "base/check.hpp"
#include "base/text_codec.hpp"
#include "verifier/frame.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const ByteView file(data, size);
    if (const auto key = verifier::read_file_key(file)) {
        SONGDA_CHECK(as_text(file).find("/ID[<" + to_hex(key->view())) != std::string_view::npos);
    }
    const verifier::FrameReading reading = verifier::read_frame(file);
    SONGDA_CHECK(reading.frame.has_value() == (reading.refusal == verifier::FrameRefusal::none));
    if (!reading.frame) {
        SONGDA_CHECK(verifier::frame_refusal_name(reading.refusal) != "none");
        return 0;
    }
    const verifier::Frame& frame = *reading.frame;
    SONGDA_CHECK(frame.gap_begin < frame.gap_end && frame.gap_end < size);
    const std::string_view text = as_text(file);
    std::string digits = to_hex(frame.cms);
    SONGDA_CHECK(digits.size() + 2 <= frame.gap_end - frame.gap_begin);
    digits.resize(frame.gap_end - frame.gap_begin - 2, '0');
    SONGDA_CHECK(text.substr(frame.gap_begin, frame.gap_end - frame.gap_begin) ==
                 '<' + digits + '>');
    SONGDA_CHECK(text.ends_with("%%EOF\n"));
    SONGDA_CHECK(text.find("/ByteRange") == text.rfind("/ByteRange"));
    return 0;
}
