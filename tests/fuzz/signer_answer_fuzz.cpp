// sources: signer/process/message.cpp
// What the signer answers as any bytes: what is accepted is written again as the very same bytes.
#include "base/check.hpp"
#include "signer/process/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    namespace message = signer::message;
    const ByteView bytes(data, size);
    const auto answer = message::parse_answer(bytes);
    if (!answer) {
        return 0;
    }
    Bytes written;
    if (const auto* const faces = std::get_if<message::Faces>(&*answer)) {
        // The total counts those before and behind them too: here they are all.
        if (faces->total != faces->faces.size()) {
            return 0;
        }
        written = message::write_faces({faces->number, 0}, faces->faces);
    } else if (const auto* const signatures = std::get_if<message::Signatures>(&*answer)) {
        written = message::write(*signatures);
    } else if (const auto* const permits = std::get_if<message::Permits>(&*answer)) {
        written = message::write(*permits);
    } else if (const auto* const book = std::get_if<message::Book>(&*answer)) {
        written = message::write(*book);
    } else {
        written = message::write(std::get<message::Refusal>(*answer));
    }
    SONGDA_CHECK(as_text(written) == as_text(bytes));
    return 0;
}
