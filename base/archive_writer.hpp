#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/archive_revision.hpp"

/// How the revisions of docs/formats/pdf.md, "Archive revisions", are spelled: for
/// archive_revision.cpp, which reads them by writing them again.
namespace songda::archive {

/// What seven digits can tell.
inline constexpr std::size_t file_bytes_max = 9'999'999;

/// Kinds of evidence in the order in which a revision has them, and their lists in the store.
struct StoreList {
    Evidence::Kind kind;
    std::string_view name;
};
inline constexpr std::array store_lists = {StoreList{Evidence::Kind::certificate, "/Certs["},
                                           StoreList{Evidence::Kind::ocsp, "/OCSPs["},
                                           StoreList{Evidence::Kind::crl, "/CRLs["}};

inline constexpr std::string_view stream_begin = ">>\nstream\n";
inline constexpr std::string_view stream_end = "\nendstream\nendobj\n";
[[nodiscard]] std::string stream_head(std::size_t number);
[[nodiscard]] std::string store_head(std::size_t number);
inline constexpr std::string_view form_head = "7 0 obj\n";
inline constexpr std::string_view stamp_head =
    "<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161";
/// Then its time, as a GeneralizedTime spells it (ISO 32000-1 §7.9.4 does the same).
inline constexpr std::string_view seal_head =
    "<</Type/Sig/Filter/Gomain.GMPkiLite/SubFilter/GM.sm2seal/M(D:";
inline constexpr std::string_view contents = "/Contents<";

/// ArchiveRevision::slot for who fills it in.
[[nodiscard]] inline ArchiveSlot* slot_of(ArchiveRevision& revision) {
    return revision.stamp ? &*revision.stamp : revision.seal ? &revision.seal->slot : nullptr;
}

/// What the next revision builds on: the issued file, and what the revisions behind it added.
class Ground {
public:
    /// Nothing if it is not a file of ours with a seal.
    [[nodiscard]] static std::optional<Ground> of(std::string_view issued);

    /// What a revision there says.
    struct Text {
        std::string text;
        ArchiveRevision revision; ///< its token is all zeros
    };
    /// Writes a revision at `begin` of the file, and stands on it afterwards. `token_bytes` 0: no
    /// time-stamp or seal. The evidence is in the order of `store_lists` and new.
    [[nodiscard]] Text append(std::size_t begin, const ArchiveAddition& addition);

    /// Is it in the store?
    [[nodiscard]] bool has(const Evidence& item) const;
    [[nodiscard]] std::size_t next_number() const { return size_; }
    /// Of the dictionary of the store, there or to be made behind `new_items`.
    [[nodiscard]] std::size_t store_number(std::size_t new_items) const {
        return store_ == 0 ? size_ + new_items : store_;
    }
    [[nodiscard]] std::size_t items() const { return known_.size(); }
    [[nodiscard]] std::size_t items_of(std::size_t list) const { return lists_[list].size(); }
    [[nodiscard]] std::size_t stamps() const { return fields_.size() - (sealed_ ? 1 : 0); }
    [[nodiscard]] bool is_sealed() const { return sealed_; }
    [[nodiscard]] std::size_t revisions() const { return revisions_; }

private:
    Ground() = default;
    struct Draft;
    void put_store(Draft& draft, const std::vector<Evidence>& evidence);
    void put_slot(Draft& draft, const ArchiveAddition& addition);
    void end(Draft& draft);

    std::string id_;
    std::string catalog_; ///< without the end of its dictionary
    std::size_t page_ = 0;
    std::string page_before_, page_after_; ///< around the end of its list of annotations
    std::size_t size_ = 0;                 ///< one more than the greatest object number
    std::size_t table_ = 0;
    std::size_t store_ = 0; ///< object number; 0: there is none
    std::array<std::vector<std::size_t>, store_lists.size()> lists_;
    std::set<Digest> known_;
    std::vector<std::size_t> fields_; ///< of the time-stamps and the seal
    bool sealed_ = false;
    std::size_t revisions_ = 0;
};

} // namespace songda::archive
