// sources: signer/process/message.cpp
// What comes to the signer's socket as any bytes: what is accepted is written again as the very
// same bytes.
#include "base/check.hpp"
#include "signer/process/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    namespace message = signer::message;
    const ByteView bytes(data, size);
    const auto asked = message::parse_question(bytes);
    if (!asked) {
        return 0;
    }
    Bytes written;
    if (const auto* const wanted = std::get_if<message::AskSignatures>(&*asked)) {
        written = message::write_signatures_wanted(wanted->number, wanted->requests);
    } else if (const auto* const permits = std::get_if<message::AskPermits>(&*asked)) {
        written = message::write_permits_wanted(permits->number, permits->questions);
    } else if (const auto* const book = std::get_if<message::AskBook>(&*asked)) {
        written = message::write(*book);
    } else {
        written = message::write(std::get<message::AskFaces>(*asked));
    }
    SONGDA_CHECK(as_text(written) == as_text(bytes));
    return 0;
}
