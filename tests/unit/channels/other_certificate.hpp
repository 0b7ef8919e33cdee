#pragma once

#include <cstdlib>
#include <string>

#include "tests/fakes/child_process.hpp"

namespace songda::fakes {

/// A certificate that vouches for itself under a name that nothing on loopback has.
class OtherCertificate {
public:
    OtherCertificate() {
        const std::string command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "
            "/CN=elsewhere.example -addext subjectAltName=DNS:elsewhere.example -keyout " +
            key() + " -out " + certificate() + " 2>/dev/null";
        if (std::system(command.c_str()) != 0) {
            std::abort();
        }
    }
    [[nodiscard]] std::string key() const { return folder_.path() / "key.pem"; }
    [[nodiscard]] std::string certificate() const { return folder_.path() / "certificate.pem"; }

private:
    TemporaryFolder folder_;
};

} // namespace songda::fakes
