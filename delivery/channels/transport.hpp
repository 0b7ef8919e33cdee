#pragma once

#include "delivery/channel.hpp"

namespace songda::delivery {

/// What a CURLcode other than CURLE_OK means when the other side surely did not take the message:
/// the certificate or the demanded TLS does not fit (configuration), or the way there is broken
/// (temporary). Without a trace.
[[nodiscard]] Outcome transport_fault(int curl_code);

} // namespace songda::delivery
