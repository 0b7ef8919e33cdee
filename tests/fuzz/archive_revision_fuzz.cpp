// sources: base/archive_revision.cpp base/archive_writer.cpp base/own_pdf.cpp
// Any bytes behind an issued file. What is read as archive revisions is, to the last byte, what the
// writer writes for the same evidence and tokens; any bytes as the issued file itself do no harm.
#include "base/archive_revision.hpp"
#include "base/check.hpp"
#include "tests/fakes/own_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    static const std::string issued = fakes::own_file();
    const ByteView given(data, size);
    (void)read_archive(given, size / 2);
    (void)add_archive_revision(given, size, {{{Evidence::Kind::ocsp, {1}}}, 16});
    Bytes file(as_bytes(issued).begin(), as_bytes(issued).end());
    append(file, given);
    const auto revisions = read_archive(file, issued.size());
    if (!revisions.ok()) {
        SONGDA_CHECK(revisions.error().fault == Fault::corrupt);
        return 0;
    }
    Bytes again(as_bytes(issued).begin(), as_bytes(issued).end());
    for (const ArchiveRevision& revision : revisions.value()) {
        const ArchiveSlot* const slot = revision.slot();
        const std::size_t room = slot != nullptr ? (slot->gap_end - slot->gap_begin - 2) / 2 : 0;
        const auto sealed_at =
            revision.seal ? std::optional(revision.seal->at) : std::optional<TimeMs>();
        auto draft =
            add_archive_revision(again, issued.size(), {revision.evidence, room, sealed_at});
        SONGDA_CHECK(draft.ok());
        SONGDA_CHECK(room == 0 || draft.value().put(slot->token).ok());
        again = std::move(draft.value().file);
    }
    SONGDA_CHECK(again == file);
    return 0;
}
