// Mailboxes: what may stand in a command and a header, the signed return path (its tag computed by
// Python's hmac), and replies without personal data.
#include "delivery/channels/mailbox.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/utf8.hpp"

namespace songda::delivery {
namespace {

TEST(Mailbox, AcceptsPlainOnes) {
    for (const char* text : {"a@b.cn", "zhang.san@mail.example.cn", "x+y_z-1@a-b.example",
                             "o'neil@example.com", "user@xn--fiqs8s.xn--fiqs8s", "1@1.2"}) {
        EXPECT_TRUE(is_mailbox(text)) << text;
    }
}

TEST(Mailbox, RefusesEverythingThatCouldEndACommandOrAHeader) {
    const std::string nul("a\0b@example.cn", 14);
    const std::string long_local = std::string(65, 'a') + "@example.cn";
    const std::string long_label = "a@" + std::string(64, 'b') + ".cn";
    std::string long_domain = "a@";
    for (int i = 0; i < 64; ++i) {
        long_domain += "bcd.";
    }
    long_domain += "cn";
    for (const std::string& text : {std::string(),
                                    std::string("@"),
                                    std::string("a@"),
                                    std::string("@b.cn"),
                                    std::string("a b@c.cn"),
                                    std::string("a@b c.cn"),
                                    std::string("a\r\nRCPT TO:<x@y.cn>@b.cn"),
                                    std::string("a@b.cn\r\nData"),
                                    std::string("a@b.cn\n"),
                                    nul,
                                    std::string("\"a\"@b.cn"),
                                    std::string("<a@b.cn>"),
                                    std::string("a@b.cn>"),
                                    std::string("a,b@c.cn"),
                                    std::string("a;b@c.cn"),
                                    std::string("a:b@c.cn"),
                                    std::string("a(b)@c.cn"),
                                    std::string("a\\b@c.cn"),
                                    std::string("a@b@c.cn"),
                                    std::string(".a@b.cn"),
                                    std::string("a.@b.cn"),
                                    std::string("a..b@c.cn"),
                                    std::string("a@b"),
                                    std::string("a@.cn"),
                                    std::string("a@b..cn"),
                                    std::string("a@b.cn."),
                                    std::string("a@-b.cn"),
                                    std::string("a@b-.cn"),
                                    std::string("a@[127.0.0.1]"),
                                    std::string("a@b_c.cn"),
                                    std::string("张三@example.cn"),
                                    std::string("a@例子.cn"),
                                    std::string("ａ@example.cn"),
                                    std::string("a\xE2\x80\xA8@b.cn"),
                                    std::string("a\x7f@b.cn"),
                                    std::string("a\t@b.cn"),
                                    long_local,
                                    long_label,
                                    long_domain}) {
        EXPECT_FALSE(is_mailbox(text)) << text;
    }
}

TEST(Mailbox, NoOtherByteIsAcceptedAnywhere) {
    const std::string good = "a.b@c-d.cn";
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const bool harmless = c > ' ' && c < 0x7f &&
                              std::string_view("<>()[]\\,;:\"@").find(c) == std::string_view::npos;
        for (std::size_t at = 0; at <= good.size(); ++at) {
            std::string text = good;
            text.insert(at, 1, c);
            EXPECT_TRUE(harmless || !is_mailbox(text)) << byte << " at " << at;
        }
    }
}

TEST(WithoutMailboxes, CutsEveryFormOut) {
    const auto cut = [](std::string_view text) {
        return without_mailboxes(text, "Zhang.San@example.cn", 200);
    };
    EXPECT_EQ(cut("<zhang.san@example.cn>: user unknown"), "[mailbox] user unknown");
    EXPECT_EQ(cut("mailbox for other.person@else.example is full"),
              "mailbox for [mailbox] is full");
    EXPECT_EQ(cut("No such user ZHANG.SAN here"), "No such user [mailbox] here");
    EXPECT_EQ(cut("(zhang.san) is unknown"), "([mailbox]) is unknown");
    EXPECT_EQ(cut("Ok: queued as 4XYZ99"), "Ok: queued as 4XYZ99");
    EXPECT_EQ(cut("zhang.sandwich is not the name"), "zhang.sandwich is not the name");
    EXPECT_EQ(cut("垃圾邮件\x01\xFF"), "垃圾邮件??");
}

RC_GTEST_PROP(WithoutMailboxes, LeavesNoAtSignAndStaysShort, (const std::string& noise)) {
    const std::string out = without_mailboxes(noise + "a@b.cn" + noise, "a@b.cn", 50);
    RC_ASSERT(out.find('@') == std::string::npos);
    RC_ASSERT(out.size() <= 50U);
    RC_ASSERT(!find_bad_utf8(out));
}

} // namespace
} // namespace songda::delivery
