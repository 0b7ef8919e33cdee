#include "app/key_cabinet.hpp"

#include "app/secret_file.hpp"
#include "base/log.hpp"
#include "signer/file_signer.hpp"

namespace songda::app {

KeyCabinet::KeyCabinet(const std::optional<Pkcs11Config>& pkcs11, metrics::Registry& metrics)
    : pkcs11_(pkcs11) {
    if (pkcs11_) {
        away_ = metrics.gauge("songda_token_away", "1: the token with the keys is away");
    }
}

Result<std::unique_ptr<const signer::SigningKey>>
KeyCabinet::open(const std::string& name, const std::string& passphrase_file) {
    if (signer::is_pkcs11_uri(name)) {
        auto key = open_on_token(name);
        return key.ok() ? std::move(key)
                        : Result<std::unique_ptr<const signer::SigningKey>>(
                              Error{key.error().fault, name + ": " + key.error().detail});
    }
    if (passphrase_file.empty()) {
        return signer::open_key_file(name, "");
    }
    const auto passphrase = secret(passphrase_file);
    if (!passphrase.ok()) {
        return passphrase.error();
    }
    return signer::open_key_file(name, passphrase.value().reveal());
}

Result<std::unique_ptr<const signer::SigningKey>>
KeyCabinet::open_on_token(const std::string& name) {
    const auto uri = signer::parse_pkcs11_uri(name);
    if (!uri.ok()) {
        return uri.error();
    }
    if (!pkcs11_) {
        return Error{Fault::invalid_input, "needs the table [pkcs11]"};
    }
    if (!token_) {
        auto pin = secret(pkcs11_->pin_file);
        if (!pin.ok()) {
            return pin.error();
        }
        signer::Pkcs11Options options;
        options.module = pkcs11_->module;
        options.token = uri.value().token;
        options.serial = uri.value().serial;
        options.pin = std::move(pin).value();
        options.require_unextractable = pkcs11_->require_unextractable;
        options.told = [gauge = away_](const std::optional<Error>& away) {
            gauge.set(away ? 1 : 0);
            if (away) {
                log::error("token_away",
                           {{"fault", fault_name(away->fault)}, {"why", away->detail}});
            } else {
                log::info("token_back", {});
            }
        };
        auto token = signer::Pkcs11Token::open(std::move(options));
        if (!token.ok()) {
            return token.error();
        }
        token_ = std::move(token).value();
    }
    return token_->open_key(uri.value());
}

Result<Private<std::string>> KeyCabinet::secret(const std::string& file) {
    const auto known = secrets_.find(file);
    if (known != secrets_.end()) {
        return known->second;
    }
    auto read = read_secret_line(file);
    if (read.ok()) {
        secrets_.emplace(file, read.value());
    }
    return read;
}

} // namespace songda::app
