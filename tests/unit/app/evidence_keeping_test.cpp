// Evidence is sealed behind what it tells of, and time-stamped when somebody answers.
#include "app/evidence_check.hpp"
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

TEST_F(EvidenceKeepingTest, AServiceThatStopsLeavesNothingUnsealed) {
    EvidenceKeeping::Options options;
    options.records_max = 3;
    EvidenceKeeping keeping({office_.store, seal_, nullptr, office_.clock, office_.registry},
                            options);
    serve();
    keeping.close();
    EXPECT_EQ(office_.store.count_evidence().value().sealed, 4U);
    EXPECT_EQ(office_.store.count_evidence().value().batches, 2U);
    EXPECT_TRUE(check_batches(office_.store).value().empty());
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

TEST_F(EvidenceKeepingTest, TheStoreIsComparedWithWhatWasSealed) {
    serve();
    seal_all();
    serve();
    seal_all();
    EXPECT_TRUE(check_batches(office_.store).value().empty());
    for (const bool sealed_otherwise : {false, true}) {
        serve();
        const auto last = office_.store.last_evidence_batch().value().value();
        const auto record = office_.store.list_evidence(last.last, 1).value().front();
        store::EvidenceBatchRow batch;
        batch.number = last.number + 1;
        batch.first = batch.last = last.last + 1;
        batch.at = office_.clock.now();
        const std::vector<Digest> leaves = {
            ledger::leaf_hash(sealed_otherwise ? hash_of(record) : Digest{})};
        batch.statement =
            ledger::write_statement({batch.number, batch.first, 1, ledger::tree_hash(leaves),
                                     sha256(as_bytes(last.statement)), batch.at});
        batch.seal = seal_.seal(sealed_otherwise ? "another" : batch.statement).value();
        ASSERT_TRUE(office_.store.put_evidence_batch(batch).ok());
    }
    const auto findings = check_batches(office_.store).value();
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_NE(findings[0].find("第 3 批"), std::string::npos) << findings[0];
    EXPECT_NE(findings[0].find("differ from what was sealed"), std::string::npos) << findings[0];
    EXPECT_NE(findings[1].find("its seal is not over its statement"), std::string::npos)
        << findings[1];
}

} // namespace
} // namespace songda::app
