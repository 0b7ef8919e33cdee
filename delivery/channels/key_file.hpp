#pragma once

#include <string>

#include "base/openssl_handles.hpp"
#include "base/result.hpp"

namespace songda::delivery {

/// A private key of ours that is no seal: it signs mails, webhooks and who we are to a push
/// service. PEM, not encrypted, RSA (PKCS#8 or PKCS#1), Ed25519 or P-256 (PKCS#8). The file and its
/// DER are read into OpenSSL's secure heap and wiped, and no copy is left behind. An RSA key stays
/// in that heap (where the process has one, signer::harden_process) until it is used; OpenSSL 3.0
/// keeps an Ed25519 key in the ordinary one, and wipes it when it goes. Faults, which name the file
/// and nothing of its content: not_found, forbidden (others may read it or the group may write it),
/// invalid_input (another kind of key, or none).
[[nodiscard]] Result<openssl::Pkey> read_key_file(const std::string& path);

} // namespace songda::delivery
