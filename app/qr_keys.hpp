#pragma once

#include <span>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/store.hpp"
#include "verifier/key_list.hpp"

/// The keys that seal QR codes, of all times: a code is on paper, so it is checked long after its
/// key was replaced, and after its department is gone (docs/formats/key-list.md).
namespace songda::app {

/// Brings what the store knows to what is in use from now on: a new key begins with its seal
/// certificate, a renewed certificate makes its key last longer, and a key that is in use no more
/// ends now. Fault forbidden: one in use was declared compromised.
[[nodiscard]] Result<void> record_qr_keys(store::Store& store,
                                          std::span<const store::QrKeyRow> in_use, TimeMs now);

/// All of them, for the published list.
[[nodiscard]] Result<std::vector<verifier::ListedKey>> listed_qr_keys(store::Store& store);

} // namespace songda::app
