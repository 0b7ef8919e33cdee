#pragma once

#include <string_view>

#include "base/time.hpp"
#include "verifier/key_list.hpp"
#include "verifier/report.hpp"

namespace songda::verifier {

inline constexpr std::size_t qr_text_bytes_max = 4096;

/// Checks what a QR code says by itself, with no network: `https://HOST/v/KEY#PAYLOAD`, or
/// `KEY#PAYLOAD`. The status axis can only say expired; otherwise it says that it does not know.
/// Pure; for text from anybody.
[[nodiscard]] Report check_qr(std::string_view text, const KeyList& keys, TimeMs now);

} // namespace songda::verifier
