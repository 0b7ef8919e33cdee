#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/folder.hpp"
#include "base/journal.hpp"
#include "base/openssl_handles.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "signer/pki/book.hpp"
#include "signer/pki/key_file.hpp"

namespace songda::signer {

/// What to issue. The public key is given beside it.
struct IssueOrder {
    Profile profile = Profile::seal;
    Names names;
    int days = 0;       ///< 0: what the profile says
    std::string renews; ///< serial of the certificate that this one follows; empty: none
};

struct IssuedCertificate {
    BookEntry entry;
    bool again =
        false; ///< it was issued before, for the same key and names, and is given once more
};

/// What was put in order when a folder was opened after a command that did not end.
struct Recovery {
    std::vector<std::string> finished;  ///< serials whose certificate was whole
    std::vector<std::string> abandoned; ///< serials that were planned and never issued
    std::size_t torn_bytes = 0;         ///< of the journal's last line
};

/// A certificate authority in a folder of its own (docs/formats/pki.md), which may be on a machine
/// without network. The journal is the truth: nothing is signed before its intent is in it, and
/// status follows from it alone. Keys are read only by the calls that sign and are gone after them.
/// Belongs to one thread; the folder is locked as long as it lives. Move-only.
class Authority {
public:
    /// Opens a folder and finishes or closes what an ended command left open. `clock` and `random`
    /// outlive it; `by` says who acts, for the journal. Faults: not_found (no authority there),
    /// conflict (another process is at work), corrupt, as file_error.
    [[nodiscard]] static Result<Authority> open(const std::string& folder, const Clock& clock,
                                                Random& random, std::string by);

    /// Passphrases of the two keys.
    struct Secrets {
        Passphrase root;
        Passphrase issuing;
    };
    /// Makes the folder, both keys and both certificates, or goes on where an earlier call with the
    /// same terms ended; an authority that is whole is only opened. Faults: invalid_input, conflict
    /// (one with other terms is there), not_found (the root's key was taken away too early), as
    /// `open`.
    [[nodiscard]] static Result<Authority> init(const std::string& folder,
                                                const AuthorityTerms& terms, const Secrets& secrets,
                                                const Clock& clock, Random& random, std::string by);

    /// Issues under the issuing authority. Faults: invalid_input (names, days, a key that is known
    /// already under other names), conflict (the issuing authority is revoked), forbidden
    /// (passphrase), internal (the certificate would not have been what its profile says).
    [[nodiscard]] Result<IssuedCertificate> issue(const IssueOrder& order, EVP_PKEY* public_key,
                                                  const Passphrase& passphrase);

    /// Gives the issuing authority's key another certificate, so that what it signs may live on:
    /// every certificate, list and answer under it leads to either. Faults: conflict (it is not
    /// half over, or revoked), not_found (the root's key is away), forbidden (passphrase),
    /// invalid_input (days).
    [[nodiscard]] Result<BookEntry> renew_issuing(int days, const Passphrase& root_passphrase);

    /// What `issue` would give again for this order and key; nothing when the key is new. Fault
    /// conflict: the key has a certificate of another kind or with other names.
    [[nodiscard]] Result<std::optional<BookEntry>> find_issued(const IssueOrder& order,
                                                               const EVP_PKEY* key) const;

    /// With every other certificate of the same key, which only the issuing authority has. Faults:
    /// not_found, conflict (revoked already, or the root).
    [[nodiscard]] Result<void> revoke(std::string_view serial, const RevocationReason& reason,
                                      std::optional<TimeMs> invalid_since);
    /// Ends a hold, as widely. Faults: not_found, conflict (not held).
    [[nodiscard]] Result<void> release(std::string_view serial);

    [[nodiscard]] const Book& book() const { return book_; }
    [[nodiscard]] const AuthorityTerms& terms() const { return *book_.terms; }
    [[nodiscard]] const Recovery& recovery() const { return recovery_; }
    [[nodiscard]] const std::string& journal_head() const { return journal_.head(); }
    [[nodiscard]] const std::string& folder() const { return folder_; }
    [[nodiscard]] const Clock& clock() const { return clock_; }
    /// Did `init` end? Both certificates are there and the root's first revocation list.
    [[nodiscard]] bool complete() const;
    /// Fault conflict: the clock stands more than 400 days past the journal's last line. What is
    /// signed in the future cannot be taken back, since status never goes back in time.
    [[nodiscard]] Result<void> check_clock() const;
    /// The time for something new: the clock's, but never before the newest line of the journal.
    [[nodiscard]] TimeMs now() const;

    /// The entry whose serial begins with `text` (either case), or the authority named `root` or
    /// `issuing`. Faults: not_found, invalid_input
    /// (several do, or fewer than 4 digits).
    [[nodiscard]] Result<BookEntry> find(std::string_view text) const;
    /// A certificate that was issued, as its file has it. Faults: corrupt, as read_whole.
    [[nodiscard]] Result<openssl::Certificate> certificate(const BookEntry& entry) const;
    /// PEM: the certificate and the authority above it, root left out.
    [[nodiscard]] Result<std::string> chain_pem(const BookEntry& entry) const;

    [[nodiscard]] std::string root_key_path() const { return folder_ + "/root.key"; }
    [[nodiscard]] std::string root_list_path() const { return folder_ + "/root.crl"; }
    [[nodiscard]] std::string issuing_key_path() const { return folder_ + "/issuing.key"; }

    /// Writes a line and takes it into the book. For the parts of the authority (publish.hpp).
    [[nodiscard]] Result<void> record(std::string_view event, JournalFields fields);

private:
    Authority(std::string folder, FolderLock lock, Journal journal, Book book, const Clock& clock,
              Random& random, std::string by);
    struct Issuer {
        const X509* certificate; ///< null: the certificate is its own
        EVP_PKEY* key;
    };
    [[nodiscard]] static Result<Authority>
    open_folder(const std::string& folder, const Clock& clock, Random& random, std::string by);
    [[nodiscard]] Result<void> recover();
    [[nodiscard]] Result<void> settle(const BookEntry& open);
    [[nodiscard]] Result<void> make_hierarchy(const Secrets& secrets);
    [[nodiscard]] Result<BookEntry> sign_new(const IssueOrder& order, EVP_PKEY* public_key,
                                             const Issuer& issuer);
    [[nodiscard]] Result<BookEntry> plan(const IssueOrder& order, const Issuer& issuer);
    /// Serials of what is issued to this key; the entry's own is last.
    [[nodiscard]] std::vector<std::string> with_its_key(const BookEntry& entry) const;
    [[nodiscard]] std::string certificate_path(std::string_view serial) const;

    std::string folder_;
    FolderLock lock_;
    Journal journal_;
    Book book_;
    Recovery recovery_;
    const Clock& clock_;
    Random& random_;
    std::string by_;
};

} // namespace songda::signer
