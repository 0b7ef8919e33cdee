// sources: base/archive_revision.cpp base/own_pdf.cpp
// Any bytes behind an issued file. What is read as archive time-stamps is, to the last byte, what
// the writer writes for the same tokens; any bytes as the issued file itself do no harm.
#include "base/archive_revision.hpp"
#include "base/check.hpp"
#include "tests/fakes/own_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    static const std::string issued = fakes::own_file();
    const ByteView given(data, size);
    (void)read_archive_stamps(given, size / 2);
    (void)add_archive_stamp(given, size, 16);
    Bytes file(as_bytes(issued).begin(), as_bytes(issued).end());
    append(file, given);
    const auto stamps = read_archive_stamps(file, issued.size());
    if (!stamps.ok()) {
        SONGDA_CHECK(stamps.error().fault == Fault::corrupt);
        return 0;
    }
    Bytes again(as_bytes(issued).begin(), as_bytes(issued).end());
    for (const ArchiveStamp& stamp : stamps.value()) {
        auto draft =
            add_archive_stamp(again, issued.size(), (stamp.gap_end - stamp.gap_begin - 2) / 2);
        SONGDA_CHECK(draft.ok() && draft.value().put(stamp.token).ok());
        again = std::move(draft.value().file);
    }
    SONGDA_CHECK(again == file);
    return 0;
}
