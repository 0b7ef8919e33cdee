// Packages and logs of an outage: nothing but code and number together opens a package, a slip of
// the finger is found; a log that was changed, cut, turned round or is another's is refused with
// its line, and openssl finds the same signature good.
#include "base/outage_log.hpp"
#include "base/outage_seal.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "base/certificate.hpp"
#include "base/chain_file.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "tests/fakes/child_process.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/outage_key.hpp"

namespace songda {
namespace {

const Private<std::string> person(std::string("32010219900101001x"));
const OutageKey key = {1, 2, 3, 4, 5, 6, 7, 8, 9, 250};

TEST(OutageSeal, TheCodeGivesItsKeyWithItsNumberAlone) {
    const std::string code = write_outage_code(key, person);
    ASSERT_EQ(code.size(), 17U);
    EXPECT_EQ(read_outage_code(code, person), key);
    const std::string typed = code.substr(0, 4) + '-' + code.substr(4, 4) + ' ' + code.substr(8);
    EXPECT_EQ(read_outage_code(typed, Private<std::string>("320102 19900101 001X")), key);
    EXPECT_NE(read_outage_code(code, Private<std::string>("320102199001010013")), key);
    EXPECT_FALSE(read_outage_code("12345678", person));
    EXPECT_FALSE(read_outage_code("", person));
}

TEST(OutageSeal, EverySlipOfOneCharacterIsFound) {
    const std::string code = write_outage_code(key, person);
    for (std::size_t at = 0; at < code.size(); ++at) {
        std::string slipped = code;
        slipped[at] = code[at] == '7' ? '8' : '7';
        EXPECT_FALSE(read_outage_code(slipped, person)) << slipped;
    }
    for (std::size_t at = 0; at + 1 < code.size(); ++at) {
        std::string swapped = code;
        std::swap(swapped[at], swapped[at + 1]);
        EXPECT_TRUE(swapped == code || !read_outage_code(swapped, person)) << swapped;
    }
}

TEST(OutageSeal, APackageOpensWithItsKeyUnchangedAlone) {
    fakes::SeededRandom random(1);
    const std::string id = outage_package_id(key, 3);
    ASSERT_TRUE(is_outage_package_id(id)) << id;
    EXPECT_FALSE(is_outage_package_id("../" + id));
    EXPECT_FALSE(is_outage_package_id(id + "x"));
    EXPECT_FALSE(is_outage_package_id(outage_name(key)));
    const Bytes content = {1, 2, 3};
    const Bytes sealed = seal_outage_package(content, key, id, {77}, random);
    EXPECT_EQ(outage_package_end(sealed), TimeMs{77});
    EXPECT_EQ(open_outage_package(sealed, key, id), content);
    EXPECT_FALSE(open_outage_package(sealed, key, outage_package_id(key, 4)));
    OutageKey other = key;
    other[9] = 251;
    EXPECT_FALSE(open_outage_package(sealed, other, id));
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        Bytes changed = sealed;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ 1U);
        EXPECT_FALSE(open_outage_package(changed, key, id)) << at;
        EXPECT_FALSE(open_outage_package(ByteView(sealed).first(at), key, id)) << at;
    }
    const Bytes who = seal_outage_text("a", Digest{4}, random);
    EXPECT_EQ(open_outage_text(who, Digest{4}), "a");
    EXPECT_FALSE(open_outage_text(who, Digest{5}));
}

class OutageLog : public testing::Test {
protected:
    void put(OutageEvent event, const OutageFields& fields) {
        lines_.push_back(key_.write({event, {1'700'000'000'000}, fields}, lines_));
    }
    Result<OutageLogEnd> read(const std::string& text, OutageLogEnd from = {chain_start(), {}, 0}) {
        heard_.clear();
        return read_outage_log(
            text, std::move(from),
            [&](const Digest& certificate) { return certificate == key_.digest(); },
            [&](const OutageLine& line, std::string_view whole) {
                EXPECT_EQ(whole.back(), '\n');
                heard_.push_back(line);
            });
    }
    std::string all() const {
        std::string text;
        for (const std::string& line : lines_) {
            text += line;
        }
        return text;
    }
    void fill() {
        put(OutageEvent::key, {{"certificate", key_.certificate()}});
        put(OutageEvent::print, {{"package", "p"}, {"proof", "00"}});
        put(OutageEvent::taken, {{"package", "p"}, {"taken", "yes"}});
    }

    fakes::TemporaryFolder folder_;
    fakes::OutageSigner key_{folder_.path(), "device"};
    std::vector<std::string> lines_;
    std::vector<OutageLine> heard_;
};

TEST_F(OutageLog, IsReadInPiecesAsItWasWritten) {
    fill();
    const auto first = read(lines_[0] + lines_[1]);
    ASSERT_TRUE(first.ok()) << first.error().detail;
    EXPECT_EQ(first.value().lines, 2U);
    EXPECT_EQ(heard_[1].fields.at("proof"), "00");
    const auto rest = read(lines_[2], first.value());
    ASSERT_TRUE(rest.ok()) << rest.error().detail;
    EXPECT_EQ(heard_[0].fields.at("taken"), "yes");
    EXPECT_EQ(rest.value(), read(all()).value());
}

TEST_F(OutageLog, ChangedCutTurnedRoundAndForeignLinesAreRefused) {
    fill();
    const std::string text = all();
    for (std::size_t at = 0; at < text.size(); at += 7) {
        std::string changed = text;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_FALSE(read(changed).ok()) << at;
    }
    EXPECT_EQ(read(text.substr(0, text.size() - 5)).error().fault, Fault::corrupt);
    EXPECT_EQ(read(lines_[0] + lines_[2]).error().fault, Fault::corrupt) << "a line is missing";
    EXPECT_EQ(read(lines_[0] + lines_[2] + lines_[1]).error().fault, Fault::corrupt);
    EXPECT_EQ(read(lines_[1], {chain_start(), {}, 0}).error().fault, Fault::corrupt);

    fakes::OutageSigner stranger(folder_.path(), "stranger");
    const std::string foreign =
        stranger.write({OutageEvent::key, {5}, {{"certificate", stranger.certificate()}}}, {});
    EXPECT_EQ(read(foreign).error().fault, Fault::forbidden);
    const std::string forged =
        stranger.write({OutageEvent::taken, {5}, {{"taken", "yes"}}}, {lines_[0]});
    EXPECT_EQ(read(lines_[0] + forged).error().fault, Fault::forbidden)
        << "a right chain by another key";
}

TEST_F(OutageLog, OpensslFindsTheSignatureGood) {
    fill();
    const std::string& line = lines_[1];
    const std::size_t cut = line.rfind(",\"signature\":\"");
    const std::string signature = line.substr(cut + 14, line.size() - cut - 14 - 3);
    const std::string base = (folder_.path() / "check").string();
    std::string input("songda-outage-log");
    input += '\0';
    input += lines_[0].substr(0, 64) + line.substr(65, cut - 65);
    std::ofstream(base + ".in", std::ios::binary) << input;
    std::ofstream(base + ".sig", std::ios::binary) << as_text(from_base64(signature).value());
    EXPECT_EQ(std::system(("openssl x509 -in " + key_.certificate_file() + " -pubkey -noout > " +
                           base + ".pub && openssl dgst -sha256 -verify " + base +
                           ".pub -signature " + base + ".sig " + base + ".in > /dev/null")
                              .c_str()),
              0);
}

} // namespace
} // namespace songda
