#include "base/archive_writer.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "base/der.hpp"
#include "base/own_pdf.hpp"
#include "base/sha256.hpp"

namespace songda::archive {
namespace {

// Numbers of docs/formats/pdf.md, "Objects".
constexpr std::size_t object_catalog = 1;
constexpr std::size_t object_form = 7;
constexpr std::size_t object_seal_field = 15;

constexpr std::string_view dictionary_end = ">>";

Digest item_id(const Evidence& item) {
    const std::array<std::uint8_t, 1> kind = {static_cast<std::uint8_t>(item.kind)};
    Sha256 hash;
    hash.update(kind);
    hash.update(item.der);
    return hash.finish();
}

std::string references(const std::vector<std::size_t>& numbers) {
    std::string to;
    for (const std::size_t number : numbers) {
        to += fmt::format("{}{} 0 R", to.empty() ? "" : " ", number);
    }
    return to;
}

} // namespace

struct Ground::Draft {
    std::size_t begin;
    std::string text{};
    std::map<std::size_t, std::size_t> offsets{};
    ArchiveRevision revision{};

    void put(std::size_t number, std::string_view body) {
        offsets[number] = begin + text.size();
        text += fmt::format("{} 0 obj\n{}\nendobj\n", number, body);
    }
};

std::string stream_head(std::size_t number) {
    return fmt::format("{} 0 obj\n<</Length ", number);
}

std::string store_head(std::size_t number) {
    return fmt::format("{} 0 obj\n<</Type/DSS", number);
}

std::optional<Ground> Ground::of(std::string_view issued) {
    const auto own = OwnPdf::read(issued);
    if (!own.ok() || own.value().body(object_form) != "<</Fields[15 0 R]/SigFlags 3>>") {
        return std::nullopt;
    }
    static constexpr std::string_view page_name = "/P ";
    static constexpr std::string_view annotations = "/Annots[15 0 R";
    const std::string_view field = own.value().body(object_seal_field);
    const std::size_t at = field.find(page_name);
    Ground ground;
    ground.size_ = own.value().size();
    ground.table_ = own.value().table();
    ground.id_ = own.value().id();
    if (at != std::string_view::npos) {
        std::from_chars(field.data() + at + page_name.size(), field.data() + field.size(),
                        ground.page_);
    }
    const std::string_view page = own.value().body(ground.page_);
    const std::size_t list = page.find(annotations);
    const std::string_view catalog = own.value().body(object_catalog);
    if (!page.starts_with("<</Type/Page/") || list == std::string_view::npos ||
        page.substr(list + annotations.size(), 1) != "]" ||
        !catalog.starts_with("<</Type/Catalog/") || !catalog.ends_with(dictionary_end)) {
        return std::nullopt;
    }
    ground.page_before_ = page.substr(0, list + annotations.size());
    ground.page_after_ = page.substr(list + annotations.size());
    ground.catalog_ = catalog.substr(0, catalog.size() - dictionary_end.size());
    return ground;
}

bool Ground::has(const Evidence& item) const {
    return known_.contains(item_id(item));
}

Ground::Text Ground::append(std::size_t begin, const ArchiveAddition& addition) {
    Draft draft{begin};
    draft.revision.begin = begin;
    if (!addition.evidence.empty()) {
        put_store(draft, addition.evidence);
        draft.revision.evidence = addition.evidence;
    }
    if (addition.token_bytes > 0) {
        put_slot(draft, addition);
    }
    end(draft);
    ++revisions_;
    return {std::move(draft.text), std::move(draft.revision)};
}

/// The new items as streams, the store's dictionary with all that it ever had, so that a reader of
/// the last revision misses nothing, and the first time the catalog that names it.
void Ground::put_store(Draft& draft, const std::vector<Evidence>& evidence) {
    for (const Evidence& item : evidence) {
        draft.offsets[size_] = draft.begin + draft.text.size();
        draft.text += fmt::format("{}{}{}", stream_head(size_), item.der.size(), stream_begin);
        draft.text += as_text(item.der);
        draft.text += stream_end;
        for (std::size_t list = 0; list < store_lists.size(); ++list) {
            if (store_lists[list].kind == item.kind) {
                lists_[list].push_back(size_);
            }
        }
        known_.insert(item_id(item));
        ++size_;
    }
    const bool first = store_ == 0;
    if (first) {
        store_ = size_++;
    }
    std::string store = "<</Type/DSS";
    for (std::size_t list = 0; list < store_lists.size(); ++list) {
        if (!lists_[list].empty()) {
            store += fmt::format("{}{}]", store_lists[list].name, references(lists_[list]));
        }
    }
    draft.put(store_, store + ">>");
    if (first) {
        // What PDF 1.7 does not have, a file says that it has (ISO 32000-1 §7.12).
        draft.put(object_catalog, fmt::format("{}/Extensions<</ESIC<</BaseVersion/1.7"
                                              "/ExtensionLevel 1>>>>/DSS {} 0 R>>",
                                              catalog_, store_));
    }
}

void Ground::put_slot(Draft& draft, const ArchiveAddition& addition) {
    const std::size_t field = size_;
    const bool seal = addition.sealed_at.has_value();
    fields_.push_back(field);
    sealed_ = sealed_ || seal;
    size_ += 2;
    const std::string name = seal ? "sm2seal" : fmt::format("archive-{}", stamps());
    const std::string head =
        seal ? fmt::format("{}{})", seal_head, der::generalized_time(*addition.sealed_at))
             : std::string(stamp_head);
    const std::string fields = ' ' + references(fields_);
    draft.put(object_form, fmt::format("<</Fields[15 0 R{}]/SigFlags 3>>", fields));
    draft.put(page_, page_before_ + fields + page_after_);
    draft.put(field, fmt::format("<</Type/Annot/Subtype/Widget/FT/Sig/T({})/F 132/P {} 0 R/V {} 0 "
                                 "R/AP<</N 8 0 R>>/Rect[0 0 0 0]>>",
                                 name, page_, field + 1));
    draft.put(field + 1, fmt::format("{}/ByteRange[0 0000000 0000000 0000000]/Contents<{}> >>",
                                     head, std::string(2 * addition.token_bytes, '0')));
    if (seal) {
        draft.revision.seal.emplace().at =
            *der::read_generalized_time(der::generalized_time(*addition.sealed_at));
    } else {
        draft.revision.stamp.emplace();
    }
    ArchiveSlot& slot = *slot_of(draft.revision);
    const std::size_t object = draft.offsets[field + 1] - draft.begin;
    slot.gap_begin = draft.begin + draft.text.find(contents, object) + contents.size() - 1;
    slot.gap_end = slot.gap_begin + 2 * addition.token_bytes + 2;
}

void Ground::end(Draft& draft) {
    ArchiveRevision& revision = draft.revision;
    revision.table = draft.begin + draft.text.size();
    draft.text += "xref\n";
    for (const auto& [number, offset] : draft.offsets) {
        draft.text += fmt::format("{} 1\n{:010} 00000 n \n", number, offset);
    }
    draft.text += fmt::format("trailer\n<</Size {}/Root 1 0 R{}/Prev {}>>\nstartxref\n{}\n%%EOF\n",
                              size_, id_, table_, revision.table);
    revision.end = draft.begin + draft.text.size();
    table_ = revision.table;
    if (ArchiveSlot* const slot = slot_of(revision)) {
        slot->end = revision.end;
        const std::string range = fmt::format("{:07} {:07} {:07}", slot->gap_begin, slot->gap_end,
                                              slot->end - slot->gap_end);
        const std::size_t list_end = slot->gap_begin - draft.begin + 1 - contents.size() - 1;
        draft.text.replace(list_end - range.size(), range.size(), range);
    }
}

} // namespace songda::archive
