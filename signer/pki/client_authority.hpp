#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace songda::signer {

/// Signs short-lived client certificates for devices, and nothing else: an authority made for this
/// purpose, whose key is in the process that serves, so that a device is renewed without a person.
/// It is trusted by the devices' own listener alone. Immutable, so safe from several threads.
class ClientAuthority {
public:
    /// Faults name the file: not_found, invalid_input (the certificate is no authority's, or
    /// another key's; not P-256), forbidden (the key cannot be read).
    [[nodiscard]] static Result<ClientAuthority> open(const std::string& key_path,
                                                      const std::string& certificate_path);

    struct Subject {
        std::string name; ///< CN
        std::string uri;  ///< subjectAltName
        TimeMs now;
        TimeMs expires; ///< never after the authority itself
    };
    struct Issued {
        std::string pem;
        Digest digest{}; ///< SHA-256 of the DER
        TimeMs expires;
    };
    /// For whoever shows by a PKCS#10 request in PEM that they have a P-256 key; nothing else of
    /// the request counts. Faults: invalid_input (the request), internal.
    [[nodiscard]] Result<Issued> issue(std::string_view request_pem, const Subject& subject,
                                       Random& random) const;

private:
    ClientAuthority(openssl::Pkey key, openssl::Certificate certificate)
        : key_(std::move(key)), certificate_(std::move(certificate)) {}

    openssl::Pkey key_;
    openssl::Certificate certificate_;
};

} // namespace songda::signer
