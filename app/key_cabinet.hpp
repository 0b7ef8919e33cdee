#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "app/config.hpp"
#include "base/metrics.hpp"
#include "base/private.hpp"
#include "signer/pkcs11_token.hpp"
#include "signer/signing_key.hpp"

namespace songda::app {

/// Opens private keys as the configuration names them: files and keys on a token, which is opened
/// for the first of them. Tells operators when the token goes away and comes back. Of one thread;
/// the keys that it gives may outlive it.
class KeyCabinet {
public:
    KeyCabinet(const std::optional<Pkcs11Config>& pkcs11, metrics::Registry& metrics);

    /// Faults name the file, or address and token, and what to do.
    [[nodiscard]] Result<std::unique_ptr<const signer::SigningKey>>
    open(const std::string& name, const std::string& passphrase_file);

private:
    [[nodiscard]] Result<std::unique_ptr<const signer::SigningKey>>
    open_on_token(const std::string& name);
    /// A secret of a file, read once: a pipe gives it once.
    [[nodiscard]] Result<Private<std::string>> secret(const std::string& file);

    const std::optional<Pkcs11Config> pkcs11_;
    metrics::Gauge away_;
    std::map<std::string, Private<std::string>> secrets_;
    std::shared_ptr<signer::Pkcs11Token> token_;
};

} // namespace songda::app
