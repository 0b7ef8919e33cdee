// TLS of the real service, spoken to by curl and openssl: 1.2 and 1.3 only, AEAD only, and client
// certificates as credentials: the department's own is one, every other is none or ends the
// handshake.
#include <gtest/gtest.h>

#include "tests/fakes/sample_keys.hpp"
#include "tests/integration/live_service.hpp"

namespace songda {
namespace {

using live::CommandResult;
using live::run_command;

constexpr const char* decision =
    "head -n 1 " SONGDA_SOURCE_DIR "/samples/decisions.jsonl | tr -d '\\n' | ";

/// Certificates that a stranger or a careless department may come with, made by openssl.
class Strangers {
public:
    explicit Strangers(const std::filesystem::path& folder) : folder_(folder) {
        std::filesystem::create_directories(folder_);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }

    /// A client certificate of `issuer` (stem of .pem and .key); `days` may be negative.
    void make(const std::string& name, const std::string& issuer, int days) const {
        const std::string stem = path(name);
        const std::string line =
            "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out " + stem +
            ".key && openssl req -new -key " + stem + ".key -subj /C=CN/O=x/CN=" + name + " -out " +
            stem + ".csr && printf 'extendedKeyUsage=clientAuth\\n' >" + stem +
            ".ext && openssl x509 -req -in " + stem + ".csr -CA " + issuer + ".pem -CAkey " +
            issuer + ".key -set_serial " + std::to_string(1000 - days) + " -days " +
            std::to_string(days) + " -extfile " + stem + ".ext -out " + stem + ".pem";
        const CommandResult made = run_command(line);
        ASSERT_EQ(made.status, 0) << made.output;
    }
    void make_authority(const std::string& name) const {
        const std::string stem = path(name);
        const CommandResult made = run_command(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj "
            "/C=CN/O=x/CN=" +
            name + " -keyout " + stem + ".key -out " + stem + ".pem");
        ASSERT_EQ(made.status, 0) << made.output;
    }

private:
    std::filesystem::path folder_;
};

class Tls : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        const std::string issuing = fakes::sample_keys_folder() + "/issuing";
        strangers_ = new Strangers(std::filesystem::temp_directory_path() /
                                   ("songda-strangers-" + std::to_string(getpid())));
        strangers_->make("unnamed", issuing, 9);
        strangers_->make("expired", issuing, -1);
        strangers_->make_authority("other-authority");
        strangers_->make("foreign", strangers_->path("other-authority"), 9);
        live::Service::Options options;
        options.tls = true;
        // Named, so that only its time speaks against it.
        options.client_certificates = {strangers_->path("expired.pem")};
        service_ = new live::Service(options);
        ASSERT_TRUE(service_->start()) << service_->complaint();
    }
    static void TearDownTestSuite() {
        std::filesystem::remove_all(std::filesystem::path(strangers_->path("x")).parent_path());
        delete service_;
        delete strangers_;
    }

    static std::string origin() { return "https://localhost:" + std::to_string(service_->port()); }
    /// The status that curl sees at `path`; "000" when the handshake fails.
    static std::string status(const std::string& options, const std::string& path = "/readyz") {
        return run_command("curl -s -o /dev/null -w '%{http_code}' --cacert " +
                           fakes::sample_keys_folder() + "/root.pem " + options + ' ' + origin() +
                           path)
            .output;
    }
    /// What an issuing request is answered to a client with this certificate and key.
    static std::string issue_status(const std::string& certificate, const std::string& key) {
        const std::string identity =
            certificate.empty() ? "" : "--cert " + certificate + " --key " + key + ' ';
        return run_command(std::string(decision) +
                           "curl -s -o /dev/null -w '%{http_code}' --cacert " +
                           fakes::sample_keys_folder() + "/root.pem " + identity +
                           "-H 'Content-Type: application/json' --data-binary @- " + origin() +
                           "/api/v1/documents")
            .output;
    }
    static std::string issue_status(const std::string& stem) {
        return issue_status(stem + ".pem", stem + ".key");
    }
    static CommandResult handshake(const std::string& options) {
        return run_command(
            "openssl s_client -connect localhost:" + std::to_string(service_->port()) +
            " -CAfile " + fakes::sample_keys_folder() + "/root.pem -verify_return_error " +
            options + " </dev/null");
    }

    static Strangers* strangers_;
    static live::Service* service_;
};

Strangers* Tls::strangers_ = nullptr;
live::Service* Tls::service_ = nullptr;

TEST_F(Tls, Versions12And13AreSpoken) {
    EXPECT_EQ(status("--tlsv1.2 --tls-max 1.2"), "200");
    EXPECT_EQ(status("--tlsv1.3"), "200");
    const CommandResult newest = handshake("-verify_hostname localhost");
    EXPECT_EQ(newest.status, 0) << newest.output;
    EXPECT_NE(newest.output.find("TLSv1.3"), std::string::npos) << newest.output;
}

TEST_F(Tls, BrowsersAreToldToStayWithTls) {
    for (const auto* path : {"/readyz", "/nowhere"}) {
        const std::string head =
            run_command("curl -s -D - -o /dev/null --cacert " + fakes::sample_keys_folder() +
                        "/root.pem " + origin() + path)
                .output;
        EXPECT_NE(head.find("Strict-Transport-Security: max-age=31536000\r\n"), std::string::npos)
            << head;
    }
}

TEST_F(Tls, OlderVersionsAreRefusedByTheServer) {
    for (const auto* version : {"-tls1", "-tls1_1"}) {
        const CommandResult old =
            handshake(std::string(version) + " -cipher ALL:@SECLEVEL=0"); // the client is willing
        EXPECT_NE(old.status, 0) << version;
        EXPECT_NE(old.output.find("alert protocol version"), std::string::npos) << old.output;
    }
}

TEST_F(Tls, OldCiphersAreRefusedByTheServer) {
    for (const auto* cipher : {"ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256"}) {
        const CommandResult old =
            handshake(std::string("-tls1_2 -cipher ") + cipher + ":@SECLEVEL=0");
        EXPECT_NE(old.status, 0) << cipher;
        EXPECT_NE(old.output.find("alert handshake failure"), std::string::npos) << old.output;
    }
    EXPECT_EQ(handshake("-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256").status, 0);
}

TEST_F(Tls, PlainHttpIsNoDoor) {
    const CommandResult plain = run_command("curl -s -o /dev/null -w '%{http_code}' http://"
                                            "localhost:" +
                                            std::to_string(service_->port()) + "/readyz");
    EXPECT_EQ(plain.output, "000");
}

TEST_F(Tls, CertificateOfTheDepartmentIsACredential) {
    EXPECT_EQ(issue_status("", ""), "401");
    const std::string own = fakes::sample_keys_folder() + '/' + fakes::department.text;
    EXPECT_EQ(issue_status(own + "/client"), "201");
}

TEST_F(Tls, CertificateThatNobodyNamedIsNone) {
    EXPECT_EQ(issue_status(strangers_->path("unnamed")), "401");
    EXPECT_EQ(status("--cert " + strangers_->path("unnamed.pem") + " --key " +
                     strangers_->path("unnamed.key")),
              "200");
}

TEST_F(Tls, CertificateOfAnotherAuthorityEndsTheHandshake) {
    EXPECT_EQ(issue_status(strangers_->path("foreign")), "000");
}

TEST_F(Tls, ExpiredCertificateEndsTheHandshakeThoughItIsNamed) {
    EXPECT_EQ(issue_status(strangers_->path("expired")), "000");
}

TEST_F(Tls, SealCertificateIsNoClientCertificate) {
    const std::string own = fakes::sample_keys_folder() + '/' + fakes::department.text;
    EXPECT_EQ(issue_status(own + "/seal.pem", own + "/seal.key"), "000");
}

TEST_F(Tls, SecondVisitThatBringsItsSessionIsServed) {
    for (const auto* version : {"-tls1_2", "-tls1_3"}) {
        const std::string session = strangers_->path("session");
        const std::string ask = std::string(version) + " -ign_eof";
        const auto visit = [&](const std::string& option) {
            return run_command(
                "printf 'GET /readyz HTTP/1.1\\r\\nHost: localhost\\r\\n"
                "Connection: close\\r\\n\\r\\n' | openssl s_client -connect localhost:" +
                std::to_string(service_->port()) + ' ' + ask + ' ' + option + ' ' + session);
        };
        const CommandResult first = visit("-sess_out");
        ASSERT_NE(first.output.find("200 OK"), std::string::npos) << first.output;
        if (!std::filesystem::exists(session)) {
            continue; // none was given, so none can be brought
        }
        const CommandResult second = visit("-sess_in");
        EXPECT_NE(second.output.find("200 OK"), std::string::npos) << version << second.output;
        std::filesystem::remove(session);
    }
}

} // namespace
} // namespace songda
