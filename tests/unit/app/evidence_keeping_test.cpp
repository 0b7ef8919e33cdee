// Evidence is sealed behind what it tells of, and time-stamped when somebody answers.
#include "tests/unit/app/evidence_world.hpp"

namespace songda::app {
namespace {

class EvidenceKeepingTest : public EvidenceWorld {};

TEST_F(EvidenceKeepingTest, SealsBehindAndStampsTheSeal) {
    serve();
    const auto records = office_.store.list_evidence(0, 100).value();
    EXPECT_EQ(keeping_.step(), milliseconds(1000));
    EXPECT_FALSE(office_.store.last_evidence_batch().value());
    seal_all();
    const auto batch = office_.store.last_evidence_batch().value();
    ASSERT_TRUE(batch);
    const auto statement = ledger::read_statement(batch->statement).value();
    std::vector<Digest> leaves;
    for (const auto& record : records) {
        leaves.push_back(ledger::leaf_hash(hash_of(record)));
    }
    EXPECT_EQ(statement.root, ledger::tree_hash(leaves));
    EXPECT_EQ(statement.records, records.size());
    EXPECT_EQ(statement.previous, Digest{});
    EXPECT_FALSE(batch->token.empty());
    seal_all();
    EXPECT_EQ(office_.store.count_evidence().value().batches, 1U) << "nothing new, no batch";
    serve();
    seal_all();
    const auto next = office_.store.last_evidence_batch().value();
    EXPECT_EQ(next->first, batch->last + 1);
    EXPECT_EQ(ledger::read_statement(next->statement).value().previous,
              sha256(as_bytes(batch->statement)));
}

TEST_F(EvidenceKeepingTest, AFullBatchIsSealedAtOnce) {
    EvidenceKeeping::Options options;
    options.records_max = 3;
    EvidenceKeeping keeping({office_.store, seal_, nullptr, office_.clock, office_.registry},
                            options);
    serve();
    EXPECT_EQ(keeping.step(), milliseconds(0));
    EXPECT_EQ(office_.store.count_evidence().value().sealed, 3U);
    EXPECT_EQ(keeping.step(), milliseconds(1000));
    advance(60'000);
    EXPECT_EQ(keeping.step(), milliseconds(1000));
    EXPECT_EQ(office_.store.count_evidence().value().sealed, 4U);
}

TEST_F(EvidenceKeepingTest, AnAuthorityThatIsAwayDelaysTheTokenAlone) {
    server_.away = true;
    serve();
    seal_all();
    serve();
    seal_all();
    EXPECT_EQ(office_.store.count_evidence().value().without_token, 2U);
    EXPECT_EQ(office_.store.count_evidence().value().batches, 2U);
    advance(2 * 3'600'000);
    (void)keeping_.step();
    EXPECT_NE(office_.registry.text().find("songda_evidence_batches_without_token 2"),
              std::string::npos);
    server_.away = false;
    advance(5000);
    (void)keeping_.step();
    EXPECT_EQ(office_.store.count_evidence().value().without_token, 0U);
}

} // namespace
} // namespace songda::app
