#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "base/result.hpp"
#include "signer/key_cabinet.hpp"
#include "signer/seals/register_place.hpp"
#include "signer/seals/registered_seal.hpp"

/// What the commands of `songda seal` share. They work on the folder of seals alone, on the machine
/// where the keys are, whether or not a service runs.
namespace songda::app {

/// Where one department's keys are, as far as a seal is made from it.
struct SealKeyPlace {
    std::string department;
    std::string name;  ///< empty: the configuration has none
    std::string words; ///< the same
    std::string certificate;
    std::string qr_key;
    std::string key_passphrase_file;
};

/// What a configuration, the service's or the signer's, says of seals. Nothing else of it is looked
/// at, so that secrets that only systemd gives are not needed.
struct SealDesk {
    signer::RegisterPlace place;
    std::optional<signer::TokenPlace> pkcs11{};
    std::vector<SealKeyPlace> keys;
};

/// Who became root by sudo goes on as the owner of the folder, whose files the signer must be able
/// to read. Faults: not_found, invalid_input (no [seals], or the keys are elsewhere).
[[nodiscard]] Result<SealDesk> open_seal_desk(const std::string& config);

/// Fills in what the arguments do not say. Faults name the file, key or option.
[[nodiscard]] Result<signer::NewSeal> new_seal(const SealDesk& desk, const SealArguments& arguments,
                                               TimeMs now);

/// `before` with what the arguments say instead. Fault invalid_input: no day.
[[nodiscard]] Result<signer::SealTerms> terms_of(const SealArguments& arguments,
                                                 signer::SealTerms before);

} // namespace songda::app
