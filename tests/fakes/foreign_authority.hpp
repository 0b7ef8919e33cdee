#pragma once

#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::fakes {

/// A time-stamp authority that nobody here wrote: `openssl ts -reply` with an RSA key, its own root
/// and its own policy. Safe to ask from several threads.
class ForeignAuthority {
public:
    static constexpr const char* policy = "1.3.6.1.4.1.55458.1.2";

    ForeignAuthority() {
        run("openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -out trust/root.pem -days "
            "9 "
            "-subj '/C=CN/O=Foreign/CN=Foreign root' -addext basicConstraints=critical,CA:TRUE "
            "-addext keyUsage=critical,keyCertSign");
        make_certificate("tsa", "extendedKeyUsage=critical,timeStamping");
        std::ofstream(path("tsa.cnf"))
            << "[tsa]\ndefault_tsa=one\n[one]\nserial=" << path("serial")
            << "\ndefault_policy=" << policy << "\ndigests=sha256,sha384,sha512\naccuracy=secs:1\n"
            << "clock_precision_digits=3\nordering=yes\ntsa_name=yes\ness_cert_id_chain=yes\n"
            << "ess_cert_id_alg=sha256\nsigner_digest=sha256\n";
        std::ofstream(path("serial")) << "01\n";
    }

    /// A certificate of the root for a new key, `NAME.pem` and `NAME.key`.
    void make_certificate(const std::string& name, const std::string& extensions,
                          const std::string& days = "9") {
        run("mkdir -p trust && printf '%b' '" + extensions + "' >ext && openssl req -new -newkey " +
            "ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " + name + ".key -subj " +
            "'/C=CN/O=Foreign/CN=Foreign " + name + "' -out csr && openssl x509 -req -in csr -CA " +
            "trust/root.pem -CAkey root.key -set_serial $RANDOM_SERIAL -days " + days +
            " -extfile ext -out " + name + ".pem");
    }

    /// TimeStampResp for a TimeStampReq.
    Bytes reply(ByteView request) {
        const std::scoped_lock lock(mutex_);
        write("ask", request);
        run("openssl ts -reply -config tsa.cnf -queryfile ask -inkey tsa.key -signer tsa.pem "
            "-chain trust/root.pem -out answer");
        const std::string answer = read_file(path("answer"));
        return {answer.begin(), answer.end()};
    }

    [[nodiscard]] std::string trust_folder() const { return path("trust"); }
    [[nodiscard]] std::string path(const std::string& name) const { return folder_.path() / name; }

private:
    void write(const std::string& name, ByteView bytes) const {
        std::ofstream(path(name), std::ios::binary) << as_text(bytes);
    }
    void run(const std::string& line) const {
        const std::string whole =
            "cd " + folder_.path().string() +
            " && mkdir -p trust && RANDOM_SERIAL=0x$(openssl rand -hex 12) && "
            "{ " +
            line + "; } >log 2>&1";
        SONGDA_CHECK(std::system(whole.c_str()) == 0);
    }

    TemporaryFolder folder_;
    std::mutex mutex_;
};

} // namespace songda::fakes
