#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/journal.hpp"
#include "base/result.hpp"
#include "signer/pki/profile.hpp"

/// What the journal of an authority says, folded: its terms, its certificates, its numbers.
namespace songda::signer {

/// RFC 5280 §5.3.1; the value is CRLReason.
struct RevocationReason {
    int code;
    std::string_view name;
    std::string_view zh;
};
/// removeFromCRL is for delta CRLs, which are not made here: a hold is released instead.
inline constexpr std::array revocation_reasons = {
    RevocationReason{0, "unspecified", "未说明"},
    RevocationReason{1, "keyCompromise", "私钥泄露"},
    RevocationReason{2, "cACompromise", "签发机构泄露"},
    RevocationReason{3, "affiliationChanged", "隶属变更"},
    RevocationReason{4, "superseded", "已被替代"},
    RevocationReason{5, "cessationOfOperation", "停止使用"},
    RevocationReason{6, "certificateHold", "暂停使用"},
    RevocationReason{9, "privilegeWithdrawn", "权限收回"},
    RevocationReason{10, "aACompromise", "属性机构泄露"},
};
inline constexpr int hold_code = 6;
/// Null for a name that is none.
[[nodiscard]] const RevocationReason* find_reason(std::string_view name);

struct Revocation {
    const RevocationReason* reason;
    TimeMs at;
    std::optional<TimeMs> invalid_since; ///< when the key is believed to have been lost
};

/// Written as `intent` before a key signs; `issued` once the certificate is a file; `void` when
/// nothing was signed or nothing of it is left.
enum class Standing { intended, issued, abandoned };

struct BookEntry {
    std::string serial; ///< upper case hexadecimal
    Profile profile = Profile::seal;
    Names names;
    TimeMs not_before;
    TimeMs not_after;
    std::string public_key;   ///< SHA-256 of the SubjectPublicKeyInfo, hexadecimal
    std::string to_be_signed; ///< SHA-256 of the TBSCertificate
    std::string certificate;  ///< SHA-256 of the certificate, once issued
    std::string renews;       ///< serial of the certificate that it follows
    Standing standing = Standing::intended;
    std::optional<Revocation> revocation;
};

/// One run of `songda pki publish`, written before anything of it is signed.
struct Publication {
    std::uint64_t crl_number = 0;
    std::uint64_t root_crl_number = 0;
    TimeMs this_update; ///< of the newest status of the issuing authority
    TimeMs root_this_update;
};

struct Book {
    std::optional<AuthorityTerms> terms;
    std::vector<BookEntry> entries; ///< in the order of the journal
    Publication last;

    [[nodiscard]] BookEntry* find(std::string_view serial);
    [[nodiscard]] const BookEntry* find(std::string_view serial) const;
    /// The newest issued certificate of the profile; null for none.
    [[nodiscard]] const BookEntry* newest(Profile profile) const;
    /// When the first certificate of the profile began; one must have been issued.
    [[nodiscard]] TimeMs beginning(Profile profile) const;
};

[[nodiscard]] JournalFields terms_fields(const AuthorityTerms& terms);
[[nodiscard]] JournalFields intent_fields(const BookEntry& entry);

/// Takes one line into the book. Fault corrupt: a line that its predecessors do not allow.
[[nodiscard]] Result<void> enter(Book& book, const JournalLine& line);
[[nodiscard]] Result<Book> read_book(const std::vector<JournalLine>& lines);

} // namespace songda::signer
