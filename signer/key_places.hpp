#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/config_paths.hpp"
#include "base/toml_reader.hpp"
#include "signer/key_cabinet.hpp"
#include "signer/pkcs11_uri.hpp"

namespace songda::signer {

/// Reads where a configuration says that private keys are. All that are on tokens are on one.
/// Belongs to one thread.
class KeyPlaces {
public:
    /// `paths` outlives it.
    KeyPlaces(const ConfigPaths& paths, bool has_module) : paths_(paths), has_module_(has_module) {}

    /// A path, or a pkcs11: address.
    [[nodiscard]] std::string operator()(TomlTable& table, std::string_view key);
    [[nodiscard]] bool any_on_token() const { return first_.has_value(); }

private:
    const ConfigPaths& paths_;
    const bool has_module_;
    std::optional<Pkcs11Uri> first_;
};

/// Where a department's SM2 seal is; both empty: it has none.
struct Sm2Place {
    std::string key;
    std::string certificate;
    std::string electronic_seal; ///< empty: it has none
};
/// `sm2_key`, `sm2_certificate` and `sm2_electronic_seal`. Only files are taken.
[[nodiscard]] Sm2Place read_sm2_place(TomlTable& table, const ConfigPaths& paths);

/// The table [pkcs11].
[[nodiscard]] TokenPlace read_token_place(TomlTable table, const ConfigPaths& paths,
                                          bool production);

} // namespace songda::signer
