// SM2 messages are made behind the issue, by the seal of each document's department: the verifier
// accepts them over the record, and so do two other implementations (tests/oracles); an outage
// leaves them due and is no attempt, what cannot be made now is tried later; what a crash
// interrupted is made again, and a second making changes nothing.
#include "app/message_keeping.hpp"

#include <gtest/gtest.h>

#include "base/text_codec.hpp"
#include "signer/cupboard_signer.hpp"
#include "signer/sm2_cms.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/sample_keys.hpp"
#include "tests/fakes/sm2_folder.hpp"
#include "tests/unit/store/samples.hpp"
#include "verifier/sm2_cms.hpp"

namespace songda::app {
namespace {

namespace samples = store::samples;
using std::chrono::milliseconds;

constexpr std::string_view record = R"({"number":"JY13201990000012","title":"食品经营许可证"})";

/// Seals that may be away, or refuse.
class MovingCupboard final : public signer::SealCupboard {
public:
    explicit MovingCupboard(std::unique_ptr<signer::SealCupboard> seals)
        : seals_(std::move(seals)) {}
    const std::vector<signer::SealFace>& faces() const override { return seals_->faces(); }
    std::vector<Result<EcdsaSignature>>
    sign(std::span<const signer::SealRequest> requests) override {
        asked += requests.size();
        last_use = requests.back().use;
        return fault ? std::vector<Result<EcdsaSignature>>(requests.size(), Error{*fault, "so"})
                     : seals_->sign(requests);
    }
    std::optional<Fault> fault;
    std::size_t asked = 0;
    signer::SealUse last_use;

private:
    std::unique_ptr<signer::SealCupboard> seals_;
};

const fakes::Sm2Folder& folder() {
    static const fakes::Sm2Folder made;
    return made;
}

class MessageKeepingTest : public ::testing::Test {
protected:
    MessageKeepingTest() {
        const auto files = fakes::sample_seal();
        std::vector<signer::SealKeys> seals;
        seals.push_back(
            {samples::department(1), signer::open_key_file(folder().file("p256.key"), "").value(),
             folder().file("p256.pem"), signer::open_key_file(files.qr_key, "").value()});
        seals.back().sm2.emplace(signer::Sm2SealKey{folder().key(), folder().file("seal.pem")});
        auto opened = signer::open_seal_cupboard(std::move(seals), std::nullopt, false, clock_);
        EXPECT_TRUE(opened.ok()) << opened.error().detail;
        cupboard_ = std::make_shared<MovingCupboard>(std::move(opened).value());
        signer_ = signer::make_signer(cupboard_, false).value();
    }
    void issue(store::Store& store, std::uint64_t number) {
        const Bytes file = samples::file_bytes(number, 100);
        store::IssueWrite write = samples::issue(number, file);
        write.document.issued_at = clock_.now();
        write.record_sm3 = sm3(as_bytes(record));
        ASSERT_TRUE(samples::put(store, write));
    }
    MessageKeeping keeping(store::Store& store, Sm2Style style = {}) {
        return MessageKeeping({store, *signer_, clock_, metrics_, style});
    }
    static store::MessageRow row(store::Store& store, std::uint64_t number) {
        return *store.find_message(samples::numbered<DocumentId>(number)).value();
    }

    fakes::FixedClock clock_;
    metrics::Registry metrics_;
    std::shared_ptr<MovingCupboard> cupboard_;
    std::unique_ptr<signer::Signer> signer_;
    fakes::MemoryStore store_;
};

TEST_F(MessageKeepingTest, EveryStyleIsAcceptedByTheVerifierAndByOthers) {
    std::uint64_t number = 0;
    for (const Sm2Shape shape : {Sm2Shape::gbt_35275, Sm2Shape::cades}) {
        for (const Sm2Algorithm algorithm : {Sm2Algorithm::sm2_with_sm3, Sm2Algorithm::sm2_sign}) {
            issue(store_, ++number);
            keeping(store_, {shape, algorithm}).step();
            const Bytes message = store_.read_message(row(store_, number)).value();
            const auto finding =
                verifier::check_sm2_cms(message, as_bytes(record), folder().trust(), clock_.now());
            EXPECT_EQ(finding.integrity.answer, verifier::Answer::yes);
            EXPECT_EQ(finding.authority.answer, verifier::Answer::yes);
            EXPECT_EQ(finding.shape, shape);
            const auto read = verifier::read_sm2_cms(message).value();
            EXPECT_EQ(read.algorithm, algorithm);
            Bytes to_sign = signer::Sm2CmsBuilder::make(folder().chain(), shape)
                                .value()
                                .to_sign(sm3(as_bytes(record)));
            for (const auto* const expected : {"true", "false"}) {
                const std::string words = "verify " + fakes::point_of(folder().key()) + ' ' +
                                          to_hex(to_sign) + ' ' + to_hex(read.signature);
                EXPECT_EQ(fakes::sm2_oracle("botan", words), expected);
                EXPECT_EQ(fakes::sm2_oracle("sm-crypto-v2", words), expected);
                to_sign.back() ^= 1; // one byte changed, the second time
            }
        }
    }
}

/// The register and the book are told what it is for.
TEST_F(MessageKeepingTest, TheUseNamesTheDocumentItsTypeAndItsTemplate) {
    issue(store_, 1);
    keeping(store_).step();
    const auto document = *store_.find_document(samples::numbered<DocumentId>(1)).value();
    EXPECT_FALSE(document.type_code.empty());
    EXPECT_EQ(cupboard_->last_use,
              (signer::SealUse{"", document.type_code, document.template_version, document.id}));
}

TEST_F(MessageKeepingTest, AnOutageLeavesThemDueAndIsNoAttempt) {
    issue(store_, 1);
    MessageKeeping made = keeping(store_);
    cupboard_->fault = Fault::unavailable;
    EXPECT_EQ(made.step(), milliseconds(1000));
    EXPECT_EQ(made.step(), milliseconds(2000)) << "longer each time";
    EXPECT_EQ(row(store_, 1).attempts, 0);
    EXPECT_EQ(row(store_, 1).due, clock_.now());
    cupboard_->fault.reset();
    EXPECT_EQ(made.step(), milliseconds(500));
    EXPECT_TRUE(row(store_, 1).made);
}

TEST_F(MessageKeepingTest, WhatCannotBeMadeNowIsTriedLaterAndHoldsNobodyUp) {
    issue(store_, 1);
    MessageKeeping made = keeping(store_);
    cupboard_->fault = Fault::forbidden;
    made.step();
    EXPECT_EQ(row(store_, 1).attempts, 1);
    EXPECT_EQ(row(store_, 1).due, clock_.now() + 60'000);
    EXPECT_EQ(row(store_, 1).reason, "forbidden: so");
    cupboard_->fault.reset();
    issue(store_, 2);
    made.step();
    EXPECT_FALSE(row(store_, 1).made);
    EXPECT_TRUE(row(store_, 2).made);
    clock_.set(clock_.now() + 60'000);
    made.step();
    EXPECT_TRUE(row(store_, 1).made);
}

/// As after kill -9 between signing and storing: it is due in what is on disk, and made again.
TEST_F(MessageKeepingTest, WhatACrashInterruptedIsMadeAgain) {
    const samples::Directory directory;
    {
        const auto store = samples::open_small(directory.path());
        issue(*store, 1);
        const signer::RecordOrder order{row(*store, 1).record_sm3, {}};
        ASSERT_TRUE(signer_->seal_records(samples::department(1), {&order, 1}, {}).front().ok());
    }
    const auto store = samples::open_small(directory.path());
    MessageKeeping made = keeping(*store);
    made.step();
    const Bytes message = store->read_message(row(*store, 1)).value();
    EXPECT_EQ(cupboard_->asked, 2U);
    made.step();
    EXPECT_EQ(cupboard_->asked, 2U) << "once it is stored";
    EXPECT_EQ(store->read_message(row(*store, 1)).value(), message);
}

TEST_F(MessageKeepingTest, TheThreadMakesThemByItself) {
    for (std::uint64_t number = 1; number <= 100; ++number) { // more than one step
        issue(store_, number);
    }
    MessageKeeping made = keeping(store_);
    made.start();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (store_.count_unmade_messages().value() > 0 && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(milliseconds(5));
    }
    EXPECT_EQ(store_.count_unmade_messages().value(), 0U);
}

} // namespace
} // namespace songda::app
