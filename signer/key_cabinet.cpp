#include "signer/key_cabinet.hpp"

#include "base/log.hpp"
#include "signer/file_signer.hpp"

namespace songda::signer {

Result<std::unique_ptr<const SigningKey>> KeyCabinet::open(const std::string& name,
                                                           const std::string& passphrase_file) {
    if (is_pkcs11_uri(name)) {
        auto key = open_on_token(name);
        return key.ok() ? std::move(key)
                        : Result<std::unique_ptr<const SigningKey>>(
                              Error{key.error().fault, name + ": " + key.error().detail});
    }
    if (passphrase_file.empty()) {
        return open_key_file(name, "");
    }
    const auto passphrase = secret(passphrase_file);
    if (!passphrase.ok()) {
        return passphrase.error();
    }
    return open_key_file(name, passphrase.value().reveal());
}

Result<std::optional<Sm2Key>> KeyCabinet::open_sm2(const std::string& name,
                                                   const std::string& passphrase_file) {
    if (name.empty()) {
        return std::optional<Sm2Key>();
    }
    const auto passphrase = passphrase_file.empty() ? Result(Secret()) : secret(passphrase_file);
    if (!passphrase.ok()) {
        return passphrase.error();
    }
    auto key = Sm2Key::read(name, passphrase.value().reveal());
    return key.ok() ? Result(std::optional(std::move(key).value())) : key.error();
}

Result<std::unique_ptr<const SigningKey>> KeyCabinet::open_on_token(const std::string& name) {
    const auto uri = parse_pkcs11_uri(name);
    if (!uri.ok()) {
        return uri.error();
    }
    if (!place_) {
        return Error{Fault::invalid_input, "needs the table [pkcs11]"};
    }
    if (!token_) {
        auto pin = secret(place_->pin_file);
        if (!pin.ok()) {
            return pin.error();
        }
        Pkcs11Options options;
        options.module = place_->module;
        options.token = uri.value().token;
        options.serial = uri.value().serial;
        options.pin = std::move(pin).value();
        options.require_unextractable = place_->require_unextractable;
        options.told = [told = told_](const std::optional<Error>& away) {
            if (told) {
                told(away.has_value());
            }
            if (away) {
                log::error("token_away",
                           {{"fault", fault_name(away->fault)}, {"why", away->detail}});
            } else {
                log::info("token_back", {});
            }
        };
        auto token = Pkcs11Token::open(std::move(options));
        if (!token.ok()) {
            return token.error();
        }
        token_ = std::move(token).value();
    }
    return token_->open_key(uri.value());
}

Result<Secret> KeyCabinet::secret(const std::string& file) {
    const auto known = secrets_.find(file);
    if (known != secrets_.end()) {
        return known->second;
    }
    auto read = Secret::read_line(file);
    if (read.ok()) {
        secrets_.emplace(file, read.value());
    }
    return read;
}

} // namespace songda::signer
