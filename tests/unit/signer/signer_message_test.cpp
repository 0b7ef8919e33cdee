// The socket's messages are these bytes and no others; what is cut or lengthened is no message.
#include "signer/process/message.hpp"

#include <gtest/gtest.h>

#include "base/text_codec.hpp"

namespace songda::signer::message {
namespace {

SealRequest sample_request() {
    SealRequest request;
    request.purpose = SealPurpose::document;
    request.department = {"11320199014138860W"};
    request.use = {"key:A1", "SPJY", "t@3", DocumentId{}};
    request.use.document.bytes[15] = 9;
    request.content.assign(32, 0xAB);
    return request;
}

/// As docs/formats/signer-socket.md shows them.
const std::string golden_question =
    "0102000000070001"
    "01"
    "12313133323031393930313431333838363057"
    "066b65793a4131"
    "0453504a59"
    "03744033"
    "00000000000000000000000000000009"
    "0020abababababababababababababababababababababababababababababababab";
const std::string golden_answer = "0182000000070002"
                                  "00"
                                  "1111111111111111111111111111111111111111111111111111111111111111"
                                  "2222222222222222222222222222222222222222222222222222222222222222"
                                  "0504617761"
                                  "79";

const std::string golden_permits_question = "0103000000070001"
                                            "02"
                                            "12313133323031393930313431333838363057"
                                            "066b65793a4131"
                                            "0453504a59"
                                            "03744033";
const std::string golden_permits_answer = "0183000000070002"
                                          "02733100"
                                          "02733101"
                                          "0e7365616c5f73757370656e646564"
                                          "0003e5819c"
                                          "000468656c64";
const std::string golden_book_answer =
    "0184000000090000000000000102"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

Signatures sample_answer() {
    EcdsaSignature signature;
    signature.r.fill(0x11);
    signature.s.fill(0x22);
    return {7, {signature, Error{Fault::unavailable, "away"}}};
}

TEST(SignerMessage, QuestionsAreTheseBytes) {
    const SealRequest request = sample_request();
    const Bytes written = write_signatures_wanted(7, {&request, 1});
    EXPECT_EQ(to_hex(written), golden_question);
    EXPECT_EQ(written.size(), question_head_bytes + size_of(request));
    EXPECT_EQ(to_hex(write(AskFaces{1, 258})), "0101000000010102");
    EXPECT_EQ(parse_question(written), Question(AskSignatures{7, {request}}));
    EXPECT_EQ(parse_question(write(AskFaces{1, 258})), Question(AskFaces{1, 258}));
}

TEST(SignerMessage, AnswersAreTheseBytes) {
    EXPECT_EQ(to_hex(write(sample_answer())), golden_answer);
    const auto read = parse_answer(*from_hex(golden_answer));
    const auto& signatures = std::get<Signatures>(*read);
    EXPECT_EQ(signatures.number, 7U);
    EXPECT_EQ(signatures.made[0].value(), sample_answer().made[0].value());
    EXPECT_EQ(signatures.made[1].error().fault, Fault::unavailable);
    EXPECT_EQ(signatures.made[1].error().detail, "away");
    EXPECT_EQ(to_hex(write(Refusal{"no"})), "0180026e6f");
    EXPECT_EQ(std::get<Refusal>(*parse_answer(*from_hex("0180026e6f"))).why, "no");
    const SealFace face{{"1"}, {{0x30, 0x00}, {0x31, 0x00}}, {0x05}, {{0x32, 0x00}}, {0x33}};
    const Bytes faces = write_faces({3, 0}, {&face, 1});
    EXPECT_EQ(to_hex(faces), "0181000000030001000101310200023000000231000001"
                             "05"
                             "0100023200"
                             "000133");
    EXPECT_EQ(std::get<Faces>(*parse_answer(faces)), (Faces{3, 1, {face}}));
}

TEST(SignerMessage, QuestionsAboutRegisterAndBookAreTheseBytes) {
    const SealRequest request = sample_request();
    const SealQuestion question{
        SealPurpose::qr,
        request.department,
        {request.use.actor, request.use.type, request.use.template_version, {}}};
    EXPECT_EQ(to_hex(write_permits_wanted(7, {&question, 1})), golden_permits_question);
    EXPECT_EQ(parse_question(*from_hex(golden_permits_question)),
              Question(AskPermits{7, {question}}));
    const Permits answer{7, {{"s1", {}}, {"s1", SealRefusal{"seal_suspended", "停", "held"}}}};
    EXPECT_EQ(to_hex(write(answer)), golden_permits_answer);
    EXPECT_EQ(std::get<Permits>(*parse_answer(*from_hex(golden_permits_answer))), answer);
    EXPECT_EQ(to_hex(write(AskBook{9})), "010400000009");
    EXPECT_EQ(parse_question(*from_hex("010400000009")), Question(AskBook{9}));
    const Book book{9, {258, std::string(64, 'a')}};
    EXPECT_EQ(to_hex(write(book)), golden_book_answer);
    EXPECT_EQ(std::get<Book>(*parse_answer(*from_hex(golden_book_answer))), book);
    EXPECT_EQ(to_hex(write(Book{9, {}})), "0184000000090000000000000000");
}

TEST(SignerMessage, TheLongestRefusalsFitAndAreCutAtACharacter) {
    std::string words(refusal_words_bytes_max - 1, 'a');
    const SealRuling ruling{std::string(255, 's'),
                            SealRefusal{std::string(255, 'r'), words + "停", words + "b"}};
    const Bytes written = write(Permits{1, std::vector<SealRuling>(permits_max, ruling)});
    EXPECT_LE(written.size(), bytes_max);
    const auto read = std::get<Permits>(*parse_answer(written));
    EXPECT_EQ(read.rulings.size(), permits_max);
    EXPECT_EQ(read.rulings.back().refused->zh, words);
    EXPECT_EQ(read.rulings.back().refused->en, words + "b");
    EXPECT_EQ(read.rulings.back().refused->rule, ruling.refused->rule);
}

TEST(SignerMessage, CutAndLengthenedMessagesAreNone) {
    for (const std::string& golden : {golden_question, golden_answer, golden_permits_question,
                                      golden_permits_answer, golden_book_answer}) {
        const Bytes whole = *from_hex(golden);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            EXPECT_FALSE(parse_question(ByteView(whole).first(size)));
            EXPECT_FALSE(parse_answer(ByteView(whole).first(size))) << size;
        }
        Bytes longer = whole;
        longer.push_back(0);
        EXPECT_FALSE(parse_question(longer));
        EXPECT_FALSE(parse_answer(longer));
        Bytes other_version = whole;
        other_version[0] = 2;
        EXPECT_FALSE(parse_question(other_version));
        EXPECT_FALSE(parse_answer(other_version));
    }
}

TEST(SignerMessage, MoreSealsThanOneAnswerHoldsComeInSeveral) {
    std::vector<SealFace> faces;
    for (int i = 0; i < 100; ++i) {
        faces.push_back({{std::to_string(i)}, {Bytes(3000, 7)}, Bytes(91, 1)});
    }
    std::vector<SealFace> read;
    int answers = 0;
    while (read.size() < faces.size() && ++answers < 100) {
        const Bytes answer = write_faces({1, static_cast<std::uint16_t>(read.size())}, faces);
        ASSERT_LE(answer.size(), bytes_max);
        const auto part = std::get<Faces>(*parse_answer(answer));
        EXPECT_EQ(part.total, 100);
        read.insert(read.end(), part.faces.begin(), part.faces.end());
    }
    EXPECT_EQ(read, faces);
    EXPECT_EQ(answers, 3);
}

TEST(SignerMessage, ReasonsAreCutAtACharacter) {
    const Signatures long_reason{1, {Error{Fault::corrupt, std::string(254, 'a') + "送"}}};
    const auto read = std::get<Signatures>(*parse_answer(write(long_reason)));
    EXPECT_EQ(read.made[0].error().detail, std::string(254, 'a'));
    EXPECT_EQ(read.made[0].error().fault, Fault::internal) << "what has no number of its own";
    SealRequest request = sample_request();
    EXPECT_TRUE(may_be_sent(request));
    request.use.actor.assign(256, 'a');
    EXPECT_FALSE(may_be_sent(request));
    request = sample_request();
    request.content.resize(seal_content_bytes_max + 1);
    EXPECT_FALSE(may_be_sent(request));
}

} // namespace
} // namespace songda::signer::message
