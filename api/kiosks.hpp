#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.hpp"
#include "delivery/kiosk/desk.hpp"
#include "http/message.hpp"
#include "issuer/issuer.hpp"
#include "store/store.hpp"

/// The kiosks' own door: a listener of its own, where a device is known by the client certificate
/// that the TLS layer verified, and by nothing that a header says.
namespace songda::api {

/// What a kiosk gets: PEM, its hash, and when it ends.
struct KioskCertified {
    std::string pem;
    Digest digest{};
    TimeMs expires;
};

/// All outlive the routes.
struct KioskParts {
    store::Store& store;
    delivery::KioskDesk& desk;
    issuer::Issuer& issuer;
    const Clock& clock;
    metrics::Registry& metrics;
    /// A certificate for a request in PEM. Faults: invalid_input (the request), others.
    std::function<Result<KioskCertified>(std::string_view request, const store::KioskId& kiosk)>
        certify;
};

/// Everything that is served there: docs/formats/kiosk.md. `parts` outlives the routes.
[[nodiscard]] std::vector<http::Route> make_kiosk_routes(const KioskParts& parts);

} // namespace songda::api
