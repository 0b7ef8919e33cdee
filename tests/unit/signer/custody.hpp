#pragma once

#include <functional>
#include <memory>
#include <string>

#include <openssl/evp.h>

#include "signer/file_signer.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/soft_token.hpp"

namespace songda::signer {

/// One way to keep a key, with the sample department's seal key in it.
class Custody {
public:
    Custody() = default;
    Custody(const Custody&) = delete;
    Custody& operator=(const Custody&) = delete;
    virtual ~Custody() = default;
    [[nodiscard]] virtual Result<std::unique_ptr<const SigningKey>> open() = 0;
};

/// How a way is called and made.
struct CustodyKind {
    std::string name;
    std::function<std::unique_ptr<Custody>()> make;
};

/// A key file.
class FileCustody final : public Custody {
public:
    Result<std::unique_ptr<const SigningKey>> open() override {
        return open_key_file(fakes::sample_seal().seal_key, "");
    }
};

/// A token of SoftHSM.
class TokenCustody final : public Custody {
public:
    TokenCustody() {
        soft.import(fakes::sample_seal().seal_key, "seal", "01");
        token = Pkcs11Token::open(soft.options()).value();
    }
    Result<std::unique_ptr<const SigningKey>> open() override {
        return token->open_key({soft.label(), "", "seal", {}});
    }

    fakes::SoftToken soft;
    std::shared_ptr<Pkcs11Token> token;
};

/// Does OpenSSL, which did not make it, believe the signature under the key's public half?
[[nodiscard]] inline bool verifies(ByteView public_key, const Digest& digest,
                                   const EcdsaSignature& signature) {
    const unsigned char* at = public_key.data();
    const openssl::Pkey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(public_key.size())));
    const openssl::PkeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
    const Bytes der = write_ecdsa_der(signature);
    return context && EVP_PKEY_verify_init(context.get()) == 1 &&
           EVP_PKEY_verify(context.get(), der.data(), der.size(), digest.data(), digest.size()) ==
               1;
}

} // namespace songda::signer
