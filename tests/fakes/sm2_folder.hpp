#pragma once

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "base/certificate.hpp"
#include "base/text_codec.hpp"
#include "signer/seal_maker.hpp"
#include "signer/sm2_key.hpp"
#include "tests/fakes/pki_folder.hpp"
#include "verifier/trust.hpp"

namespace songda::fakes {

/// SM2 or SM3 by a library of others (tests/oracles): `botan` or `sm-crypto-v2`.
inline std::string sm2_oracle(const std::string& library, const std::string& words) {
    const std::string program = library == "botan"
                                    ? "/usr/bin/python3 " SONGDA_SOURCE_DIR "/tests/oracles/sm2.py "
                                    : "node " SONGDA_SOURCE_DIR "/tests/oracles/sm2.mjs ";
    std::string output = shell(program + words);
    output.erase(output.find_last_not_of('\n') + 1);
    return output;
}

/// 04 ‖ x ‖ y, the end of a SubjectPublicKeyInfo, in hexadecimal.
inline std::string point_of(const signer::Sm2Key& key) {
    const Bytes spki = key.public_key();
    return to_hex(ByteView(spki).last(65));
}

/// A root and a seal of the SM2 suite, made by the openssl command line, and one of P-256 beside.
class Sm2Folder {
public:
    /// `organisation` and `code` of its department: of the SM2 seal; without the second it names
    /// none.
    explicit Sm2Folder(const std::string& organisation = "示例市", const std::string& code = "") {
        run("mkdir trust && openssl genpkey -algorithm SM2 -out root.key && openssl genpkey "
            "-algorithm SM2 -out seal.key");
        run("openssl req -x509 -new -utf8 -key root.key -sm3 -sigopt distid:1234567812345678 "
            "-subj '/C=CN/CN=示例国密根' -days 3650 -addext basicConstraints=critical,CA:TRUE "
            "-addext "
            "keyUsage=critical,keyCertSign,cRLSign -out trust/root.pem");
        run("openssl req -new -utf8 -key seal.key -sm3 -sigopt distid:1234567812345678 -subj "
            "'/C=CN/O=" +
            organisation + (code.empty() ? "" : "/organizationIdentifier=" + code) +
            "/CN=示例市行政审批局' -out seal.csr");
        std::string extensions = "basicConstraints=critical,CA:FALSE\\n"
                                 "keyUsage=critical,digitalSignature,nonRepudiation\\n";
        run("printf '" + extensions + "' >ext");
        issue("seal", "seal.pem", 365);
        issue("seal", "twin.pem", 366);
        run("openssl genpkey -algorithm SM2 -out maker.key && openssl req -new -utf8 -key "
            "maker.key "
            "-sm3 -sigopt distid:1234567812345678 -subj '/C=CN/O=" +
            organisation + "/CN=示例市电子印章系统' -out maker.csr");
        issue("maker", "maker.pem", 365, 4098);
        std::ofstream(file("seal.esl"), std::ios::binary) << as_text(make_seal(seal_info()));
        run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout p256.key "
            "-utf8 -subj '/C=CN/CN=示例市行政审批局' -days 365 -addext "
            "basicConstraints=critical,CA:FALSE -addext "
            "keyUsage=critical,digitalSignature,nonRepudiation -out p256.pem");
    }
    [[nodiscard]] std::string file(const std::string& name) const { return folder_.path() / name; }
    [[nodiscard]] signer::Sm2Key key() const {
        return signer::Sm2Key::read(file("seal.key"), "").value();
    }
    [[nodiscard]] std::vector<openssl::Certificate> chain() const {
        return read_certificates(file("seal.pem")).value();
    }
    /// Another certificate of the same key, name and number.
    [[nodiscard]] openssl::Certificate twin() const {
        return std::move(read_certificates(file("twin.pem")).value().front());
    }
    [[nodiscard]] openssl::Certificate maker() const {
        return std::move(read_certificates(file("maker.pem")).value().front());
    }
    /// What its electronic seal says, which is in `seal.esl`: good for a year, from yesterday on.
    [[nodiscard]] SealInfo seal_info() const {
        constexpr std::int64_t day_ms = 86'400'000;
        const TimeMs now = SystemClock().now();
        return {"32019900000001",
                "SONGDA",
                "示例市行政审批局电子印章",
                {certificate_der(chain().front().get())},
                now,
                now + -day_ms,
                now + 365 * day_ms,
                "PNG",
                Bytes(64, 7),
                42,
                42};
    }
    [[nodiscard]] Bytes make_seal(const SealInfo& info) const {
        const auto key = signer::Sm2Key::read(file("maker.key"), "").value();
        return signer::make_electronic_seal(info, key, maker().get()).value();
    }
    [[nodiscard]] verifier::TrustStore trust() const {
        return verifier::TrustStore::load(file("trust")).value();
    }

private:
    void run(const std::string& line) const {
        const std::string command = "cd " + folder_.path().string() + " && " + line;
        SONGDA_CHECK(std::system(("{ " + command + "; } >/dev/null 2>&1").c_str()) == 0);
    }
    void issue(const std::string& who, const std::string& name, int days, int serial = 4097) const {
        run("openssl x509 -req -in " + who +
            ".csr -vfyopt distid:1234567812345678 -CA trust/root.pem "
            "-CAkey root.key -sm3 -sigopt distid:1234567812345678 -extfile ext -set_serial " +
            std::to_string(serial) + " -days " + std::to_string(days) + " -out " + name);
    }

    const TemporaryFolder folder_;
};

} // namespace songda::fakes
