#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace songda::verifier {

/// One public key that seals QR codes.
struct ListedKey {
    KeyId kid;
    std::string department_code;
    std::string department_name;
    Bytes spki; ///< DER SubjectPublicKeyInfo, P-256
    TimeMs not_before;
    TimeMs not_after;
    bool sample = false;
    /// Somebody else may have it since then. Who has it can seal any time of issue, so that it
    /// vouches for nothing any more, however old a code says that it is.
    std::optional<TimeMs> compromised_since = {};
};

/// The published key list, docs/formats/key-list.md.
struct KeyList {
    TimeMs issued_at;
    TimeMs next_update;
    std::map<std::string, std::string> types; ///< type code → title
    std::vector<ListedKey> keys;
};

inline constexpr std::size_t key_list_keys_max = 10'000;

[[nodiscard]] std::string write_key_list(const KeyList& list);
/// Fault invalid_input: not JSON, a version we do not know, a key whose kid is not its own hash or
/// that is not P-256. Unknown members are passed over, and so are keys of another use or algorithm.
[[nodiscard]] Result<KeyList> parse_key_list(std::string_view json);

} // namespace songda::verifier
