// The e-mail channel against scripted SMTP servers on loopback: each case of delivery.md §4.1, what
// goes over the wire, and many threads at once.
#include "delivery/channels/email_channel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "delivery/channels/mailbox.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/smtp_script.hpp"
#include "tests/unit/channels/read_mail.hpp"
#include "tests/unit/channels/sample_dispatch.hpp"

namespace songda::delivery {
namespace {

using fakes::ScriptedSmtp;
using fakes::SmtpScript;
using Kind = Outcome::Kind;
using Trouble = SmtpScript::Trouble;

EmailOptions options_for(std::uint16_t port) {
    EmailOptions options;
    options.server = "127.0.0.1";
    options.port = port;
    options.tls = SmtpTls::none;
    options.from_address = "songda@example.gov.cn";
    options.from_name = "示例市电子证照送达";
    options.bounce_domain = "bounce.example.gov.cn";
    options.return_secret = Private<Bytes>(Bytes(32, 0x42));
    options.public_base = "https://songda.example.gov.cn";
    return options;
}

std::unique_ptr<EmailChannel> channel_for(const EmailOptions& options) {
    auto made = EmailChannel::make(options);
    EXPECT_TRUE(made.ok()) << made.error().detail;
    return std::move(made).value();
}

Outcome send_to(const ScriptedSmtp& server, std::int64_t attempt_ms = 20'000) {
    EmailOptions options = options_for(server.port());
    options.attempt_ms = attempt_ms;
    options.connect_ms = std::min<std::int64_t>(attempt_ms, 10'000);
    const samples::SampleDispatch sample;
    return channel_for(options)->send(sample.dispatch());
}

Outcome send_with(SmtpScript script, std::int64_t attempt_ms = 20'000) {
    const ScriptedSmtp server(std::move(script));
    return send_to(server, attempt_ms);
}

#define EXPECT_OUTCOME(outcome, expected_kind, expected_reason)                                    \
    do {                                                                                           \
        const Outcome seen = (outcome);                                                            \
        EXPECT_EQ(seen.kind, expected_kind) << seen.trace;                                         \
        EXPECT_EQ(reason_name(seen.reason), reason_name(expected_reason)) << seen.trace;           \
    } while (false)

TEST(Email, ARelayThatTakesItAcceptsAndIsNamedInTheTrace) {
    ScriptedSmtp server({});
    const Outcome outcome = send_to(server);
    EXPECT_OUTCOME(outcome, Kind::accepted, Reason::none);
    EXPECT_EQ(outcome.trace, "smtp 250 2.0.0: Ok: queued as 4XYZ99");
    const auto taken = server.taken();
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_TRUE(taken[0].sender.starts_with(
        "MAIL "
        "FROM:<b+0193a1b2c3d47e5f8a9b0c1d2e3f4a5b-83d0b9b13518f5018959f047@bounce.example.gov.cn>"))
        << taken[0].sender;
    EXPECT_EQ(taken[0].recipient, "RCPT TO:<zhang.san+licence@mail.example.cn>\r\n");
    EXPECT_EQ(fakes::read_mail(taken[0].message)["subject"],
              "【送达】食品经营许可证 JY13201990000019 已签发");
}

TEST(Email, EveryAttemptSendsTheSameBytes) {
    ScriptedSmtp server({});
    (void)send_to(server);
    (void)send_to(server);
    const auto taken = server.taken();
    ASSERT_EQ(taken.size(), 2U);
    EXPECT_EQ(taken[0].message, taken[1].message);
    EXPECT_EQ(taken[0].sender, taken[1].sender);
}

TEST(Email, Recipient451IsTemporary) {
    EXPECT_OUTCOME(send_with({.recipient = "451 4.3.0 Try again"}), Kind::temporary,
                   Reason::provider_down);
}

TEST(Email, AGreylistingServerIsComeBackToWithTheSameMail) {
    ScriptedSmtp server({.greylisted = 2});
    for (int attempt = 0; attempt < 2; ++attempt) {
        EXPECT_OUTCOME(send_to(server), Kind::temporary, Reason::rate_limited);
        EXPECT_TRUE(server.taken().empty());
    }
    EXPECT_OUTCOME(send_to(server), Kind::accepted, Reason::none);
    ASSERT_EQ(server.taken().size(), 1U);
    const std::string message = server.taken()[0].message;
    // Service of a document is no subscription (RFC 8058), and nobody's holiday note answers it.
    EXPECT_EQ(message.find("List-Unsubscribe"), std::string::npos);
    EXPECT_NE(message.find("\r\nAuto-Submitted: auto-generated\r\n"), std::string::npos);
}

TEST(Email, ASignedMailGoesOutAsItWasSigned) {
    ScriptedSmtp server({});
    EmailOptions options = options_for(server.port());
    const std::string keys = fakes::sample_keys_folder() + "/delivery/";
    options.dkim_domain = "example.gov.cn";
    options.dkim_keys = {{"s1", keys + "dkim-rsa.key"}, {"e1", keys + "dkim-ed25519.key"}};
    const samples::SampleDispatch sample;
    EXPECT_OUTCOME(channel_for(options)->send(sample.dispatch()), Kind::accepted, Reason::none);
    ASSERT_EQ(server.taken().size(), 1U);
    const std::string message = server.taken()[0].message;
    EXPECT_TRUE(message.starts_with("DKIM-Signature: v=1; a=rsa-sha256; "));
    const std::string bare = message.substr(message.find("\r\nFrom: ") + 2);
    const auto signer = DkimSigner::make(options.dkim_domain, options.dkim_keys);
    EXPECT_EQ(message, signer.value().sign(bare, sample.leg.created).value() + bare);
}

TEST(Email, Recipient550IsPermanentAndTheTraceNamesNobody) {
    const Outcome outcome =
        send_with({.recipient = "550-5.1.1 <zhang.san+licence@mail.example.cn> is unknown\r\n"
                                "550 5.1.1 no zhang.san+licence here"});
    EXPECT_OUTCOME(outcome, Kind::permanent, Reason::address_invalid);
    EXPECT_EQ(outcome.trace, "smtp 550 5.1.1 curl 55: [mailbox] is unknown no [mailbox] here");
}

TEST(Email, Recipient552IsAFullMailboxAndTemporary) {
    EXPECT_OUTCOME(send_with({.recipient = "552 5.2.2 Mailbox full"}), Kind::temporary,
                   Reason::mailbox_full);
}

TEST(Email, Message554IsRefusedByPolicy) {
    EXPECT_OUTCOME(send_with({.end = "554 5.7.1 Looks like spam"}), Kind::permanent,
                   Reason::policy_rejected);
}

TEST(Email, SilenceAfterTheMessageIsAmbiguous) {
    ScriptedSmtp server({.trouble = Trouble::silent_after_data});
    EXPECT_OUTCOME(send_to(server, 1'000), Kind::ambiguous, Reason::outcome_unknown);
    EXPECT_EQ(server.taken().size(), 1U); // it had arrived: sending again would be a second mail
}

TEST(Email, AServerThatSaysNothingKeepsNobodyLongerThanTheTraitsSay) {
    for (const Trouble trouble :
         {Trouble::silent_after_data, Trouble::silent_at_recipient, Trouble::silent_at_farewell}) {
        const ScriptedSmtp server({.trouble = trouble});
        EmailOptions options = options_for(server.port());
        options.connect_ms = options.attempt_ms = 500;
        const auto begun = std::chrono::steady_clock::now();
        auto channel = channel_for(options);
        const std::int64_t limit_ms = channel->traits().attempt_ms;
        const samples::SampleDispatch sample;
        (void)channel->send(sample.dispatch());
        channel.reset();
        const auto spent = std::chrono::steady_clock::now() - begun;
        EXPECT_LE(spent, std::chrono::milliseconds(limit_ms)) << static_cast<int>(trouble);
    }
}

TEST(Email, AConnectionLostInTheMessageIsAmbiguous) {
    EXPECT_OUTCOME(send_with({.trouble = Trouble::drop_in_data}), Kind::ambiguous,
                   Reason::outcome_unknown);
}

TEST(Email, AConnectionLostAfterTheMessageIsAmbiguous) {
    EXPECT_OUTCOME(send_with({.trouble = Trouble::drop_after_data}), Kind::ambiguous,
                   Reason::outcome_unknown);
}

TEST(Email, SilenceBeforeTheMessageIsTemporary) {
    EXPECT_OUTCOME(send_with({.trouble = Trouble::silent_at_recipient}, 1'000), Kind::temporary,
                   Reason::timeout);
}

TEST(Email, AConnectionLostBeforeTheMessageIsTemporary) {
    EXPECT_OUTCOME(send_with({.trouble = Trouble::drop_at_recipient}), Kind::temporary,
                   Reason::network);
}

TEST(Email, NobodyListeningIsTemporary) {
    std::uint16_t port = 0;
    {
        const ScriptedSmtp gone({});
        port = gone.port();
    }
    const samples::SampleDispatch sample;
    EXPECT_OUTCOME(channel_for(options_for(port))->send(sample.dispatch()), Kind::temporary,
                   Reason::provider_down);
}

TEST(Email, AnUnknownServerNameIsTemporary) {
    EmailOptions options = options_for(25);
    options.server = "no-such-host.invalid";
    const samples::SampleDispatch sample;
    EXPECT_OUTCOME(channel_for(options)->send(sample.dispatch()), Kind::temporary, Reason::network);
}

TEST(Email, WithoutStartTlsNothingIsSent) {
    ScriptedSmtp server({});
    EmailOptions options = options_for(server.port());
    options.tls = SmtpTls::starttls;
    const samples::SampleDispatch sample;
    EXPECT_OUTCOME(channel_for(options)->send(sample.dispatch()), Kind::configuration,
                   Reason::config_cert);
    EXPECT_TRUE(server.taken().empty());
}

TEST(Email, AStartTlsThatFailsForNowIsTemporary) {
    ScriptedSmtp server({.hello = "250-fake.example\r\n250 STARTTLS"});
    EmailOptions options = options_for(server.port());
    options.tls = SmtpTls::starttls;
    const samples::SampleDispatch sample;
    EXPECT_OUTCOME(channel_for(options)->send(sample.dispatch()), Kind::temporary,
                   Reason::provider_down);
    EXPECT_TRUE(server.taken().empty());
}

TEST(Email, AServerThatWantsAuthenticationIsOurConfiguration) {
    EXPECT_OUTCOME(send_with({.sender = "530 5.7.0 Authentication required"}), Kind::configuration,
                   Reason::config_auth);
}

TEST(Email, ARefusedSenderIsNotTheRecipientsFault) {
    EXPECT_OUTCOME(send_with({.sender = "550 Who are you?"}), Kind::permanent,
                   Reason::policy_rejected);
}

TEST(Email, AddressesThatAreNoneNeverReachAServer) {
    ScriptedSmtp server({});
    for (const char* address : {"张三@example.cn", "a@b.cn\r\nRCPT TO:<x@y.cn>", "a b@c.cn", ""}) {
        samples::SampleDispatch sample;
        sample.leg.address = Private<std::string>(address);
        const Outcome outcome = channel_for(options_for(server.port()))->send(sample.dispatch());
        EXPECT_OUTCOME(outcome, Kind::permanent, Reason::address_invalid);
        EXPECT_EQ(outcome.trace, "not a mailbox");
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST(Email, ASmugglersNumberIsOneMessageInEveryDialect) {
    ScriptedSmtp server({});
    samples::SampleDispatch sample;
    sample.document.number = "1\r\n.\r\nMAIL FROM:<x@y.cn>\r\n\n.\n\r.\r\n.\r\n";
    sample.document.title = sample.document.number;
    sample.document.holder_masked = sample.document.number;
    EXPECT_OUTCOME(channel_for(options_for(server.port()))->send(sample.dispatch()), Kind::accepted,
                   Reason::none);
    ASSERT_EQ(server.taken().size(), 1U);
    const std::string wire = server.taken()[0].message;
    // What careless servers take for the end of a message (CVE-2023-51764).
    for (const char* end : {"\r\n.\r\n", "\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n", "\r\n.\r"}) {
        EXPECT_EQ(wire.find(end), std::string::npos);
    }
}

TEST(Email, ConnectionsAreUsedAgain) {
    ScriptedSmtp server({});
    const auto channel = channel_for(options_for(server.port()));
    const samples::SampleDispatch sample;
    for (int i = 0; i < 20; ++i) {
        EXPECT_OUTCOME(channel->send(sample.dispatch()), Kind::accepted, Reason::none);
    }
    EXPECT_EQ(server.connections(), 1);
    EXPECT_EQ(server.taken().size(), 20U);
}

TEST(Email, ManyThreadsShareOneChannel) {
    constexpr int threads = 8;
    constexpr int each = 25;
    ScriptedSmtp server({});
    const auto channel = channel_for(options_for(server.port()));
    std::vector<std::thread> workers;
    std::atomic<int> accepted = 0;
    for (int t = 0; t < threads; ++t) {
        workers.emplace_back([&, t] {
            samples::SampleDispatch sample;
            sample.leg.id.bytes[0] = static_cast<std::uint8_t>(t);
            for (int i = 0; i < each; ++i) {
                sample.leg.id.bytes[1] = static_cast<std::uint8_t>(i);
                accepted += channel->send(sample.dispatch()).kind == Kind::accepted ? 1 : 0;
            }
        });
    }
    for (auto& worker : workers) {
        worker.join();
    }
    EXPECT_EQ(accepted, threads * each);
    EXPECT_LE(server.connections(), threads);
    std::set<std::string> senders;
    for (const auto& one : server.taken()) {
        EXPECT_NE(one.message.find(one.sender.substr(13, 32)), std::string::npos);
        senders.insert(one.sender);
    }
    EXPECT_EQ(senders.size(), static_cast<std::size_t>(threads * each));
}

TEST(Email, TraitsSayThatALostAnswerIsNotSentAgain) {
    EmailOptions options = options_for(25);
    const ChannelTraits traits = channel_for(options)->traits();
    EXPECT_FALSE(traits.idempotent);
    EXPECT_TRUE(traits.needs_file);
    EXPECT_GE(traits.attempt_ms, options.attempt_ms);
    options.attach_file = false;
    EXPECT_FALSE(channel_for(options)->traits().needs_file);
}

TEST(Email, WithoutTheFileTheMailSaysWhereToCollectIt) {
    ScriptedSmtp server({});
    EmailOptions options = options_for(server.port());
    options.attach_file = false;
    samples::SampleDispatch sample;
    sample.file.clear();
    EXPECT_OUTCOME(channel_for(options)->send(sample.dispatch()), Kind::accepted, Reason::none);
    const auto read = fakes::read_mail(server.taken().at(0).message);
    EXPECT_TRUE(read["files"].empty());
    EXPECT_NE(read["body"].get<std::string>().find(sample.collection.link), std::string::npos);
}

TEST(Email, BadOptionsAreRefusedByName) {
    const auto refused = [](auto change) {
        EmailOptions options = options_for(25);
        change(options);
        const auto made = EmailChannel::make(std::move(options));
        return made.ok() ? std::string("accepted") : made.error().detail;
    };
    EXPECT_EQ(refused([](EmailOptions& o) { o.server = "mail.example.cn/x"; }), "e-mail: server");
    EXPECT_EQ(refused([](EmailOptions& o) { o.server = "relay"; }), "accepted");
    EXPECT_EQ(refused([](EmailOptions& o) { o.server = "[::1]"; }), "e-mail: server");
    EXPECT_EQ(refused([](EmailOptions& o) { o.port = 0; }), "e-mail: port");
    EXPECT_EQ(refused([](EmailOptions& o) { o.from_address = "a@b.cn\r\nBcc: x"; }),
              "e-mail: from_address");
    EXPECT_EQ(refused([](EmailOptions& o) { o.bounce_domain = "b.cn>"; }), "e-mail: bounce_domain");
    EXPECT_EQ(refused([](EmailOptions& o) { o.return_secret = Private<Bytes>(Bytes(15)); }),
              "e-mail: return_secret");
    EXPECT_EQ(refused([](EmailOptions& o) { o.dkim_domain = "example.gov.cn"; }),
              "e-mail: dkim_domain and dkim_keys (both or none)");
    EXPECT_EQ(refused([](EmailOptions& o) {
                  o.dkim_domain = "ample.gov.cn";
                  o.dkim_keys = {{"s1", "/nowhere"}};
              }),
              "e-mail: dkim_domain (must be the domain of from_address or above it)");
    EXPECT_EQ(refused([](EmailOptions& o) { o.public_base = "ftp://x"; }), "e-mail: public_base");
    EXPECT_EQ(refused([](EmailOptions& o) { o.attempt_ms = 1; }),
              "e-mail: connect_ms and attempt_ms");
    EXPECT_EQ(refused([](EmailOptions& o) {
                  o.username = "u";
                  o.password = Private<std::string>("p");
              }),
              "e-mail: username and password (both or none, and only with TLS)");
}

} // namespace
} // namespace songda::delivery
