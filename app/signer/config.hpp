#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/config_paths.hpp"
#include "base/result.hpp"
#include "signer/key_places.hpp"
#include "signer/seals/register_place.hpp"

namespace songda::app {

/// Where one department's seal is.
struct SealPlace {
    std::string department;
    std::string key; ///< path, or pkcs11: address
    std::string certificate;
    std::string qr_key;              ///< as key
    std::string key_passphrase_file; ///< empty: its key files are not encrypted
    signer::Sm2Place sm2{};
};

/// Where the key of the time-stamp authority is.
struct StampPlace {
    std::string key; ///< path, or pkcs11: address
    std::string certificate;
    std::string key_passphrase_file;
    std::int64_t tolerance_seconds = 0;
};

/// What `songda-signer` works by.
struct SignerProcessConfig {
    bool production = true;
    std::string socket;
    std::string run_as;       ///< user to become if it is started as root; empty: not started so
    std::vector<uid_t> users; ///< who may ask
    unsigned threads = 0;
    std::optional<signer::TokenPlace> pkcs11{};
    bool on_token = false; ///< a key is
    std::optional<signer::RegisterPlace> register_of_seals{};
    std::vector<SealPlace> seals;
    std::optional<StampPlace> timestamp{};
};

/// Reads and checks the whole file; config/songda-signer.toml explains every key. Relative paths
/// are taken from the file's own folder. Fault invalid_input: every finding with file, line and
/// key, one a line.
[[nodiscard]] Result<SignerProcessConfig> read_signer_config(const std::string& path,
                                                             Files files = Files::present);

} // namespace songda::app
