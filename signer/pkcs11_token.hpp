#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "signer/pkcs11_uri.hpp"
#include "signer/secret.hpp"
#include "signer/signing_key.hpp"

namespace songda::signer {

struct Pkcs11Options {
    std::string module; ///< the vendor's library
    std::string token;  ///< label
    std::string serial; ///< empty: any
    Secret pin;
    bool require_unextractable = true;
    /// Sessions kept open at most; a token may allow fewer.
    std::size_t sessions_max = 32;
    /// How long one signature waits for a session, and for a token that is being opened again.
    std::chrono::milliseconds wait{2'000};
    /// After a failed try to open the token again: the first pause; each is twice the one before.
    std::chrono::milliseconds pause_first{250};
    std::chrono::milliseconds pause_max{30'000};
    /// Hears why the token is away, once, and (nothing) that it signs again. Called by threads that
    /// sign, one after the other.
    std::function<void(const std::optional<Error>&)> told;
};

/// A PKCS#11 token that signs: logged in once, a session for each thread that signs at the time,
/// handles of keys found once. A token that goes away (unplugged, restarted, network) is opened
/// again when something is to be signed: sessions and login first, then the library as a whole,
/// then again after a pause that grows; meanwhile everybody gets `unavailable` at once. A PIN that
/// the token refuses is never tried a second time: then only a restart helps, and `log_in` looks
/// whether it may. Safe to call from several threads. One object for one library in a process.
class Pkcs11Token {
public:
    /// Faults: invalid_input (library, two tokens of the label), not_found (no such token),
    /// forbidden (PIN), unavailable. They name library and token.
    [[nodiscard]] static Result<std::shared_ptr<Pkcs11Token>> open(Pkcs11Options options);

    Pkcs11Token() = default;
    Pkcs11Token(const Pkcs11Token&) = delete;
    Pkcs11Token& operator=(const Pkcs11Token&) = delete;
    virtual ~Pkcs11Token() = default;

    /// A key of this token, which it keeps open. Signs a value of no document once, to see that
    /// private and public half belong together. Faults as of find_key.
    [[nodiscard]] virtual Result<std::unique_ptr<const SigningKey>>
    open_key(const Pkcs11Uri& uri) = 0;
};

} // namespace songda::signer
