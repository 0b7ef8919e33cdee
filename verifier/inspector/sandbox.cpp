#include "verifier/inspector/sandbox.hpp"

#include <array>

#include <seccomp.h>

#include <sys/resource.h>

#include "base/syscall_filter.hpp"

namespace songda::inspector {
namespace {

/// Memory, the open streams, and what abort() needs so that a defect is seen as one.
constexpr std::array allowed = {
    SCMP_SYS(read),         SCMP_SYS(write),        SCMP_SYS(lseek),          SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),   SCMP_SYS(brk),          SCMP_SYS(munmap),         SCMP_SYS(mremap),
    SCMP_SYS(madvise),      SCMP_SYS(futex),        SCMP_SYS(exit),           SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(getpid),
    SCMP_SYS(gettid),       SCMP_SYS(getrandom),    SCMP_SYS(clock_gettime)};

} // namespace

bool enter_sandbox() {
    const rlimit no_files{0, 0}; // those that are open stay
    if (setrlimit(RLIMIT_NOFILE, &no_files) != 0) {
        return false;
    }
    SyscallFilter filter;
    filter.allow(allowed);
    filter.allow_abort();
    filter.allow_without_code(SCMP_SYS(mmap));
    filter.allow_without_code(SCMP_SYS(mprotect));
    return filter.load();
}

} // namespace songda::inspector
