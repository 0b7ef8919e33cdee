#include "signer/key_places.hpp"

namespace songda::signer {

std::string KeyPlaces::operator()(TomlTable& table, std::string_view key) {
    const std::string text = table.text(key);
    if (!is_pkcs11_uri(text)) {
        return paths_.file(table, key, text);
    }
    const auto uri = parse_pkcs11_uri(text);
    if (!uri.ok()) {
        table.refuse(key, uri.error().detail);
        return {};
    }
    if (!has_module_) {
        table.refuse(key, "a pkcs11: address needs the table [pkcs11] with module and pin_file");
    }
    if (!first_) {
        first_ = uri.value();
    } else if (first_->token != uri.value().token || first_->serial != uri.value().serial) {
        table.refuse(key, "is on another token than the key before (token=, serial=): all keys "
                          "are on one");
    }
    return text;
}

Sm2Place read_sm2_place(TomlTable& table, const ConfigPaths& paths) {
    const std::string key = table.text_or("sm2_key", "");
    const std::string certificate = table.text_or("sm2_certificate", "");
    const std::string seal = table.text_or("sm2_electronic_seal", "");
    if (key.empty() != certificate.empty()) {
        table.refuse(key.empty() ? "sm2_key" : "sm2_certificate",
                     "is missing: an SM2 seal has both sm2_key and sm2_certificate");
    }
    if (is_pkcs11_uri(key)) {
        table.refuse("sm2_key",
                     "must be a key file: SoftHSM has no SM2, and no token is known here "
                     "that signs with it");
        return {};
    }
    if (!seal.empty() && key.empty()) {
        table.refuse("sm2_electronic_seal",
                     "needs sm2_key and sm2_certificate: it names who signs with it");
    }
    return {paths.file(table, "sm2_key", key), paths.file(table, "sm2_certificate", certificate),
            paths.file(table, "sm2_electronic_seal", seal)};
}

TokenPlace read_token_place(TomlTable table, const ConfigPaths& paths, bool production) {
    TokenPlace place;
    place.module = paths.file(table, "module", table.text("module"));
    place.pin_file = paths.secret(table, "pin_file");
    if (!table.has("pin_file")) {
        table.refuse("pin_file", "is missing");
    }
    place.require_unextractable = table.boolean_or("require_unextractable", production);
    return place;
}

} // namespace songda::signer
