// What the signer's cages let out. Each try runs in a process of its own, which the kernel must
// end.
#include "app/signer/cage.hpp"

#include <csignal>
#include <functional>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "signer/seals/seal_book.hpp"
#include "base/sha256.hpp"
#include "base/text_codec.hpp"
#include "signer/seals/register_watch.hpp"
#include "tests/fakes/sample_seal.hpp"
#include "tests/fakes/temporary_folder.hpp"

namespace songda::app {
namespace {

/// Wait status of a process that does it in the cage.
int in_cage(Cage cage, const std::function<void()>& work, bool writes_book = false) {
    const pid_t child = fork();
    if (child == 0) {
        if (!become_user(geteuid() == 0 ? "root" : "").ok() ||
            !enter_cage(cage, writes_book).ok()) {
            _exit(99);
        }
        work();
        syscall(SYS_exit_group, 7);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

bool ended_by_the_kernel(Cage cage, const std::function<void()>& work, bool writes_book = false) {
    const int status = in_cage(cage, work, writes_book);
    EXPECT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) == 99) << "no cage";
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS && !WCOREDUMP(status);
}

bool ends_well(Cage cage, const std::function<void()>& work) {
    const int status = in_cage(cage, work);
    return WIFEXITED(status) && WEXITSTATUS(status) == 7;
}

void open_a_file() {
    (void)syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
}
void open_a_socket() {
    (void)syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
}

class SignerCage : public ::testing::Test {
protected:
    void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        GTEST_SKIP() << "a program built with a sanitizer has no cage";
#endif
    }
};

TEST_F(SignerCage, WithKeyFilesNothingIsOpenedAnyMore) {
    EXPECT_TRUE(ends_well(Cage::files, [] {
        char byte = 0;
        (void)syscall(SYS_getrandom, &byte, 1, 0);
        (void)syscall(SYS_mmap, nullptr, 1U << 20U, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }));
    EXPECT_TRUE(ended_by_the_kernel(Cage::files, &open_a_file));
    EXPECT_TRUE(ended_by_the_kernel(Cage::files, &open_a_socket));
    EXPECT_TRUE(
        ended_by_the_kernel(Cage::files, [] { (void)syscall(SYS_connect, 0, nullptr, 0); }));
    EXPECT_TRUE(ended_by_the_kernel(Cage::files, [] { (void)syscall(SYS_clone3, nullptr, 0); }));
    EXPECT_TRUE(ended_by_the_kernel(
        Cage::files, [] { (void)syscall(SYS_prctl, 4 /*PR_SET_DUMPABLE*/, 1, 0, 0, 0); }));
    EXPECT_TRUE(ended_by_the_kernel(
        Cage::files, [] { (void)syscall(SYS_prlimit64, 0, 4 /*RLIMIT_CORE*/, nullptr, nullptr); }));
}

/// What another process writes into the register reaches a process that opens nothing any more.
TEST_F(SignerCage, TheRegisterOfSealsIsWatchedFromInside) {
    const fakes::TemporaryFolder place;
    const fakes::SealFolder folder(place.path() / "seals");
    signer::SealFace face{fakes::department, {Bytes{1}}, Bytes{2}};
    signer::NewSeal seal = fakes::new_seal();
    seal.certificate.hash = to_hex(sha256(face.chain.front()));
    seal.qr_key = to_hex(sha256(face.qr_public_key));
    const std::string id = folder.activate(seal);
    const auto rules = signer::open_register_watch(folder.folder(), {face}).value();
    const auto rule = [&] {
        const auto ruling = rules->rule(fakes::department, signer::SealPurpose::document,
                                        {"key:A1", "SPJY", "", {}}, fakes::noon);
        return ruling.refused ? ruling.refused->rule : "";
    };
    int ready[2];
    int go[2];
    ASSERT_TRUE(pipe(ready) == 0 && pipe(go) == 0);
    std::thread operator_at_work([&] {
        char byte = 0;
        (void)!read(ready[0], &byte, 1);
        EXPECT_FALSE(folder.as("wang").suspend(id, "疑似冒用").value().refused);
        (void)!write(go[1], "x", 1);
    });
    const bool heeded = ends_well(Cage::files, [&] {
        const bool before = rule().empty();
        char byte = 'x';
        (void)!write(ready[1], &byte, 1);
        (void)!read(go[0], &byte, 1);
        syscall(SYS_exit_group, before && rule() == "seal_suspended" ? 7 : 1);
    });
    if (!heeded) {
        (void)!write(ready[1], "x", 1); // the operator is not waited for in vain
    }
    operator_at_work.join();
    EXPECT_TRUE(heeded);
}

TEST_F(SignerCage, WithATokenItsLibraryMayOpenThings) {
    EXPECT_TRUE(ends_well(Cage::token, &open_a_file));
    EXPECT_TRUE(ends_well(Cage::token, &open_a_socket));
}

/// The whole life of a book in the cage: rows, syncs, new segments; and nothing that is there is
/// opened.
TEST_F(SignerCage, WithABookItIsWrittenAndNoFileIsOpenedThatWasThere) {
    const fakes::TemporaryFolder folder;
    const pid_t child = fork();
    if (child == 0) {
        const SystemClock clock;
        signer::SealBook::Options options;
        options.folder = folder.path();
        options.segment_bytes = 1000;
        options.rest = std::chrono::milliseconds(5);
        auto book = signer::SealBook::open(std::move(options), clock);
        if (!book.ok() || !become_user(geteuid() == 0 ? "root" : "").ok() ||
            !enter_cage(Cage::files, true).ok()) {
            _exit(99);
        }
        bool good = true;
        for (int i = 0; i < 40; ++i) {
            std::vector<signer::UseRow> rows(1);
            const auto mark = book.value()->write_before(
                rows, {{0, signer::UseOutcome::refused, "seal_suspended"}});
            good =
                good && mark.ok() && (i % 2 == 0 || book.value()->wait_for_disk(mark.value()).ok());
        }
        syscall(SYS_exit_group, good ? 7 : 98);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7) << status;
    signer::UseReader reader(folder.path());
    ASSERT_TRUE(reader
                    .read_on([](const signer::UseLine&, const signer::BookTally&) {
                        return Result<void>();
                    })
                    .ok());
    EXPECT_EQ(reader.tally().uses, 40U);
    EXPECT_GT(reader.tally().segment, 3U);
    EXPECT_TRUE(ended_by_the_kernel(Cage::files, &open_a_file, true));
    EXPECT_TRUE(ended_by_the_kernel(
        Cage::files,
        [] { (void)syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDWR | O_CREAT, 0600); }, true));
    EXPECT_TRUE(ended_by_the_kernel(Cage::files, &open_a_socket, true));
}

TEST_F(SignerCage, NoneStartsProgramsOrTouchesOtherProcesses) {
    for (const Cage cage : {Cage::files, Cage::token}) {
        EXPECT_TRUE(ended_by_the_kernel(
            cage, [] { (void)syscall(SYS_execve, "/bin/true", nullptr, nullptr); }));
        EXPECT_TRUE(ended_by_the_kernel(cage, [] { (void)syscall(SYS_fork); }));
        EXPECT_TRUE(
            ended_by_the_kernel(cage, [] { (void)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }));
        EXPECT_TRUE(ended_by_the_kernel(cage, [] { (void)syscall(SYS_kill, 1, 0); }));
        EXPECT_TRUE(ended_by_the_kernel(cage, [] { (void)syscall(SYS_ptrace, 0, 0, 0, 0); }));
        EXPECT_TRUE(ended_by_the_kernel(
            cage, [] { (void)syscall(SYS_process_vm_readv, 1, nullptr, 0, nullptr, 0, 0); }));
        EXPECT_TRUE(ended_by_the_kernel(cage, [] { (void)syscall(SYS_setuid, 0); }));
        EXPECT_TRUE(ended_by_the_kernel(cage, [] {
            (void)syscall(SYS_mmap, nullptr, 4096, PROT_READ | PROT_EXEC,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        }));
        EXPECT_TRUE(
            ended_by_the_kernel(cage, [] { (void)syscall(SYS_io_uring_setup, 1, nullptr); }));
    }
}

TEST_F(SignerCage, AnotherUserThanTheConfiguredOneIsRefused) {
    if (geteuid() == 0) {
        const pid_t child = fork();
        if (child == 0) {
            _exit(become_user("").ok() ? 1 : 7);
        }
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_EQ(WEXITSTATUS(status), 7) << "root with keys and no user to become";
        return;
    }
    EXPECT_FALSE(become_user("nobody").ok());
}

} // namespace
} // namespace songda::app
