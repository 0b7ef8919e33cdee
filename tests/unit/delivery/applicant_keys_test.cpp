// Links, codes and sessions: the same each time, unguessable without the secret, and every changed
// byte refused. The vectors were made by tests/golden/applicant/make_vectors.py (Python's hmac).
#include "delivery/applicant_keys.hpp"

#include <set>

#include <gtest/gtest.h>

#include "base/text_codec.hpp"
#include "delivery/channel.hpp"

namespace songda::delivery {
namespace {

ApplicantKeys keys(std::uint8_t first = 0) {
    Bytes secret(32);
    for (std::size_t i = 0; i < secret.size(); ++i) {
        secret[i] = static_cast<std::uint8_t>(first + i);
    }
    return ApplicantKeys::make(secret, "https://songda.example.gov.cn").value();
}

DocumentId document(std::uint8_t number) {
    DocumentId id;
    id.bytes.back() = number;
    return id;
}

LegId leg(std::uint8_t number) {
    LegId id;
    id.bytes.back() = number;
    return id;
}

std::string token_in(const std::string& link) {
    return link.substr(link.rfind('/') + 1);
}

TEST(ApplicantKeys, AreWhatPythonDerives) {
    const Collection collection = keys().collection_of(leg(7), document(7));
    EXPECT_EQ(collection.link,
              "https://songda.example.gov.cn/inbox/0000000000000000000000000YCZQ12JBMHH970V");
    EXPECT_EQ(collection.code.reveal(), "48541196");
    EXPECT_EQ(to_hex(keys().inbox_of({"11320199014138860W"}, "91320199MA5JMH929H").view()),
              "f6a42c99a646c34534c2cb6db709ac27");
    EXPECT_EQ(keys().make_session({}, TimeMs{1234567890123}),
              "00000000000000000000000000000000.1234567890123.KJPR8ZY1C1F16QNCXJSQ1CDXP6CN6NN1");
}

TEST(ApplicantKeys, ShortSecretIsRefused) {
    EXPECT_EQ(ApplicantKeys::make(Bytes(31), "https://x").error().fault, Fault::invalid_input);
}

TEST(ApplicantKeys, AnotherSecretGivesAnotherLinkCodeAndInbox) {
    const Collection one = keys().collection_of(leg(1), document(1));
    const Collection other = keys(1).collection_of(leg(1), document(1));
    EXPECT_NE(one.link, other.link);
    EXPECT_NE(one.code, other.code);
    EXPECT_NE(keys().inbox_of({"A"}, "B"), keys(1).inbox_of({"A"}, "B"));
}

TEST(ApplicantKeys, InboxesOfDepartmentsAreApart) {
    EXPECT_NE(keys().inbox_of({"A"}, "B"), keys().inbox_of({"C"}, "B"));
    EXPECT_NE(keys().inbox_of({"A"}, "BC"), keys().inbox_of({"AB"}, "C"));
}

TEST(ApplicantKeys, LegsShareNoLinkAndRarelyACode) {
    std::set<std::string> links;
    std::set<std::string> codes;
    for (std::uint8_t number = 0; number < 200; ++number) {
        const Collection collection = keys().collection_of(leg(number), document(number));
        links.insert(collection.link);
        codes.insert(collection.code.reveal());
        EXPECT_EQ(collection.code.reveal().size(), 8U);
    }
    EXPECT_EQ(links.size(), 200U);
    EXPECT_GE(codes.size(), 199U);
}

TEST(ApplicantKeys, LegsOfADocumentShareItsCode) {
    EXPECT_EQ(keys().collection_of(leg(1), document(5)).code,
              keys().collection_of(leg(2), document(5)).code);
}

TEST(ApplicantKeys, TokenNamesItsLegHoweverItIsTyped) {
    std::string token = token_in(keys().collection_of(leg(9), document(9)).link);
    EXPECT_EQ(keys().leg_of(token), leg(9));
    for (char& c : token) {
        c = static_cast<char>(std::tolower(c));
    }
    EXPECT_EQ(keys().leg_of(token), leg(9));
}

TEST(ApplicantKeys, TokenThatWeDidNotMakeNamesNoLeg) {
    const std::string token = token_in(keys().collection_of(leg(9), document(9)).link);
    EXPECT_FALSE(keys(1).leg_of(token));
    EXPECT_FALSE(keys().leg_of(""));
    EXPECT_FALSE(keys().leg_of(token + '0'));
    for (std::size_t at = 0; at < token.size(); ++at) {
        std::string changed = token;
        changed[at] = changed[at] == '7' ? '8' : '7';
        EXPECT_FALSE(keys().leg_of(changed)) << at;
        EXPECT_FALSE(keys().leg_of(token.substr(0, at))) << at;
    }
}

TEST(ApplicantKeys, OnlyTheDocumentsCodeIsItsCode) {
    const std::string code = keys().collection_of(leg(9), document(9)).code.reveal();
    EXPECT_TRUE(keys().is_code(document(9), code));
    EXPECT_FALSE(keys().is_code(document(8), code));
    EXPECT_FALSE(keys().is_code(document(9), code + '0'));
    EXPECT_FALSE(keys().is_code(document(9), code.substr(1)));
    EXPECT_FALSE(keys().is_code(document(9), ""));
}

TEST(ApplicantKeys, SessionEndsAndNoChangedByteIsTaken) {
    store::InboxId inbox;
    inbox.bytes[3] = 9;
    const TimeMs end{1'000'000};
    const std::string session = keys().make_session(inbox, end);
    EXPECT_EQ(keys().check_session(session, end + -1), inbox);
    EXPECT_FALSE(keys().check_session(session, end));
    EXPECT_FALSE(keys(1).check_session(session, end + -1));
    for (std::size_t at = 0; at < session.size(); ++at) {
        std::string changed = session;
        changed[at] = changed[at] == '1' ? '2' : '1';
        EXPECT_FALSE(keys().check_session(changed, TimeMs{0})) << at;
        EXPECT_FALSE(keys().check_session(session.substr(0, at), TimeMs{0})) << at;
    }
}

} // namespace
} // namespace songda::delivery
