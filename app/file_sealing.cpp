#include "app/file_sealing.hpp"

#include <algorithm>

#include "base/archive_revision.hpp"
#include "base/sm2.hpp"

namespace songda::app {

Result<Bytes> seal_file(signer::Signer& signer, const SealingOf& sealing, const GrownFile& file,
                        TimeMs now) {
    const auto room = signer.seal_room(sealing.department);
    const auto before = read_archive(file.bytes, file.issued_bytes);
    if (!before.ok()) {
        return before.error();
    }
    const bool sealed = std::any_of(before.value().begin(), before.value().end(),
                                    [](const ArchiveRevision& each) { return each.seal; });
    if (!room || sealed) {
        return Bytes();
    }
    ArchiveAddition addition{{}, room->bytes, now};
    for (const Bytes& issuer : room->issuers) {
        addition.evidence.push_back({Evidence::Kind::certificate, issuer});
    }
    auto draft = add_archive_revision(file.bytes, file.issued_bytes, addition);
    if (!draft.ok()) {
        return draft.error();
    }
    const ArchiveSeal& place = draft.value().revision.seal.value();
    const auto about = archive_ranges(draft.value().file, place.slot);
    const auto signature =
        signer.seal_file(sealing.department, {sm3(about), place.at, sealing.use});
    if (!signature.ok()) {
        return signature.error();
    }
    const auto put = draft.value().put(signature.value());
    if (!put.ok()) {
        return put.error();
    }
    const ByteView whole = draft.value().file;
    const ByteView added = whole.subspan(file.bytes.size());
    return Bytes(added.begin(), added.end());
}

} // namespace songda::app
