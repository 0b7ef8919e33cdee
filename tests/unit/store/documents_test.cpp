// What must hold of single verbs beyond the conformance run: limits, tenants, refused writes,
// damaged files, locks, space.
#include <atomic>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "store/limits.hpp"
#include "tests/unit/store/samples.hpp"

namespace songda::store {
namespace {

class StoreDocuments : public testing::Test {
protected:
    samples::Directory directory_;
    std::unique_ptr<Store> store_ = samples::open_small(directory_.path());

    IssueOutcome::Kind put_issue(const IssueWrite& write) {
        return store_->put_issues({&write, 1}).value().at(0).kind;
    }
};

TEST_F(StoreDocuments, NothingIsIssuedWithoutAnOpenIntent) {
    const Bytes file = samples::file_bytes(1, 100);
    EXPECT_EQ(put_issue(samples::issue(1, file)), IssueOutcome::Kind::no_intent);
    const Intent intent = samples::intent(1);
    ASSERT_TRUE(store_->put_intents({&intent, 1}).ok());
    EXPECT_EQ(store_->void_intents({&intent.id, 1}, "refused by the lint").value(), 1U);
    EXPECT_EQ(put_issue(samples::issue(1, file)), IssueOutcome::Kind::no_intent);
    EXPECT_FALSE(store_->put_intents({&intent, 1}).ok()) << "a voided intent stays voided";
    EXPECT_TRUE(store_->find_intent(intent.id).value()) << "and stays on record";
}

TEST_F(StoreDocuments, TwoDigestsUnderOneIdGetNoTicket) {
    std::array intents = {samples::intent(1), samples::intent(1)};
    intents[1].digest[0] ^= 1U;
    EXPECT_EQ(store_->put_intents(intents).error().fault, Fault::conflict);
    EXPECT_FALSE(store_->find_intent(intents[0].id).value());
    intents[1] = intents[0];
    EXPECT_TRUE(store_->put_intents(intents).ok()) << "the same one twice";
}

TEST_F(StoreDocuments, AKeyIsHonouredUntilItExpires) {
    const Bytes file = samples::file_bytes(1, 100);
    ASSERT_TRUE(samples::put(*store_, samples::issue(1, file)));
    IssueWrite again = samples::issue(2, file);
    again.idempotency_key = "key-1";
    EXPECT_EQ(put_issue(again), IssueOutcome::Kind::key_conflict);
    again.fingerprint = samples::issue(1, file).fingerprint;
    EXPECT_EQ(put_issue(again), IssueOutcome::Kind::duplicate);
    again.document.issued_at = TimeMs{1'000'000};
    EXPECT_EQ(put_issue(again), IssueOutcome::Kind::no_intent) << "no longer the same request";
}

TEST_F(StoreDocuments, ExpiredKeysAreForgottenInSmallSteps) {
    for (std::uint64_t number = 1; number <= 25; ++number) {
        const Bytes file = samples::file_bytes(number, 100);
        IssueWrite write = samples::issue(number, file, 1 + number % 2);
        write.idempotency_expires = TimeMs{number % 5 == 0 ? 9000 : 5000};
        ASSERT_TRUE(samples::put(*store_, write));
    }
    std::size_t looked_at = 0;
    std::size_t removed = 0;
    std::size_t steps = 0;
    std::string from;
    do {
        const auto step = store_->prune_idempotency(TimeMs{5000}, from, 4);
        ASSERT_TRUE(step.ok());
        EXPECT_LE(step.value().looked_at, 4U);
        looked_at += step.value().looked_at;
        removed += step.value().removed;
        from = step.value().next;
    } while (!from.empty() && ++steps < 100);
    EXPECT_EQ(looked_at, 25U);
    EXPECT_EQ(removed, 20U);
    for (std::uint64_t number = 1; number <= 25; ++number) {
        const auto row = store_->find_idempotent(samples::department(1 + number % 2),
                                                 "key-" + std::to_string(number));
        EXPECT_EQ(row.value().has_value(), number % 5 == 0) << number;
    }
    EXPECT_EQ(store_->prune_idempotency(TimeMs{8999}, "", 100).value().removed, 0U);
    EXPECT_EQ(store_->statistics().value().documents, 25U) << "documents stay";
    EXPECT_TRUE(store_->fsck().value().clean());
}

TEST_F(StoreDocuments, AnotherDepartmentsIdIsAbsent) {
    const Bytes file = samples::file_bytes(1, 100);
    ASSERT_TRUE(samples::put(*store_, samples::issue(1, file, 1)));
    const auto id = samples::numbered<DocumentId>(1);
    EXPECT_TRUE(store_->find_document_for(samples::department(1), id).value());
    EXPECT_FALSE(store_->find_document_for(samples::department(2), id).value());
}

TEST_F(StoreDocuments, TooLongRowsAreRefusedAndWriteNothing) {
    const Bytes file = samples::file_bytes(1, 100);
    const Intent intent = samples::intent(1);
    ASSERT_TRUE(store_->put_intents({&intent, 1}).ok());
    IssueWrite write = samples::issue(1, file);
    write.document.title = std::string(record_bytes_max, 'x');
    EXPECT_EQ(store_->put_issues({&write, 1}).error().fault, Fault::invalid_input);
    write = samples::issue(1, file);
    write.idempotency_key = std::string(idempotency_key_bytes_max + 1, 'k');
    EXPECT_EQ(store_->put_issues({&write, 1}).error().fault, Fault::invalid_input);
    write = samples::issue(1, file);
    write.document.department.text += std::string_view("\0", 1);
    EXPECT_EQ(store_->put_issues({&write, 1}).error().fault, Fault::invalid_input);
    EXPECT_EQ(store_->statistics().value().documents, 0U);
    EXPECT_EQ(put_issue(samples::issue(1, file)), IssueOutcome::Kind::created);
}

TEST_F(StoreDocuments, FilesLargerThanASegmentAreRefusedAndOthersRollOn) {
    const Bytes large = samples::file_bytes(1, 1U << 20U);
    const IssueWrite write = samples::issue(1, large);
    EXPECT_EQ(store_->put_issues({&write, 1}).error().fault, Fault::invalid_input);
    for (std::uint64_t number = 1; number <= 12; ++number) {
        const Bytes file = samples::file_bytes(number, 300'000);
        ASSERT_TRUE(samples::put(*store_, samples::issue(number, file)));
    }
    const auto last = store_->find_document(samples::numbered<DocumentId>(12)).value();
    EXPECT_GE(last->file.segment, 4U);
    EXPECT_TRUE(store_->fsck().value().clean());
}

TEST_F(StoreDocuments, ARefusedFileLeavesItsPlaceToTheNext) {
    const Bytes first = samples::file_bytes(1, 3000);
    const Bytes second = samples::file_bytes(2, 3000);
    ASSERT_TRUE(samples::put(*store_, samples::issue(1, first)));
    const std::uint64_t one = store_->statistics().value().segment_bytes;
    for (int again = 0; again < 50; ++again) {
        const IssueWrite duplicate = samples::issue(1, second);
        const auto outcomes = store_->put_issues({&duplicate, 1});
        ASSERT_EQ(outcomes.value().at(0).kind, IssueOutcome::Kind::duplicate);
    }
    EXPECT_EQ(store_->statistics().value().segment_bytes, one);
    ASSERT_TRUE(samples::put(*store_, samples::issue(2, second)));
    constexpr std::uint64_t block = 4096; // where the next round begins, whatever was refused
    EXPECT_EQ(store_->statistics().value().segment_bytes, block + one);
    const auto row = store_->find_document(samples::numbered<DocumentId>(1)).value();
    EXPECT_EQ(store_->read_file(*row).value(), first);
}

TEST_F(StoreDocuments, ADamagedFileIsNeverHandedOut) {
    const Bytes file = samples::file_bytes(1, 5000);
    ASSERT_TRUE(samples::put(*store_, samples::issue(1, file)));
    const DocumentRow row = *store_->find_document(samples::numbered<DocumentId>(1)).value();
    EXPECT_EQ(store_->read_file(row).value(), file);
    std::fstream segment(directory_.path() + "/segments/00000001.seg",
                         std::ios::in | std::ios::out | std::ios::binary);
    segment.seekp(static_cast<std::streamoff>(row.file.offset + 4000));
    segment.put(static_cast<char>(file[4000] ^ 1U));
    segment.close();
    EXPECT_EQ(store_->read_file(row).error().fault, Fault::corrupt);
    const FsckReport report = store_->fsck().value();
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_NE(report.findings[0].find("does not match its hash"), std::string::npos);
}

TEST_F(StoreDocuments, EverythingIsThereAfterReopening) {
    const Bytes prefix_bytes = samples::file_bytes(50, 9000);
    const Digest prefix = store_->put_prefix(prefix_bytes).value();
    EXPECT_EQ(store_->put_prefix(prefix_bytes).value(), prefix);
    const Bytes rest = samples::file_bytes(1, 5000);
    Bytes whole = prefix_bytes;
    append(whole, ByteView(rest));
    IssueWrite write = samples::issue(1, rest);
    write.document.file.prefix = prefix;
    write.document.file.size = whole.size();
    write.document.file_hash = sha256(whole);
    ASSERT_TRUE(samples::put(*store_, write));
    store_.reset();
    store_ = samples::open_small(directory_.path());
    const auto row = store_->find_by_key(samples::numbered<DocumentKey>(1)).value();
    ASSERT_TRUE(row);
    EXPECT_EQ(store_->read_file(*row).value(), whole);
    const Bytes second = samples::file_bytes(2, 5000);
    ASSERT_TRUE(samples::put(*store_, samples::issue(2, second)));
    EXPECT_TRUE(store_->fsck().value().clean());
}

TEST_F(StoreDocuments, WithoutSpaceItReadsOnAndRecoversByItself) {
    store_.reset();
    std::atomic<std::uint64_t> free_bytes = std::uint64_t{1} << 40U;
    LmdbOptions options = samples::small_options(directory_.path());
    options.free_bytes = [&] { return free_bytes.load(); };
    store_ = std::move(open_lmdb(options)).value();
    const Bytes file = samples::file_bytes(1, 100);
    ASSERT_TRUE(samples::put(*store_, samples::issue(1, file)));
    free_bytes = 1000;
    const AuditRow row = samples::audit_row(1);
    EXPECT_EQ(store_->append_audit({&row, 1}).error().fault, Fault::no_space);
    EXPECT_FALSE(store_->writable());
    EXPECT_FALSE(store_->space().value().writable);
    EXPECT_TRUE(store_->find_document(samples::numbered<DocumentId>(1)).value());
    free_bytes = std::uint64_t{1} << 40U;
    EXPECT_TRUE(store_->writable());
    EXPECT_TRUE(store_->append_audit({&row, 1}).ok());
    store_.reset(); // before free_bytes goes
}

TEST_F(StoreDocuments, AFullMapAnswersUnavailableAndKeepsWhatItHas) {
    store_.reset();
    const samples::Directory small;
    LmdbOptions options = samples::small_options(small.path());
    options.map_bytes = 1U << 20U;
    store_ = std::move(open_lmdb(options)).value();
    std::uint64_t written = 0;
    Result<void> last;
    for (; last.ok() && written < 5000; ++written) {
        AuditRow row = samples::audit_row(written);
        row.detail = std::string(1500, 'x');
        last = store_->append_audit({&row, 1});
    }
    ASSERT_FALSE(last.ok());
    EXPECT_EQ(last.error().fault, Fault::no_space);
    EXPECT_EQ(store_->verify_audit().value(), written - 1);
    store_.reset();
}

TEST_F(StoreDocuments, TheSameProcessDoesNotOpenItTwice) {
    const auto second = open_lmdb(samples::small_options(directory_.path()));
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().fault, Fault::conflict);
}

/// What a second process sees while the first holds the store. Forked before the store is opened:
/// LMDB does not survive a fork. Exit status 0: all as it must be.
int second_process(const std::string& directory, const std::string& holder) {
    const auto service = open_lmdb(samples::small_options(directory));
    if (service.ok() || service.error().fault != Fault::conflict ||
        service.error().detail.find(holder) == std::string::npos) {
        return 1;
    }
    LmdbOptions options = samples::small_options(directory);
    options.exclusive = false;
    const auto tool = open_lmdb(options);
    if (!tool.ok()) {
        return 2;
    }
    const ApiKey key{"kid", {}, samples::department(1), {"issue"}, {}, TimeMs{9}, {}, "label"};
    if (!tool.value()->put_api_key(key, samples::audit_row(1)).ok()) {
        return 3;
    }
    const Intent intent = samples::intent(1);
    const auto planned = tool.value()->put_intents({&intent, 1});
    return !planned.ok() && planned.error().fault == Fault::forbidden ? 0 : 4;
}

TEST(StoreProcesses, ASecondServiceIsRefusedAndAToolMayWriteKeys) {
    const samples::Directory directory;
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const std::string holder = std::to_string(getpid());
    const pid_t child = fork();
    if (child == 0) {
        char go = 0;
        _exit(read(ends[0], &go, 1) == 1 ? second_process(directory.path(), holder) : 9);
    }
    const auto store = samples::open_small(directory.path());
    const AuditRow row = samples::audit_row(1);
    ASSERT_TRUE(store->append_audit({&row, 1}).ok());
    ASSERT_EQ(write(ends[1], "g", 1), 1);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_TRUE(store->find_api_key("kid").value());
    ASSERT_TRUE(store->append_audit({&row, 1}).ok());
    EXPECT_EQ(store->verify_audit().value(), 3U) << "one chain through both processes";
    close(ends[0]);
    close(ends[1]);
}

} // namespace
} // namespace songda::store
