#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "signer/pkcs11_token.hpp"
#include "signer/secret.hpp"
#include "signer/signing_key.hpp"
#include "signer/sm2_key.hpp"

namespace songda::signer {

/// The token on which every key with a pkcs11: address is.
struct TokenPlace {
    std::string module;
    std::string pin_file;
    bool require_unextractable = true;
};

/// Opens private keys as a configuration names them: files and keys on a token, which is opened
/// for the first of them. Logs when the token goes away and comes back. Of one thread; the keys
/// that it gives may outlive it.
class KeyCabinet {
public:
    /// `told` hears whether the token is away; may be empty. Called by threads that sign.
    explicit KeyCabinet(const std::optional<TokenPlace>& token,
                        std::function<void(bool away)> told = nullptr)
        : place_(token), told_(std::move(told)) {}

    /// Faults name the file, or address and token, and what to do.
    [[nodiscard]] Result<std::unique_ptr<const SigningKey>>
    open(const std::string& name, const std::string& passphrase_file);

    /// Nothing for an empty name. Faults name the file.
    [[nodiscard]] Result<std::optional<Sm2Key>> open_sm2(const std::string& name,
                                                         const std::string& passphrase_file);

private:
    [[nodiscard]] Result<std::unique_ptr<const SigningKey>> open_on_token(const std::string& name);
    /// A secret of a file, read once: a pipe gives it once.
    [[nodiscard]] Result<Secret> secret(const std::string& file);

    const std::optional<TokenPlace> place_;
    const std::function<void(bool)> told_;
    std::map<std::string, Secret> secrets_;
    std::shared_ptr<Pkcs11Token> token_;
};

} // namespace songda::signer
