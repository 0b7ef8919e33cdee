// How far the book of uses goes is noted in the store's audit: at start, when it grew, at the end,
// and never twice the same.
#include "app/book_anchor.hpp"

#include <gtest/gtest.h>

#include "signer/seals/registered_cupboard.hpp"
#include "tests/fakes/fake_seals.hpp"
#include "tests/fakes/fixed_world.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::app {
namespace {

class BookAnchorTest : public ::testing::Test {
protected:
    BookAnchorTest() {
        signer::SealBook::Options options;
        options.folder = folder_.path();
        seals_ = signer::make_registered_cupboard(
            {std::make_unique<fakes::FakeCupboard>(), std::make_unique<fakes::FakeRules>(),
             signer::SealBook::open(std::move(options), clock_).value()},
            clock_);
    }
    void use() {
        const signer::SealRequest request{signer::SealPurpose::document, {"1"}, {}, Bytes(32, 1)};
        ASSERT_TRUE(seals_->sign({&request, 1}).front().ok());
    }
    /// Subject and detail of each noted head.
    [[nodiscard]] std::vector<signer::BookHead> noted() {
        std::vector<signer::BookHead> heads;
        for (const store::AuditEntry& entry : store_.list_audit(0, 100).value()) {
            EXPECT_EQ(entry.row.action, book_head_action);
            heads.push_back({std::stoull(entry.row.subject), entry.row.detail});
        }
        return heads;
    }

    fakes::TemporaryFolder folder_;
    fakes::ManualClock clock_;
    fakes::MemoryStore store_;
    std::shared_ptr<signer::SealCupboard> seals_;
};

TEST_F(BookAnchorTest, AHeadIsNotedWhenItChanged) {
    BookAnchor anchor({store_, seals_, clock_});
    std::vector<signer::BookHead> heads = {seals_->book_head().value()};
    anchor.note();
    anchor.note();
    EXPECT_EQ(noted(), heads);
    use();
    anchor.note();
    heads.push_back(seals_->book_head().value());
    EXPECT_EQ(noted(), heads);
    EXPECT_EQ(heads[1].lines, heads[0].lines + 2);
}

TEST_F(BookAnchorTest, AtItsEndItNotesWhatCameSince) {
    BookAnchor anchor({store_, seals_, clock_});
    anchor.start();
    use();
    anchor.stop();
    anchor.stop();
    ASSERT_FALSE(noted().empty());
    EXPECT_EQ(noted().back(), seals_->book_head().value());
    EXPECT_LE(noted().size(), 2U);
}

TEST_F(BookAnchorTest, WithoutABookNothingIsNoted) {
    BookAnchor anchor({store_, std::make_shared<fakes::FakeCupboard>(), clock_});
    anchor.start();
    anchor.stop();
    EXPECT_TRUE(noted().empty());
}

} // namespace
} // namespace songda::app
