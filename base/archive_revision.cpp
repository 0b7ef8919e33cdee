#include "base/archive_revision.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "base/archive_writer.hpp"
#include "base/check.hpp"
#include "base/der.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda {
namespace {

using archive::Ground;
using archive::store_lists;

Error not_ours() {
    return {Fault::corrupt, "what stands behind the issued file is no archive revision of ours"};
}

bool fits(const ArchiveAddition& addition) {
    return addition.token_bytes <=
           (addition.sealed_at ? archive_seal_bytes_max : archive_token_bytes_max);
}

Error no_room(const char* why) {
    return {Fault::invalid_input, why};
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

/// Steps through a revision and takes out what it adds; whether all is in its place shows only when
/// it is written again.
class Reader {
public:
    Reader(std::string_view file, std::size_t begin) : file_(file), at_(begin) {}

    std::optional<ArchiveAddition> read(const Ground& ground) {
        ArchiveAddition addition;
        while (take(archive::stream_head(ground.next_number() + addition.evidence.size()))) {
            auto item = read_stream();
            if (!item || ground.items() + addition.evidence.size() >= archive_evidence_items_max) {
                return std::nullopt;
            }
            addition.evidence.push_back({Evidence::Kind::certificate, std::move(*item)});
        }
        if (!addition.evidence.empty() && !sort_out(ground, addition.evidence)) {
            return std::nullopt;
        }
        if (file_.substr(at_).starts_with(archive::form_head) && !read_slot(addition)) {
            return std::nullopt;
        }
        return addition;
    }

    /// What stands where its token is.
    [[nodiscard]] std::string_view digits() const { return digits_; }

private:
    bool take(std::string_view expected) {
        const bool there = file_.substr(at_).starts_with(expected);
        at_ += there ? expected.size() : 0;
        return there;
    }

    std::optional<Bytes> read_stream() {
        std::size_t size = 0;
        const char* const begin = file_.data() + at_;
        const auto [end, failure] = std::from_chars(begin, file_.data() + file_.size(), size);
        at_ += static_cast<std::size_t>(end - begin);
        if (failure != std::errc() || size == 0 || size > archive_evidence_bytes_max ||
            !take(archive::stream_begin) || size > file_.size() - at_) {
            return std::nullopt;
        }
        const ByteView der = as_bytes(file_.substr(at_, size));
        at_ += size;
        return take(archive::stream_end) ? std::optional(Bytes(der.begin(), der.end()))
                                         : std::nullopt;
    }

    /// The store's dictionary says how many items of each kind there are now. Steps behind it and
    /// the catalog.
    bool sort_out(const Ground& ground, std::vector<Evidence>& evidence) {
        if (!take(archive::store_head(ground.store_number(evidence.size())))) {
            return false;
        }
        std::size_t sorted = 0;
        const std::string_view store = take_object();
        for (std::size_t list = 0; list < store_lists.size(); ++list) {
            const std::size_t count = count_in(store, store_lists[list].name);
            for (std::size_t item = ground.items_of(list); item < count; ++item, ++sorted) {
                if (sorted == evidence.size()) {
                    return false;
                }
                evidence[sorted].kind = store_lists[list].kind;
            }
        }
        if (take("1 0 obj\n")) {
            (void)take_object();
        }
        return sorted == evidence.size();
    }

    std::string_view take_object() {
        static constexpr std::string_view object_end = "\nendobj\n";
        const std::size_t begin = at_;
        const std::size_t end = std::min(file_.find(object_end, begin), file_.size());
        at_ = std::min(end + object_end.size(), file_.size());
        return file_.substr(begin, end - begin);
    }

    static std::size_t count_in(std::string_view store, std::string_view name) {
        const std::size_t at = store.find(name);
        if (at == std::string_view::npos) {
            return 0;
        }
        const std::string_view list = store.substr(at + name.size());
        return static_cast<std::size_t>(std::count(
            list.begin(),
            list.begin() + static_cast<std::ptrdiff_t>(std::min(list.find(']'), list.size())),
            'R'));
    }

    /// Of a time-stamp or a seal, whichever comes first.
    bool read_slot(ArchiveAddition& to) {
        const std::size_t stamp = file_.find(archive::stamp_head, at_);
        const std::size_t seal = file_.find(archive::seal_head, at_);
        const std::size_t head = std::min(stamp, seal);
        const std::size_t open = head == std::string_view::npos
                                     ? std::string_view::npos
                                     : file_.find(archive::contents, head);
        if (open == std::string_view::npos) {
            return false;
        }
        if (seal < stamp) {
            to.sealed_at =
                der::read_generalized_time(file_.substr(seal + archive::seal_head.size(), 15));
        }
        const std::size_t begin = open + archive::contents.size();
        const std::size_t close = file_.find('>', begin);
        digits_ = file_.substr(begin, std::min(close, file_.size()) - begin);
        to.token_bytes = digits_.size() / 2;
        return close != std::string_view::npos && !digits_.empty() && digits_.size() % 2 == 0 &&
               fits(to);
    }

    std::string_view file_;
    std::size_t at_;
    std::string_view digits_;
};

/// Are the written bytes those of the file, but for the token?
bool is_same(std::string_view found, const Ground::Text& expected) {
    const std::string_view text = expected.text;
    const ArchiveSlot* const slot = expected.revision.slot();
    if (found.size() != text.size() || slot == nullptr) {
        return found == text;
    }
    const std::size_t gap = slot->gap_begin - expected.revision.begin;
    const std::size_t gap_end = slot->gap_end - expected.revision.begin;
    return found.substr(0, gap + 1) == text.substr(0, gap + 1) &&
           found.substr(gap_end - 1) == text.substr(gap_end - 1);
}

/// The revision at `begin`, if it is ours to the last byte; the ground then stands on it.
std::optional<ArchiveRevision> read_revision(std::string_view file, std::size_t begin,
                                             Ground& ground) {
    Reader reader(file, begin);
    const auto addition = reader.read(ground);
    if (!addition || (addition->evidence.empty() && addition->token_bytes == 0) ||
        (addition->sealed_at && ground.is_sealed())) {
        return std::nullopt;
    }
    const std::size_t items = ground.items() + addition->evidence.size();
    Ground::Text expected = ground.append(begin, *addition);
    if (!is_same(file.substr(begin, expected.text.size()), expected) || ground.items() != items) {
        return std::nullopt;
    }
    if (ArchiveSlot* const slot = archive::slot_of(expected.revision)) {
        auto token = read_token(reader.digits());
        if (!token) {
            return std::nullopt;
        }
        slot->token = std::move(*token);
    }
    return std::move(expected.revision);
}

struct Reading {
    std::vector<ArchiveRevision> revisions;
    Ground ground;
};

Result<Reading> read_all(ByteView file, std::size_t issued_bytes) {
    const std::string_view text = as_text(file);
    if (issued_bytes > file.size()) {
        return not_ours();
    }
    auto ground = Ground::of(text.substr(0, issued_bytes));
    if (!ground || file.size() > archive::file_bytes_max) {
        return not_ours();
    }
    Reading reading{{}, std::move(*ground)};
    for (std::size_t begin = issued_bytes; begin < file.size();) {
        auto revision = reading.ground.revisions() < archive_revisions_max
                            ? read_revision(text, begin, reading.ground)
                            : std::nullopt;
        if (!revision || reading.ground.stamps() > archive_stamps_max) {
            return not_ours();
        }
        begin = revision->end;
        reading.revisions.push_back(std::move(*revision));
    }
    return reading;
}

/// What of it is new, in the order in which a revision has it.
std::vector<Evidence> fresh(const Ground& ground, const std::vector<Evidence>& evidence) {
    std::vector<Evidence> sorted;
    for (const auto& list : store_lists) {
        for (const Evidence& item : evidence) {
            if (item.kind == list.kind && !ground.has(item) &&
                std::find(sorted.begin(), sorted.end(), item) == sorted.end()) {
                sorted.push_back(item);
            }
        }
    }
    return sorted;
}

} // namespace

Result<std::vector<ArchiveRevision>> read_archive(ByteView file, std::size_t issued_bytes) {
    if (issued_bytes == file.size()) {
        return std::vector<ArchiveRevision>();
    }
    auto reading = read_all(file, issued_bytes);
    return reading.ok() ? Result(std::move(reading.value().revisions)) : reading.error();
}

Result<ArchiveDraft> add_archive_revision(ByteView file, std::size_t issued_bytes,
                                          const ArchiveAddition& addition) {
    auto reading = read_all(file, issued_bytes);
    if (!reading.ok()) {
        return reading.error();
    }
    Ground& ground = reading.value().ground;
    const ArchiveAddition added{fresh(ground, addition.evidence), addition.token_bytes,
                                addition.sealed_at};
    if (added.evidence.empty() && added.token_bytes == 0) {
        return no_room("nothing to add: the file has it already");
    }
    if (added.sealed_at && (added.token_bytes == 0 || ground.is_sealed())) {
        return no_room("the file has an electronic seal already, or no room for one was asked");
    }
    const bool too_large =
        std::any_of(added.evidence.begin(), added.evidence.end(), [](const Evidence& item) {
            return item.der.empty() || item.der.size() > archive_evidence_bytes_max;
        });
    if (too_large || ground.items() + added.evidence.size() > archive_evidence_items_max) {
        return no_room("no room for one more certificate, OCSP answer or revocation list");
    }
    Ground::Text revision = ground.append(file.size(), added);
    if (ground.stamps() > archive_stamps_max || ground.revisions() > archive_revisions_max ||
        !fits(added) || revision.revision.end > archive::file_bytes_max) {
        return no_room("no room for one more archive revision");
    }
    ArchiveDraft draft{Bytes(file.begin(), file.end()), std::move(revision.revision)};
    append(draft.file, revision.text);
    return draft;
}

std::array<ByteView, 2> archive_ranges(ByteView file, const ArchiveSlot& slot) {
    return {file.first(slot.gap_begin), file.subspan(slot.gap_end, slot.end - slot.gap_end)};
}

Digest archive_digest(ByteView file, const ArchiveSlot& slot) {
    Sha256 hash;
    for (const ByteView range : archive_ranges(file, slot)) {
        hash.update(range);
    }
    return hash.finish();
}

Digest ArchiveDraft::digest() const {
    return archive_digest(file, revision.stamp.value());
}

Result<void> ArchiveDraft::put(ByteView token) {
    ArchiveSlot* const slot = archive::slot_of(revision);
    SONGDA_CHECK(slot != nullptr);
    const std::size_t room = (slot->gap_end - slot->gap_begin - 2) / 2;
    if (token.size() > room) {
        return no_room("the token is larger than its room");
    }
    write_hex(token, file.data() + slot->gap_begin + 1);
    slot->token.assign(token.begin(), token.end());
    return {};
}

} // namespace songda
