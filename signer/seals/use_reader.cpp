#include "signer/seals/use_reader.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/folder.hpp"

namespace songda::signer {
namespace {

constexpr std::size_t piece_bytes = std::size_t{256} << 10U;
/// A batch of the signer's socket is 50 KB.
constexpr std::size_t line_bytes_max = std::size_t{4} << 20U;

Error does_not_follow(const std::string& why) {
    return {Fault::corrupt, "does not follow on the lines before it: " + why};
}

bool follows(const SegmentBegin& begin, const BookTally& before) {
    return begin.segment == before.segment + 1 && begin.follows == before.head.hash &&
           begin.lines == before.head.lines && begin.uses == before.uses &&
           std::equal(begin.open.begin(), begin.open.end(), before.open.begin(), before.open.end());
}

/// 0: none is there.
std::uint32_t newest_segment(const std::string& folder) {
    std::uint32_t newest = 0;
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
        std::uint32_t number = 0;
        const std::string name = entry.path().filename();
        if (std::sscanf(name.c_str(), "uses-%06u", &number) == 1 && segment_name(number) == name) {
            newest = std::max(newest, number);
        }
    }
    return newest;
}

/// Whole lines of a file, a piece at a time.
class Lines {
public:
    Lines(const Descriptor& file, std::size_t from) : file_(file), at_(from) {}

    /// With its line feed; empty: there is none any more, and what is left is torn.
    Result<std::string_view> next(const std::string& path) {
        std::size_t looked = given_;
        while (true) {
            const std::size_t end = text_.find('\n', looked);
            if (end != std::string::npos) {
                const std::size_t begin = std::exchange(given_, end + 1);
                return std::string_view(text_).substr(begin, given_ - begin);
            }
            text_.erase(0, std::exchange(given_, 0)); // once a piece, not once a line
            looked = text_.size();
            const auto got = add_piece();
            if (!got.ok()) {
                return file_error(path, errno);
            }
            if (text_.size() == looked) {
                return std::string_view();
            }
            if (text_.size() > line_bytes_max + piece_bytes) {
                return Error{Fault::corrupt, path + ": a line of more than 4 MiB"};
            }
        }
    }
    [[nodiscard]] std::size_t torn_bytes() const { return text_.size(); }

private:
    Result<void> add_piece() {
        piece_.resize(piece_bytes);
        ssize_t got = 0;
        do {
            got = pread(file_.get(), piece_.data(), piece_.size(), static_cast<off_t>(at_));
        } while (got < 0 && errno == EINTR);
        if (got < 0) {
            return Error{Fault::unavailable, {}};
        }
        at_ += static_cast<std::size_t>(got);
        text_.append(piece_.data(), static_cast<std::size_t>(got));
        return {};
    }

    const Descriptor& file_;
    std::size_t at_;
    std::string text_;
    std::string piece_;
    std::size_t given_ = 0; ///< of `text_`, told already
};

} // namespace

std::string segment_name(std::uint32_t segment) {
    std::array<char, 24> room{};
    (void)std::snprintf(room.data(), room.size(), "uses-%06u", segment);
    return room.data();
}

Result<void> BookTally::take(const UseLine& line, std::string_view hash) {
    if (line.begin) {
        if (!follows(*line.begin, *this)) {
            return does_not_follow("another segment's beginning");
        }
        ++segment;
    }
    if (segment == 0 || line.time < time) {
        return does_not_follow(segment == 0 ? "no beginning" : "an earlier time");
    }
    for (const UseRow& row : line.before) {
        if (row.number != ++uses) {
            return does_not_follow("a use is missing");
        }
        open.insert(row.number);
    }
    for (const UseEnd& end : line.after) {
        if (open.erase(end.number) == 0) {
            return does_not_follow("the end of a use that is not open");
        }
    }
    time = line.time;
    ++head.lines;
    head.hash = hash;
    return {};
}

Result<void> UseReader::begin_at_newest() {
    const std::uint32_t newest = newest_segment(folder_);
    if (newest == 0) {
        return Error{Fault::not_found, folder_ + ": no book of uses"};
    }
    // One that a crash left without its first line follows on the segment before it.
    for (std::uint32_t segment = newest; segment + 1 >= newest && segment > 0; --segment) {
        const std::string path = folder_ + '/' + segment_name(segment);
        const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (file.get() < 0) {
            return file_error(path, errno);
        }
        Lines lines(file, 0);
        const auto first = lines.next(path);
        if (!first.ok()) {
            return first.error();
        }
        if (!first.value().empty()) {
            return go_on_from(segment, first.value());
        }
    }
    return newest == 1 ? Result<void>()
                       : Error{Fault::corrupt, folder_ + ": the last two segments are empty"};
}

/// A line's hash covers its JSON, so that what it says it follows on is as good as the line.
Result<void> UseReader::go_on_from(std::uint32_t segment, std::string_view first_line) {
    const std::size_t json = first_line.find('{');
    const auto line = json == std::string_view::npos
                          ? Result<UseLine>(Error{Fault::corrupt, ""})
                          : read_use_line(first_line.substr(json, first_line.size() - json - 1));
    if (!line.ok() || !line.value().begin || line.value().begin->segment != segment) {
        return Error{Fault::corrupt, folder_ + '/' + segment_name(segment) +
                                         ": line 1 is no beginning of a segment"};
    }
    const SegmentBegin& begin = *line.value().begin;
    tally_.head = {begin.lines, begin.follows};
    tally_.segment = segment - 1;
    tally_.uses = begin.uses;
    tally_.open = {begin.open.begin(), begin.open.end()};
    segment_ = segment;
    end_ = ChainEnd{begin.follows};
    return {};
}

Result<void> UseReader::read_on(const Each& each) {
    while (true) {
        // A writer begins the next one when this one is whole: asked before this one is read.
        const bool another = is_there(folder_ + '/' + segment_name(segment_ + 1));
        const auto read = read_segment(each);
        if (!read.ok() || !another) {
            return read;
        }
        if (end_.torn_bytes > 0) {
            return Error{Fault::corrupt, folder_ + '/' + segment_name(segment_) +
                                             ": its last line is torn, and another follows"};
        }
        bytes_before_ += end_.whole_bytes;
        end_ = ChainEnd{end_.head};
        ++segment_;
    }
}

Result<void> UseReader::read_segment(const Each& each) {
    const std::string path = folder_ + '/' + segment_name(segment_);
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.get() < 0) {
        return file_error(path, errno);
    }
    Lines lines(file, end_.whole_bytes);
    while (true) {
        const auto text = lines.next(path);
        if (!text.ok()) {
            return text.error();
        }
        if (text.value().empty()) {
            end_.torn_bytes = lines.torn_bytes();
            return {};
        }
        std::optional<UseLine> line;
        const auto keep = [&line](std::string_view json) -> Result<void> {
            auto one = read_use_line(json);
            if (!one.ok()) {
                return one.error();
            }
            line = std::move(one).value();
            return {};
        };
        auto one = read_chain(text.value(), end_.head, keep, path, end_.lines);
        const auto taken = one.ok() ? tally_.take(*line, one.value().head) : one.error();
        if (!taken.ok()) {
            return one.ok() ? Error{taken.error().fault, path + ": line " +
                                                             std::to_string(end_.lines + 1) + ' ' +
                                                             taken.error().detail}
                            : taken;
        }
        end_.head = one.value().head;
        end_.whole_bytes += text.value().size();
        ++end_.lines;
        const auto heard = each(*line, tally_);
        if (!heard.ok()) {
            return heard;
        }
    }
}

} // namespace songda::signer
