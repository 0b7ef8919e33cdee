// The table of delivery.md §4.1 as a table: what curl and the server said, and what it means.
#include "delivery/channels/smtp_reply.hpp"

#include <curl/curl.h>
#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace songda::delivery {
namespace {

using Kind = Outcome::Kind;

/// `>` marks what we send, anything else is a reply line.
SmtpTranscript play(const std::vector<std::string>& lines) {
    SmtpTranscript transcript;
    for (const std::string& line : lines) {
        if (line.starts_with('>')) {
            transcript.sent(line.substr(1) + "\r\n");
        } else {
            transcript.received(line + "\r\n");
        }
    }
    return transcript;
}

std::vector<std::string> until_recipient(const std::string& reply) {
    return {"220 x",        ">EHLO y",           "250 x", ">MAIL FROM:<b@c.cn>",
            "250 2.1.0 ok", ">RCPT TO:<a@b.cn>", reply};
}

std::vector<std::string> until_end(const std::string& reply) {
    auto lines = until_recipient("250 2.1.5 ok");
    lines.insert(lines.end(), {">DATA", "354 go"});
    if (!reply.empty()) {
        lines.push_back(reply);
    }
    return lines;
}

struct Row {
    const char* name;
    int curl_code;
    std::vector<std::string> lines;
    Kind kind;
    Reason reason;
};

const std::vector<Row>& rows() {
    static const std::vector<Row> table = {
        {"ok", CURLE_OK, until_end("250 2.0.0 Ok: queued as 4X"), Kind::accepted, Reason::none},
        {"ok, then the line broke", CURLE_RECV_ERROR, until_end("250 ok"), Kind::accepted,
         Reason::none},
        {"recipient 451", CURLE_SEND_ERROR, until_recipient("451 4.3.0 later"), Kind::temporary,
         Reason::provider_down},
        {"greylisted", CURLE_SEND_ERROR, until_recipient("450 4.7.1 Greylisted"), Kind::temporary,
         Reason::rate_limited},
        {"full for now", CURLE_SEND_ERROR, until_recipient("452 4.2.2 over quota"), Kind::temporary,
         Reason::mailbox_full},
        {"recipient 550", CURLE_SEND_ERROR, until_recipient("550 5.1.1 unknown"), Kind::permanent,
         Reason::address_invalid},
        {"recipient 550 bare", CURLE_SEND_ERROR, until_recipient("550 unknown"), Kind::permanent,
         Reason::address_invalid},
        {"non-ASCII local part", CURLE_SEND_ERROR, until_recipient("500 5.5.2 what"),
         Kind::permanent, Reason::address_invalid},
        {"disabled", CURLE_SEND_ERROR, until_recipient("550 5.2.1 disabled"), Kind::permanent,
         Reason::address_invalid},
        {"recipient 552", CURLE_SEND_ERROR, until_recipient("552 5.2.2 full"), Kind::temporary,
         Reason::mailbox_full},
        {"recipient 552 bare", CURLE_SEND_ERROR, until_recipient("552 full"), Kind::temporary,
         Reason::mailbox_full},
        {"550 but 5.2.2", CURLE_SEND_ERROR, until_recipient("550 5.2.2 full"), Kind::temporary,
         Reason::mailbox_full},
        {"no such domain", CURLE_SEND_ERROR, until_recipient("550 5.1.2 no host"), Kind::permanent,
         Reason::address_unreachable},
        {"null MX", CURLE_SEND_ERROR, until_recipient("556 5.1.10 null MX"), Kind::permanent,
         Reason::address_unreachable},
        {"no route", CURLE_SEND_ERROR, until_recipient("550 5.4.4 no route"), Kind::permanent,
         Reason::address_unreachable},
        {"relaying denied", CURLE_SEND_ERROR, until_recipient("554 5.7.1 relaying denied"),
         Kind::permanent, Reason::policy_rejected},
        {"our sender's domain", CURLE_SEND_ERROR, until_recipient("550 5.1.8 sender"),
         Kind::permanent, Reason::policy_rejected},
        {"sender refused",
         CURLE_SEND_ERROR,
         {"220 x", ">MAIL FROM:<b@c.cn>", "550 no"},
         Kind::permanent,
         Reason::policy_rejected},
        {"too large, told early",
         CURLE_SEND_ERROR,
         {"220 x", ">MAIL FROM:<b@c.cn> SIZE=9", "552 5.3.4 size"},
         Kind::permanent,
         Reason::content_too_large},
        {"message 554", CURLE_WEIRD_SERVER_REPLY, until_end("554 5.7.1 spam"), Kind::permanent,
         Reason::policy_rejected},
        {"message 554 bare", CURLE_WEIRD_SERVER_REPLY, until_end("554 no"), Kind::permanent,
         Reason::policy_rejected},
        {"message 550 bare", CURLE_WEIRD_SERVER_REPLY, until_end("550 no"), Kind::permanent,
         Reason::policy_rejected},
        {"message 451", CURLE_WEIRD_SERVER_REPLY, until_end("451 4.3.0 later"), Kind::temporary,
         Reason::provider_down},
        {"message too large", CURLE_WEIRD_SERVER_REPLY, until_end("552 5.2.3 size"),
         Kind::permanent, Reason::content_too_large},
        {"silence after the message", CURLE_OPERATION_TIMEDOUT, until_end(""), Kind::ambiguous,
         Reason::outcome_unknown},
        {"nothing after the message", CURLE_GOT_NOTHING, until_end(""), Kind::ambiguous,
         Reason::outcome_unknown},
        {"broken sending the message", CURLE_SEND_ERROR, until_end(""), Kind::ambiguous,
         Reason::outcome_unknown},
        {"broken after the message", CURLE_RECV_ERROR, until_end(""), Kind::ambiguous,
         Reason::outcome_unknown},
        {"an answer that is none", CURLE_WEIRD_SERVER_REPLY, until_end("hello?"), Kind::ambiguous,
         Reason::outcome_unknown},
        {"curl content without a message", CURLE_OK, until_recipient("250 ok"), Kind::ambiguous,
         Reason::outcome_unknown},
        {"silence before it", CURLE_OPERATION_TIMEDOUT, until_recipient("250 ok"), Kind::temporary,
         Reason::timeout},
        {"broken before it", CURLE_RECV_ERROR, until_recipient("250 ok"), Kind::temporary,
         Reason::network},
        {"connection refused", CURLE_COULDNT_CONNECT, {}, Kind::temporary, Reason::provider_down},
        {"no such name", CURLE_COULDNT_RESOLVE_HOST, {}, Kind::temporary, Reason::network},
        {"silence from the start", CURLE_OPERATION_TIMEDOUT, {}, Kind::temporary, Reason::timeout},
        {"closing for the night",
         CURLE_WEIRD_SERVER_REPLY,
         {"421 4.3.2 closing"},
         Kind::temporary,
         Reason::provider_down},
        {"no service",
         CURLE_WEIRD_SERVER_REPLY,
         {"554 no SMTP service here"},
         Kind::temporary,
         Reason::provider_down},
        {"no STARTTLS",
         CURLE_USE_SSL_FAILED,
         {"220 x", ">EHLO y", "250 x"},
         Kind::configuration,
         Reason::config_cert},
        {"STARTTLS not now",
         CURLE_USE_SSL_FAILED,
         {"220 x", ">EHLO y", "250 x", ">STARTTLS", "454 4.7.0 not now"},
         Kind::temporary,
         Reason::provider_down},
        {"STARTTLS unknown after all",
         CURLE_USE_SSL_FAILED,
         {"220 x", ">EHLO y", "250 x", ">STARTTLS", "502 5.5.1 no"},
         Kind::configuration,
         Reason::config_cert},
        {"certificate",
         CURLE_PEER_FAILED_VERIFICATION,
         {"220 x", ">EHLO y", "250 x", ">STARTTLS", "220 go"},
         Kind::configuration,
         Reason::config_cert},
        {"no authorities", CURLE_SSL_CACERT_BADFILE, {}, Kind::configuration, Reason::config_cert},
        {"wrong password",
         CURLE_LOGIN_DENIED,
         {"220 x", ">AUTH PLAIN", "535 5.7.8 no"},
         Kind::configuration,
         Reason::config_auth},
        {"no mechanism in common",
         CURLE_LOGIN_DENIED,
         {"220 x", ">EHLO y", "250 x"},
         Kind::configuration,
         Reason::config_auth},
        {"password not checked now",
         CURLE_LOGIN_DENIED,
         {"220 x", ">AUTH PLAIN", "454 4.7.0 later"},
         Kind::temporary,
         Reason::provider_down},
        {"wants AUTH",
         CURLE_SEND_ERROR,
         {"220 x", ">MAIL FROM:<b@c.cn>", "530 5.7.0 Authentication required"},
         Kind::configuration,
         Reason::config_auth},
        {"wants TLS",
         CURLE_SEND_ERROR,
         {"220 x", ">MAIL FROM:<b@c.cn>", "530 5.7.0 Must issue a STARTTLS command first"},
         Kind::configuration,
         Reason::config_cert},
        {"the old connection's QUIT is not ours",
         CURLE_SEND_ERROR,
         {">QUIT", "221 bye", "220 x", ">EHLO y", "250 x", ">MAIL FROM:<b@c.cn>", "250 ok",
          ">RCPT TO:<a@b.cn>", "550 5.1.1 no", ">QUIT", "221 2.0.0 bye"},
         Kind::permanent,
         Reason::address_invalid},
    };
    return table;
}

TEST(ClassifySmtp, EveryRowOfTheTable) {
    for (const Row& row : rows()) {
        const Outcome outcome = classify_smtp(row.curl_code, play(row.lines));
        EXPECT_EQ(outcome.kind, row.kind) << row.name;
        EXPECT_EQ(reason_name(outcome.reason), reason_name(row.reason)) << row.name;
    }
}

TEST(ClassifySmtp, NothingIsCertainOnceTheMessageIsOnItsWay) {
    const SmtpTranscript begun = play(until_end(""));
    for (int code = 1; code < CURL_LAST; ++code) {
        EXPECT_EQ(classify_smtp(code, begun).kind, Kind::ambiguous) << code;
    }
}

TEST(ClassifySmtp, NothingIsAcceptedOrAmbiguousBeforeTheMessage) {
    const SmtpTranscript before = play(until_recipient("250 ok"));
    for (int code = 1; code < CURL_LAST; ++code) {
        const Kind kind = classify_smtp(code, before).kind;
        EXPECT_TRUE(kind == Kind::temporary || kind == Kind::configuration) << code;
    }
}

TEST(SmtpTranscript, JoinsLinesOfOneReplyAndForgetsTheOnesBefore) {
    const auto transcript = play({"220 hello", ">RCPT TO:<a@b.cn>", "550-5.1.1 The account",
                                  "550-5.1.1 does not exist.", "550 5.1.1 Bye"});
    EXPECT_EQ(transcript.code(), 550);
    EXPECT_EQ(transcript.text(), "The account does not exist. Bye");
    EXPECT_EQ(transcript.enhanced(), (EnhancedStatus{5, 1, 1}));
    EXPECT_EQ(transcript.stage(), SmtpStage::recipient);
}

TEST(SmtpTranscript, HalfAReplyIsNone) {
    const auto transcript = play({"250 ok", "550-5.1.1 The acc"});
    EXPECT_EQ(transcript.code(), 250);
}

TEST(SmtpTranscript, OddLinesAreNoReplies) {
    for (const char* line : {"", "25", "25x no", "250x", "999 no", "150 no", "-50 no", "354go"}) {
        EXPECT_EQ(play({line}).code(), 0) << line;
        EXPECT_FALSE(play({line}).data_begun()) << line;
    }
    EXPECT_EQ(play({"250"}).code(), 250);
    EXPECT_FALSE(play({"250 5.1 x"}).enhanced());
    EXPECT_FALSE(play({"250 5.1.1x"}).enhanced());
    EXPECT_FALSE(play({"250 3.1.1 x"}).enhanced());
    EXPECT_FALSE(play({"250 2.1234.1 x"}).enhanced());
}

TEST(SmtpTrace, SaysWhatHappenedAndNotToWhom) {
    EXPECT_EQ(smtp_trace(CURLE_OK, play(until_end("250 2.0.0 Ok: queued as 4X")), "a@b.cn"),
              "smtp 250 2.0.0: Ok: queued as 4X");
    EXPECT_EQ(smtp_trace(CURLE_SEND_ERROR,
                         play(until_recipient("550 5.1.1 <zhang@b.cn>: no zhang here")),
                         "zhang@b.cn"),
              "smtp 550 5.1.1 curl 55: [mailbox] no [mailbox] here");
    EXPECT_EQ(smtp_trace(CURLE_COULDNT_CONNECT, {}, "a@b.cn"), "smtp curl 7");
    SmtpTranscript endless;
    for (int i = 0; i < 1000; ++i) {
        endless.received("550-5.1.1 " + std::string(300, 'x') + "送达");
    }
    endless.received("550 5.1.1 end");
    const std::string trace = smtp_trace(CURLE_SEND_ERROR, endless, "a@b.cn");
    EXPECT_LE(trace.size(), 500U);
    EXPECT_FALSE(find_bad_utf8(trace));
}

} // namespace
} // namespace songda::delivery
