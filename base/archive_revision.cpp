#include "base/archive_revision.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/der.hpp"
#include "base/own_pdf.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda {
namespace {

// Numbers of docs/formats/pdf.md, "Objects".
constexpr std::size_t object_form = 7;
constexpr std::size_t object_seal_field = 15;
constexpr std::size_t objects_per_stamp = 2;
/// What seven digits can tell.
constexpr std::size_t file_bytes_max = 9'999'999;

Error not_ours() {
    return {Fault::corrupt, "what stands behind the issued file is no archive time-stamp of ours"};
}

/// What revisions take over from the issued file.
struct Issued {
    std::size_t size = 0; ///< one more than its greatest object number
    std::size_t table = 0;
    std::string id;
    std::size_t page = 0;                ///< the one with the seal
    std::string page_before, page_after; ///< around the end of its list of annotations
};

std::optional<Issued> read_issued(std::string_view file) {
    const auto own = OwnPdf::read(file);
    if (!own.ok() || own.value().body(object_form) != "<</Fields[15 0 R]/SigFlags 3>>") {
        return std::nullopt;
    }
    static constexpr std::string_view page_name = "/P ";
    static constexpr std::string_view annotations = "/Annots[15 0 R";
    const std::string_view field = own.value().body(object_seal_field);
    const std::size_t at = field.find(page_name);
    Issued issued{
        own.value().size(), own.value().table(), std::string(own.value().id()), 0, {}, {}};
    if (at != std::string_view::npos) {
        std::from_chars(field.data() + at + page_name.size(), field.data() + field.size(),
                        issued.page);
    }
    const std::string_view page = own.value().body(issued.page);
    const std::size_t list = page.find(annotations);
    if (!page.starts_with("<</Type/Page/") || list == std::string_view::npos ||
        page.substr(list + annotations.size(), 1) != "]") {
        return std::nullopt;
    }
    issued.page_before = page.substr(0, list + annotations.size());
    issued.page_after = page.substr(list + annotations.size());
    return issued;
}

struct Revision {
    std::string text;
    ArchiveStamp stamp;
};

/// The `nth` revision (from 1), which begins at `begin` of the file; its token is all zeros.
Revision compose(const Issued& issued, std::size_t nth, std::size_t begin, std::size_t table_before,
                 std::size_t token_bytes) {
    std::string text;
    std::map<std::size_t, std::size_t> offsets;
    const auto put = [&](std::size_t number, std::string_view body) {
        offsets[number] = begin + text.size();
        text += fmt::format("{} 0 obj\n{}\nendobj\n", number, body);
    };
    std::string fields;
    for (std::size_t i = 0; i < nth; ++i) {
        fields += fmt::format(" {} 0 R", issued.size + i * objects_per_stamp);
    }
    const std::size_t field = issued.size + (nth - 1) * objects_per_stamp;
    put(object_form, fmt::format("<</Fields[15 0 R{}]/SigFlags 3>>", fields));
    put(issued.page, issued.page_before + fields + issued.page_after);
    put(field,
        fmt::format("<</Type/Annot/Subtype/Widget/FT/Sig/T(archive-{})/F 132/P {} 0 R/V {} 0 "
                    "R/AP<</N 8 0 R>>/Rect[0 0 0 0]>>",
                    nth, issued.page, field + 1));
    put(field + 1, fmt::format("<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161"
                               "/ByteRange[0 0000000 0000000 0000000]/Contents<{}> >>",
                               std::string(2 * token_bytes, '0')));
    ArchiveStamp stamp;
    stamp.begin = begin;
    const std::size_t gap = text.find("/Contents<", offsets[field + 1] - begin) + 9;
    stamp.gap_begin = begin + gap;
    stamp.gap_end = stamp.gap_begin + 2 * token_bytes + 2;
    stamp.table = begin + text.size();
    text += "xref\n";
    for (const auto& [number, offset] : offsets) {
        text += fmt::format("{} 1\n{:010} 00000 n \n", number, offset);
    }
    text += fmt::format("trailer\n<</Size {}/Root 1 0 R{}/Prev {}>>\nstartxref\n{}\n%%EOF\n",
                        field + objects_per_stamp, issued.id, table_before, stamp.table);
    stamp.end = begin + text.size();
    const std::string range =
        fmt::format("{:07} {:07} {:07}", stamp.gap_begin, stamp.gap_end, stamp.end - stamp.gap_end);
    text.replace(gap - 9 - 1 - range.size(), range.size(), range);
    return {std::move(text), std::move(stamp)};
}

/// The token in lower-case hexadecimal digits, and zeros behind it.
std::optional<Bytes> read_token(std::string_view digits) {
    const bool lower = std::none_of(digits.begin(), digits.end(),
                                    [](char digit) { return digit >= 'A' && digit <= 'F'; });
    const auto bytes = from_hex(digits);
    ByteView rest = bytes ? ByteView(*bytes) : ByteView();
    const auto token = der::take_whole(rest, der::tag_sequence);
    const bool zeros =
        std::all_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte == 0; });
    return lower && token && zeros ? std::optional(Bytes(token->begin(), token->end()))
                                   : std::nullopt;
}

/// The revision at `begin`, if it is ours to the last byte.
std::optional<ArchiveStamp> read_stamp(std::string_view file, const Issued& issued, std::size_t nth,
                                       std::size_t begin, std::size_t table_before) {
    static constexpr std::string_view name = "/SubFilter/ETSI.RFC3161";
    static constexpr std::string_view contents = "/Contents<";
    const std::size_t dictionary = file.find(name, begin);
    const std::size_t open = dictionary == std::string_view::npos ? std::string_view::npos
                                                                  : file.find(contents, dictionary);
    const std::size_t close =
        open == std::string_view::npos ? open : file.find('>', open + contents.size());
    if (close == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view digits =
        file.substr(open + contents.size(), close - open - contents.size());
    if (digits.size() % 2 != 0 || digits.size() > 2 * archive_token_bytes_max) {
        return std::nullopt;
    }
    Revision expected = compose(issued, nth, begin, table_before, digits.size() / 2);
    ArchiveStamp& stamp = expected.stamp;
    const std::size_t gap = stamp.gap_begin - begin;
    const std::size_t gap_end = stamp.gap_end - begin;
    const std::string_view found = file.substr(begin, expected.text.size());
    const std::string_view text = expected.text;
    auto token = read_token(digits);
    if (found.size() != text.size() || found.substr(0, gap + 1) != text.substr(0, gap + 1) ||
        found.substr(gap_end - 1) != text.substr(gap_end - 1) || !token) {
        return std::nullopt;
    }
    stamp.token = std::move(*token);
    return std::move(stamp);
}

} // namespace

Result<std::vector<ArchiveStamp>> read_archive_stamps(ByteView file, std::size_t issued_bytes) {
    const std::string_view text = as_text(file);
    std::vector<ArchiveStamp> stamps;
    if (issued_bytes >= file.size()) {
        return issued_bytes == file.size() ? Result<std::vector<ArchiveStamp>>(stamps) : not_ours();
    }
    const auto issued = read_issued(text.substr(0, issued_bytes));
    if (!issued || file.size() > file_bytes_max) {
        return not_ours();
    }
    std::size_t begin = issued_bytes;
    std::size_t table = issued->table;
    while (begin < file.size()) {
        auto stamp = stamps.size() < archive_stamps_max
                         ? read_stamp(text, *issued, stamps.size() + 1, begin, table)
                         : std::nullopt;
        if (!stamp) {
            return not_ours();
        }
        begin = stamp->end;
        table = stamp->table;
        stamps.push_back(std::move(*stamp));
    }
    return stamps;
}

Result<ArchiveDraft> add_archive_stamp(ByteView file, std::size_t issued_bytes,
                                       std::size_t token_bytes) {
    const auto before = read_archive_stamps(file, issued_bytes);
    if (!before.ok()) {
        return before.error();
    }
    const auto issued = read_issued(as_text(file).substr(0, issued_bytes));
    if (!issued) {
        return not_ours();
    }
    const std::size_t nth = before.value().size() + 1;
    const std::size_t table = nth == 1 ? issued->table : before.value().back().table;
    Revision revision = compose(*issued, nth, file.size(), table, token_bytes);
    if (nth > archive_stamps_max || token_bytes > archive_token_bytes_max ||
        revision.stamp.end > file_bytes_max) {
        return Error{Fault::invalid_input, "no room for one more archive time-stamp"};
    }
    ArchiveDraft draft{Bytes(file.begin(), file.end()), std::move(revision.stamp)};
    append(draft.file, revision.text);
    return draft;
}

Digest archive_digest(ByteView file, const ArchiveStamp& stamp) {
    Sha256 hash;
    hash.update(file.first(stamp.gap_begin));
    hash.update(file.subspan(stamp.gap_end, stamp.end - stamp.gap_end));
    return hash.finish();
}

Digest ArchiveDraft::digest() const {
    return archive_digest(file, stamp);
}

Result<void> ArchiveDraft::put(ByteView token) {
    const std::size_t room = (stamp.gap_end - stamp.gap_begin - 2) / 2;
    if (token.size() > room) {
        return Error{Fault::invalid_input, "the token is larger than its room"};
    }
    write_hex(token, file.data() + stamp.gap_begin + 1);
    stamp.token.assign(token.begin(), token.end());
    return {};
}

} // namespace songda
