#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// DomainKeys Identified Mail: RFC 6376 with rsa-sha256, RFC 8463 with ed25519-sha256, both
/// relaxed/relaxed. docs/formats/mail.md.
namespace songda::delivery {

/// A key and the name under which its public half is published: `SELECTOR._domainkey.DOMAIN`.
struct DkimKeyFile {
    std::string selector;
    std::string path;
};

/// Vouches for mails in the name of a domain. Every key signs every mail, so that a receiver that
/// knows one of them is content: RSA beside Ed25519, the old key beside the new one while they
/// change. Safe to call from several threads.
class DkimSigner {
public:
    static constexpr std::size_t keys_max = 4;

    /// At least one key is RSA, of 2048 bits or more: few receivers know the other. Faults as
    /// read_key_file; invalid_input names what is wrong.
    [[nodiscard]] static Result<DkimSigner> make(std::string domain,
                                                 const std::vector<DkimKeyFile>& keys);

    /// The fields that stand in front of the message, one for each key, each with its CRLF. The
    /// message is as it goes over the wire; not one byte of it may change afterwards. The same
    /// message and time give the same fields. Fault internal.
    [[nodiscard]] Result<std::string> sign(std::string_view message, TimeMs at) const;

private:
    struct Key {
        std::string selector;
        openssl::Pkey key;
    };
    [[nodiscard]] Result<std::string> field(const Key& key, std::string_view message,
                                            std::string_view body_hash, TimeMs at) const;

    std::string domain_;
    std::vector<Key> keys_;
};

/// May stand in front of `._domainkey.`: labels of letters, digits and hyphens.
[[nodiscard]] bool is_dkim_selector(std::string_view text);

/// `v=DKIM1; k=rsa; p=…`, the TXT record to publish for a key's file. Faults as read_key_file.
[[nodiscard]] Result<std::string> dkim_record(const std::string& path);

/// The hash of a body, relaxed (RFC 6376 §3.4.4).
[[nodiscard]] Digest dkim_body_hash(std::string_view message);

/// What is signed: the hash of the fields that `names` lists, from the last upwards, one for each
/// mention, and of `field`, a DKIM-Signature field whose `b=` is empty and last (RFC 6376 §3.7).
[[nodiscard]] Digest dkim_header_hash(std::string_view message,
                                      const std::vector<std::string_view>& names,
                                      std::string_view field);

} // namespace songda::delivery
