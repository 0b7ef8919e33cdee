// E-mail into real servers: aiosmtpd with STARTTLS and AUTH (tools/smtp_sink.py), and OpenSMTPD:
// one that takes it, one that greylists, one that stalls behind the message, one without TLS.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "delivery/channels/email_channel.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/fakes/open_smtpd.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/smtp_script.hpp"
#include "tests/unit/channels/other_certificate.hpp"
#include "tests/unit/channels/read_mail.hpp"
#include "tests/unit/channels/sample_dispatch.hpp"

namespace songda::delivery {
namespace {

using Kind = Outcome::Kind;

EmailOptions options_for(std::uint16_t port) {
    EmailOptions options;
    options.server = "localhost";
    options.port = port;
    options.from_address = "songda@example.gov.cn";
    options.from_name = "示例市电子证照送达";
    options.bounce_domain = "bounce.example.gov.cn";
    options.return_secret = Private<Bytes>(Bytes(32, 0x42));
    options.public_base = "https://songda.example.gov.cn";
    return options;
}

Outcome send_with(const EmailOptions& options, const samples::SampleDispatch& sample) {
    auto made = EmailChannel::make(options);
    EXPECT_TRUE(made.ok()) << made.error().detail;
    return made.value()->send(sample.dispatch());
}

/// tools/smtp_sink.py as a relay that demands TLS and a password.
class StrictSink : public testing::Test {
protected:
    static std::vector<std::string> arguments(const std::filesystem::path& folder) {
        const std::string keys = fakes::sample_keys_folder();
        return {"--folder",        folder / "mail",
                "--user",          "songda",
                "--tls-cert",      keys + "/tls/server.pem",
                "--password-file", keys + "/delivery/smtp.password",
                "--tls-key",       keys + "/tls/server.key"};
    }
    [[nodiscard]] EmailOptions options() const {
        EmailOptions options = options_for(sink_.port());
        options.ca_file = fakes::sample_keys_folder() + "/root.pem";
        options.username = "songda";
        std::string password =
            fakes::read_file(fakes::sample_keys_folder() + "/delivery/smtp.password");
        password.pop_back(); // the line's end
        options.password = Private(password);
        return options;
    }
    [[nodiscard]] std::string kept(const std::string& name) const {
        return fakes::read_file(folder_.path() / "mail" / name);
    }
    [[nodiscard]] bool kept_nothing() const {
        return std::filesystem::is_empty(folder_.path() / "mail");
    }

    samples::SampleDispatch sample_;
    fakes::TemporaryFolder folder_;
    fakes::Sink sink_{"smtp_sink.py", arguments(folder_.path())};
};

TEST_F(StrictSink, TakesTheMailOverTlsWithAPassword) {
    const Outcome outcome = send_with(options(), sample_);
    EXPECT_EQ(outcome.kind, Kind::accepted) << outcome.trace;
    EXPECT_EQ(outcome.trace, "smtp 250 2.0.0: OK: queued as 00000001");
    const auto read = fakes::read_mail(kept("1.eml"));
    EXPECT_EQ(read["subject"], "【送达】食品经营许可证 JY13201990000019 已签发");
    EXPECT_EQ(read["files"][0]["sha256"], to_hex(sha256(sample_.file)));
    const auto parties = nlohmann::json::parse(kept("1.json"));
    EXPECT_EQ(parties["to"], nlohmann::json{samples::mailbox});
    EXPECT_TRUE(
        parties["from"].get<std::string>().starts_with("b+0193a1b2c3d47e5f8a9b0c1d2e3f4a5b-"));
    EXPECT_EQ(send_with(options(), sample_).kind, Kind::accepted);
    EXPECT_EQ(kept("1.eml"), kept("2.eml"));
    EXPECT_EQ(sink_.end(), 0);
}

TEST_F(StrictSink, SpeaksTlsFromTheFirstByteToo) {
    const fakes::TemporaryFolder folder;
    std::vector<std::string> words = arguments(folder.path());
    words.emplace_back("--implicit-tls");
    const fakes::Sink sink("smtp_sink.py", words);
    EmailOptions implicit = options();
    implicit.port = sink.port();
    implicit.tls = SmtpTls::tls;
    const Outcome outcome = send_with(implicit, sample_);
    EXPECT_EQ(outcome.kind, Kind::accepted) << outcome.trace;
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "mail/1.eml"));
}

TEST_F(StrictSink, AWrongPasswordIsOurConfiguration) {
    EmailOptions wrong = options();
    wrong.password = Private<std::string>("guess");
    const Outcome outcome = send_with(wrong, sample_);
    EXPECT_EQ(outcome.kind, Kind::configuration) << outcome.trace;
    EXPECT_EQ(outcome.reason, Reason::config_auth);
    EXPECT_EQ(outcome.trace.find("guess"), std::string::npos);
    EXPECT_TRUE(kept_nothing());
}

TEST_F(StrictSink, WithoutAPasswordItIsOurConfiguration) {
    EmailOptions anonymous = options();
    anonymous.username.clear();
    anonymous.password = Private<std::string>();
    const Outcome outcome = send_with(anonymous, sample_);
    EXPECT_EQ(outcome.kind, Kind::configuration) << outcome.trace;
    EXPECT_EQ(outcome.reason, Reason::config_auth);
    EXPECT_TRUE(kept_nothing());
}

TEST_F(StrictSink, WithoutTlsItIsOurConfiguration) {
    EmailOptions bare = options();
    bare.tls = SmtpTls::none;
    bare.username.clear();
    bare.password = Private<std::string>();
    const Outcome outcome = send_with(bare, sample_);
    EXPECT_EQ(outcome.kind, Kind::configuration) << outcome.trace;
    EXPECT_EQ(outcome.reason, Reason::config_cert) << outcome.trace;
    EXPECT_TRUE(kept_nothing());
}

TEST_F(StrictSink, ACertificateThatNobodyVouchesForGetsNothing) {
    EmailOptions unknown = options();
    unknown.ca_file.clear(); // the system knows no sample root
    const Outcome outcome = send_with(unknown, sample_);
    EXPECT_EQ(outcome.kind, Kind::configuration) << outcome.trace;
    EXPECT_EQ(outcome.reason, Reason::config_cert);
    EmailOptions missing = options();
    missing.ca_file = "/nowhere/root.pem";
    EXPECT_EQ(send_with(missing, sample_).reason, Reason::config_cert);
    EXPECT_TRUE(kept_nothing());
}

TEST_F(StrictSink, ANameThatTheCertificateDoesNotHaveGetsNothing) {
    const fakes::OtherCertificate other;
    const fakes::Sink sink("smtp_sink.py", {"--folder", folder_.path() / "other", "--tls-cert",
                                            other.certificate(), "--tls-key", other.key()});
    EmailOptions trusting = options_for(sink.port());
    trusting.ca_file = other.certificate();
    const Outcome outcome = send_with(trusting, sample_);
    EXPECT_EQ(outcome.kind, Kind::configuration) << outcome.trace;
    EXPECT_EQ(outcome.reason, Reason::config_cert);
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "other"));
}

/// OpenSMTPD, delivering one domain into a maildir.
class OpenSmtpd : public testing::Test {
protected:
    void SetUp() override {
        if (!fakes::OpenSmtpd::is_possible()) {
            GTEST_SKIP() << fakes::OpenSmtpd::why_not;
        }
        start("");
    }
    void start(const std::string& filter) {
        mail_ = server_.make_maildir("mail");
        ASSERT_TRUE(server_.start("table people { \"@mail.example.cn\" = nobody }\n"
                                  "action keep maildir \"" +
                                      mail_.string() +
                                      "\" virtual <people>\n"
                                      "match from any for domain mail.example.cn action keep\n",
                                  filter))
            << server_.log();
    }

    [[nodiscard]] EmailOptions options() const {
        EmailOptions options = options_for(server_.port());
        options.server = "127.0.0.1";
        options.tls = SmtpTls::none;
        return options;
    }

    /// The one mail in the maildir, CRLF as it travelled.
    [[nodiscard]] std::string delivered() const {
        const auto fresh = mail_ / "new";
        if (!fakes::wait_in_folder(fresh, [&] { return !std::filesystem::is_empty(fresh); })) {
            return "nothing came: " + server_.log();
        }
        std::string mail;
        for (const char c : fakes::read_file(*std::filesystem::directory_iterator(fresh))) {
            mail += c == '\n' ? "\r\n" : std::string(1, c);
        }
        return mail;
    }

    [[nodiscard]] std::size_t count() const {
        std::size_t mails = 0;
        for (const auto& each : std::filesystem::directory_iterator(mail_ / "new")) {
            mails += each.is_regular_file() ? 1U : 0U;
        }
        return mails;
    }

    samples::SampleDispatch sample_;

private:
    fakes::OpenSmtpd server_;
    std::filesystem::path mail_;
};

class OpenSmtpdThatGreylists : public OpenSmtpd {
protected:
    void SetUp() override {
        if (!fakes::OpenSmtpd::is_possible()) {
            GTEST_SKIP() << fakes::OpenSmtpd::why_not;
        }
        start("grey");
    }
};

class OpenSmtpdThatStalls : public OpenSmtpd {
protected:
    void SetUp() override {
        if (!fakes::OpenSmtpd::is_possible()) {
            GTEST_SKIP() << fakes::OpenSmtpd::why_not;
        }
        start("stall 8");
    }
};

TEST_F(OpenSmtpd, DeliversTheMailByteForByte) {
    fakes::ScriptedSmtp scripted({});
    EmailOptions to_scripted = options();
    to_scripted.port = scripted.port();
    EXPECT_EQ(send_with(to_scripted, sample_).kind, Kind::accepted);
    const Outcome outcome = send_with(options(), sample_);
    EXPECT_EQ(outcome.kind, Kind::accepted) << outcome.trace;
    const std::string mail = delivered();
    const std::string sent = scripted.taken().at(0).message;
    ASSERT_GE(mail.size(), sent.size()) << mail;
    EXPECT_EQ(mail.substr(mail.size() - sent.size()), sent);
    const auto read = fakes::read_mail(mail);
    EXPECT_EQ(read["subject"], "【送达】食品经营许可证 JY13201990000019 已签发");
    EXPECT_EQ(read["files"][0]["name"], "食品经营许可证-JY13201990000019.pdf");
    EXPECT_EQ(read["files"][0]["sha256"], to_hex(sha256(sample_.file)));
}

TEST_F(OpenSmtpd, RefusesADomainThatIsNotItsOwn) {
    sample_.leg.address = Private<std::string>("wang.wu@elsewhere.example");
    const Outcome outcome = send_with(options(), sample_);
    EXPECT_EQ(outcome.kind, Kind::permanent) << outcome.trace;
    EXPECT_EQ(outcome.reason, Reason::address_invalid) << outcome.trace;
    EXPECT_EQ(outcome.trace.find("wang"), std::string::npos) << outcome.trace;
}

TEST_F(OpenSmtpd, WhereTlsIsDemandedAndNotOfferedNothingLeavesAndTheReasonSaysSo) {
    EmailOptions strict = options();
    strict.tls = SmtpTls::starttls;
    const Outcome outcome = send_with(strict, sample_);
    EXPECT_EQ(outcome.kind, Kind::configuration) << outcome.trace;
    EXPECT_EQ(outcome.reason, Reason::config_cert) << outcome.trace;
    EXPECT_EQ(count(), 0U);
    EXPECT_EQ(send_with(options(), sample_).kind, Kind::accepted) << "plain where that is allowed";
}

TEST_F(OpenSmtpdThatGreylists, IsComeBackToWithTheSameMailAndKeepsOne) {
    const Outcome first = send_with(options(), sample_);
    EXPECT_EQ(first.kind, Kind::temporary) << first.trace;
    EXPECT_NE(first.trace.find("451"), std::string::npos) << first.trace;
    EXPECT_EQ(first.trace.find("zhang"), std::string::npos) << first.trace;
    EXPECT_EQ(send_with(options(), sample_).kind, Kind::accepted);
    const auto read = fakes::read_mail(delivered());
    EXPECT_EQ(read["files"][0]["sha256"], to_hex(sha256(sample_.file)));
    EXPECT_EQ(count(), 1U);
}

TEST_F(OpenSmtpdThatStalls, BehindTheMessageLeavesNobodyKnowingAndTheMailIsThereAllTheSame) {
    EmailOptions hasty = options();
    hasty.connect_ms = 1'000;
    hasty.attempt_ms = 3'000;
    const Outcome outcome = send_with(hasty, sample_);
    EXPECT_EQ(outcome.kind, Kind::ambiguous) << outcome.trace;
    EXPECT_EQ(outcome.reason, Reason::outcome_unknown) << outcome.trace;
    const auto read = fakes::read_mail(delivered()); // sent again, it would have come twice
    EXPECT_EQ(read["files"][0]["sha256"], to_hex(sha256(sample_.file)));
}

} // namespace
} // namespace songda::delivery
