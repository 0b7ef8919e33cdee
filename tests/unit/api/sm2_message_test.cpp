// The SM2 message over a document's record at the departments' counter: shown while it waits and
// once it is made, handed out to its department alone, and accepted over the record that the issued
// file carries; a department without an SM2 seal is told so.
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "app/message_keeping.hpp"
#include "base/text_codec.hpp"
#include "tests/fakes/sm2_folder.hpp"
#include "tests/unit/api/counter.hpp"
#include "verifier/record_of.hpp"
#include "verifier/sm2_cms.hpp"

namespace songda::api {
namespace {

using nlohmann::json;

class Sm2MessageTest : public CounterTest {
protected:
    /// The first of the two departments has an SM2 seal.
    void configure(app::Config& config) override {
        config.departments[0].sm2_key = seal_.file("seal.key");
        config.departments[0].sm2_certificate = seal_.file("seal.pem");
    }
    void SetUp() override {
        CounterTest::SetUp();
        own_ = make_key(fakes::department, {"issue", "read"}).bearer;
        other_ = make_key(fakes::other_department, {"issue", "read"}).bearer;
    }
    json issue(const std::string& bearer) {
        std::ifstream in(SONGDA_SOURCE_DIR "/samples/decisions.jsonl");
        std::string line;
        std::getline(in, line);
        return json::parse(ask("POST", "/api/v1/documents", bearer, line).body);
    }
    http::Response get(const json& document, const std::string& bearer, const std::string& more) {
        return ask("GET", "/api/v1/documents/" + document["id"].get<std::string>() + more, bearer);
    }
    void make_messages() {
        app::MessageKeeping keeping(
            {desk_->store(), desk_->signer(), desk_->clock(), desk_->metrics(), {}});
        keeping.step();
    }

    const fakes::Sm2Folder seal_;
    std::string own_;
    std::string other_;
};

TEST_F(Sm2MessageTest, WaitsAndIsMadeAndStandsOverTheRecordOfTheFile) {
    const json document = issue(own_);
    EXPECT_EQ(json::parse(get(document, own_, "").body)["sm2_message"],
              json({{"state", "waiting"}}));
    EXPECT_EQ(get(document, own_, "/record.p7s").status, 503);
    make_messages();
    const http::Response message = get(document, own_, "/record.p7s");
    ASSERT_EQ(message.status, 200) << message.body;
    EXPECT_EQ(message.content_type, "application/pkcs7-signature");
    const json shown = json::parse(get(document, own_, "").body)["sm2_message"];
    EXPECT_EQ(shown["state"], "made");
    EXPECT_EQ(shown["sha256"], to_hex(sha256(as_bytes(message.body))));
    EXPECT_EQ(shown["bytes"], message.body.size());
    const std::string file = get(document, own_, "/file").body;
    const auto record = verifier::record_of(as_bytes(file));
    ASSERT_TRUE(record);
    EXPECT_EQ(json::parse(as_text(*record))["number"], document["number"]);
    const auto finding = verifier::check_sm2_cms(as_bytes(message.body), *record, seal_.trust(),
                                                 SystemClock().now());
    EXPECT_EQ(finding.integrity.answer, verifier::Answer::yes);
    EXPECT_EQ(finding.authority.answer, verifier::Answer::yes);
    EXPECT_EQ(get(document, other_, "/record.p7s").status, 404) << "another department's";
}

TEST_F(Sm2MessageTest, WithoutAnSm2SealThereIsNone) {
    const json document = issue(other_);
    make_messages();
    EXPECT_FALSE(json::parse(get(document, other_, "").body).contains("sm2_message"));
    const http::Response none = get(document, other_, "/record.p7s");
    EXPECT_EQ(none.status, 404);
    EXPECT_NE(none.body.find("no SM2 seal"), std::string::npos) << none.body;
    EXPECT_EQ(desk_->store().count_unmade_messages().value(), 0U);
}

} // namespace
} // namespace songda::api
