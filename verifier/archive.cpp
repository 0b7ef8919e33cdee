#include "verifier/archive.hpp"

#include <array>

#include "verifier/frame.hpp"
#include "verifier/timestamp.hpp"

namespace songda::verifier {

ArchivedFile split_archived(ByteView file) {
    const auto covered = read_covered_size(file);
    if (covered && *covered < file.size()) {
        auto stamps = read_archive_stamps(file, *covered);
        if (stamps.ok()) {
            return {file.first(*covered), std::move(stamps).value()};
        }
    }
    return {file, {}};
}

std::optional<std::vector<TimestampFace>> check_archive(ByteView file,
                                                        const std::vector<ArchiveStamp>& stamps,
                                                        const TrustStore& trust, TimeMs at) {
    std::vector<TimestampFace> faces;
    for (const ArchiveStamp& stamp : stamps) {
        const std::array about = {file.first(stamp.gap_begin),
                                  file.subspan(stamp.gap_end, stamp.end - stamp.gap_end)};
        const auto token = check_timestamp_token(stamp.token, {about, at}, trust);
        if (!token.fits) {
            return std::nullopt;
        }
        faces.push_back({token.claimed.time, token.claimed.authority,
                         token.trusted.ok() ? Answer::yes : Answer::unknown});
    }
    return faces;
}

} // namespace songda::verifier
