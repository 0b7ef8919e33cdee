// The golden payloads were sealed by another program in another language
// (tests/golden/qr/README.md): good ones are good, each fault is told for what it is, no prefix and
// no flipped bit passes.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text_codec.hpp"
#include "verifier/check_qr.hpp"

namespace songda::verifier {
namespace {

using nlohmann::json;

std::string read(const std::string& name) {
    std::ifstream in(SONGDA_SOURCE_DIR "/tests/golden/qr/" + name);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Report check(const json& key, const json& payload) {
    static const KeyList keys = parse_key_list(read("keys.json")).value();
    return check_qr(key.get<std::string>() + '#' + payload.get<std::string>(), keys,
                    keys.issued_at);
}

std::string verdict(const Report& report) {
    if (report.integrity.reason == Reason::seal_signature) {
        return report.authority.reason == Reason::key_listed
                   ? "good"
                   : std::string(reason_name(report.authority.reason));
    }
    return std::string(reason_name(report.integrity.reason));
}

TEST(GoldenQr, GoodPayloadsSayWhatTheyWereMadeToSay) {
    for (const json& one : json::parse(read("good.json"))) {
        const Report report = check(one["key"], one["payload"]);
        EXPECT_EQ(verdict(report), "good") << one["name"];
        ASSERT_TRUE(report.document) << one["name"];
        EXPECT_EQ(report.document->number, one["claims"]["number"]) << one["name"];
        EXPECT_NE(report.status.answer, Answer::yes);
    }
}

TEST(GoldenQr, EachFaultIsToldForWhatItIs) {
    for (const json& one : json::parse(read("refused.json"))) {
        EXPECT_EQ(verdict(check(one["key"], one["payload"])), one["verdict"]) << one["name"];
    }
}

TEST(GoldenQr, NoFlippedBitAndNoPrefixPasses) {
    const json mutated = json::parse(read("mutated.json"));
    for (const json& mutation : mutated["mutations"]) {
        EXPECT_NE(check(mutated["key"], mutation["payload"]).integrity.answer, Answer::yes)
            << mutation["at"];
    }
    const auto whole = mutated["payload"].get<std::string>();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_NE(check(mutated["key"], whole.substr(0, size)).integrity.answer, Answer::yes)
            << size;
    }
}

TEST(GoldenQr, Base41IsReadTheSame) {
    const json base41 = json::parse(read("base41.json"));
    for (const json& one : base41["good"]) {
        EXPECT_EQ(to_hex(from_base41(one["text"].get<std::string>()).value()), one["hex"]);
        EXPECT_EQ(to_base41(from_hex(one["hex"].get<std::string>()).value()), one["text"]);
    }
    for (const json& text : base41["refused"]) {
        EXPECT_FALSE(from_base41(text.get<std::string>())) << text;
    }
}

} // namespace
} // namespace songda::verifier
