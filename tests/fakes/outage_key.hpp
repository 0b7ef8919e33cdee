#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <openssl/pem.h>

#include "base/certificate.hpp"
#include "base/chain_file.hpp"
#include "base/check.hpp"
#include "base/outage_log.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"

namespace songda::fakes {

/// Key and certificate of a device, as openssl makes them, and the lines that it signs.
class OutageSigner {
public:
    OutageSigner(const std::filesystem::path& folder, const std::string& name)
        : file_((folder / (name + "-outage.pem")).string()) {
        const std::string key = file_ + ".key";
        SONGDA_CHECK(
            std::system(("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                         "-subj /CN=kiosk -days 30 -keyout " +
                         key + " -out " + file_ + " 2>/dev/null")
                            .c_str()) == 0);
        const openssl::Bio in(BIO_new_file(key.c_str(), "r"));
        key_.reset(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
        const auto read = read_certificates(file_);
        SONGDA_CHECK(key_ && read.ok());
        der_ = certificate_der(read.value().front().get());
    }
    [[nodiscard]] Digest digest() const { return sha256(der_); }
    [[nodiscard]] std::string certificate() const { return to_base64(der_); }
    [[nodiscard]] const std::string& certificate_file() const { return file_; }

    /// The line that follows on those before, with hash and line feed.
    [[nodiscard]] std::string write(const OutageLine& line,
                                    const std::vector<std::string>& before) const {
        const std::string head =
            before.empty() ? chain_start() : before.back().substr(0, chain_start().size());
        const auto json = write_outage_line(line, head, key_.get());
        SONGDA_CHECK(json.ok());
        return to_hex(sha256(as_bytes(head + json.value()))) + ' ' + json.value() + '\n';
    }

private:
    std::string file_;
    openssl::Pkey key_;
    Bytes der_;
};

} // namespace songda::fakes
