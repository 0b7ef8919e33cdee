#pragma once

#include <string>

#include "app/commands.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "signer/pki/authority.hpp"

/// What the commands of `songda pki` share.
namespace songda::app {

/// The first line of the file (a descriptor as /dev/fd/3, a systemd credential). A new one must
/// have 12 characters or more. Faults: not_found, invalid_input.
[[nodiscard]] Result<signer::Passphrase> read_passphrase(const std::string& path);
[[nodiscard]] Result<signer::Passphrase> read_new_passphrase(const std::string& path);
/// Of a key that goes to the service: none when no file is named.
[[nodiscard]] Result<signer::Passphrase> read_key_passphrase(const std::string& path);

/// The open authority with the clock and the randomness that it works with. Not movable.
class PkiDesk {
public:
    /// Opens the folder and tells what an ended command had left.
    [[nodiscard]] Result<signer::Authority> open(const std::string& folder);
    /// The same, for commands that sign: the clock is looked at unless it is said to be right.
    [[nodiscard]] Result<signer::Authority> open_to_sign(const PkiArguments& arguments);
    [[nodiscard]] Result<signer::Authority> init(const std::string& folder,
                                                 const signer::AuthorityTerms& terms,
                                                 const signer::Authority::Secrets& secrets);

private:
    SystemClock clock_;
    SystemRandom random_;
};

/// Prints what kind of failure it is in Chinese, then what exactly, on standard error; returns 2.
int tell_pki_failure(const Error& error);

/// `印章证书 seal`.
[[nodiscard]] std::string profile_words(signer::Profile profile);
/// `有效 valid`, `暂停使用 certificateHold`, `已过期 expired`.
[[nodiscard]] std::string standing_words(const signer::BookEntry& entry, TimeMs now);
/// Two or three lines about a certificate.
void tell_certificate(const signer::BookEntry& entry, TimeMs now);

} // namespace songda::app
