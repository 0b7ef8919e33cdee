// What the cage lets out: nothing. Each try runs in a process of its own, which the kernel must
// end.
#include "base/reader_cage.hpp"

#include <cerrno>
#include <csignal>
#include <functional>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace songda {
namespace {

/// Wait status of a process that does it in the cage.
int in_cage(const std::function<void()>& work, FileWish files = FileWish::ends) {
    const pid_t child = fork();
    if (child == 0) {
        if (!enter_reader_cage(files)) {
            _exit(99);
        }
        work();
        _exit(7);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

bool ended_by_the_kernel(const std::function<void()>& work) {
    const int status = in_cage(work);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

TEST(Sandbox, ReadingComputingAndEndingAreAllowed) {
    // Asked of the kernel itself: a sanitizer would do more than was said.
    const int status = in_cage([] {
        char byte = 0;
        const bool read_done = syscall(SYS_read, STDIN_FILENO, &byte, 0) == 0;
        const bool memory = syscall(SYS_mmap, nullptr, 1U << 20U, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != -1;
        syscall(SYS_exit_group, read_done && memory ? 7 : 1);
    });
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(Sandbox, AFileMayBeRefusedInstead) {
    const int status = in_cage(
        [] {
            const bool refused =
                syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY) == -1 && errno == EACCES;
            syscall(SYS_exit_group, refused ? 7 : 1);
        },
        FileWish::fails);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 7);
    EXPECT_TRUE(
        WIFSIGNALED(in_cage([] { (void)unlink("/tmp/songda-no-such-file"); }, FileWish::fails)));
}

TEST(Sandbox, FilesNetworkProcessesAndCodeAreNot) {
    EXPECT_TRUE(ended_by_the_kernel([] { (void)open("/etc/passwd", O_RDONLY); }));
    EXPECT_TRUE(ended_by_the_kernel([] { (void)unlink("/tmp/songda-no-such-file"); }));
    EXPECT_TRUE(ended_by_the_kernel([] { (void)socket(AF_INET, SOCK_STREAM, 0); }));
    EXPECT_TRUE(ended_by_the_kernel([] { (void)socket(AF_UNIX, SOCK_STREAM, 0); }));
    EXPECT_TRUE(ended_by_the_kernel([] { (void)syscall(SYS_clone3, nullptr, 0); }));
    EXPECT_TRUE(ended_by_the_kernel([] { (void)syscall(SYS_fork); }));
    EXPECT_TRUE(ended_by_the_kernel([] { (void)execl("/bin/true", "true", nullptr); }));
    EXPECT_TRUE(ended_by_the_kernel([] { (void)kill(getppid(), 0); }));
    EXPECT_TRUE(ended_by_the_kernel([] { (void)syscall(SYS_ptrace, 0, 0, 0, 0); }));
    EXPECT_TRUE(ended_by_the_kernel([] { (void)syscall(SYS_io_uring_setup, 1, nullptr); }));
    EXPECT_TRUE(ended_by_the_kernel([] { (void)syscall(SYS_memfd_create, "x", 0); }));
    EXPECT_TRUE(ended_by_the_kernel([] {
        (void)mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }));
    EXPECT_TRUE(ended_by_the_kernel([] {
        alignas(4096) static char page[4096];
        (void)mprotect(page, sizeof page, PROT_READ | PROT_EXEC);
    }));
}

} // namespace
} // namespace songda
