#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/certificate.hpp"
#include "base/check.hpp"
#include "base/sha256.hpp"
#include "signer/pki/client_authority.hpp"
#include "tests/fakes/child_process.hpp"

namespace songda::fakes {

/// The authority of kiosks' certificates, and requests of devices, as openssl makes them.
class KioskAuthority {
public:
    explicit KioskAuthority(const std::filesystem::path& folder) : folder_(folder / "kiosk") {
        std::filesystem::create_directories(folder_);
        make_key("authority");
        run("openssl req -x509 -new -key " + key("authority") +
            " -subj '/CN=Songda kiosks' -days 30 -addext "
            "basicConstraints=critical,CA:TRUE,pathlen:0"
            " -addext keyUsage=critical,keyCertSign -out " +
            certificate());
    }
    [[nodiscard]] std::string key(const std::string& name) const {
        return (folder_ / (name + ".key")).string();
    }
    [[nodiscard]] std::string certificate() const { return (folder_ / "authority.pem").string(); }
    [[nodiscard]] signer::ClientAuthority open() const {
        auto opened = signer::ClientAuthority::open(key("authority"), certificate());
        SONGDA_CHECK(opened.ok());
        return std::move(opened).value();
    }
    /// PKCS#10 of a new key under that name.
    [[nodiscard]] std::string request(const std::string& name) const {
        make_key(name);
        run("openssl req -new -key " + key(name) + " -subj /CN=device -out " +
            (folder_ / "request.pem").string());
        return read_file(folder_ / "request.pem");
    }
    [[nodiscard]] Digest digest_of(const std::string& pem) const {
        const std::string path = (folder_ / "given.pem").string();
        std::ofstream(path) << pem;
        const auto read = read_certificates(path);
        SONGDA_CHECK(read.ok());
        return sha256(certificate_der(read.value().front().get()));
    }

private:
    void make_key(const std::string& name) const {
        run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out " + key(name));
    }
    static void run(const std::string& command) {
        SONGDA_CHECK(std::system((command + " 2>/dev/null").c_str()) == 0);
    }
    std::filesystem::path folder_;
};

} // namespace songda::fakes
