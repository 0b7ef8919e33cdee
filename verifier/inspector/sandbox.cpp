#include "verifier/inspector/sandbox.hpp"

#include <array>
#include <memory>

#include <seccomp.h>

#include <sys/mman.h>
#include <sys/resource.h>

namespace songda::inspector {
namespace {

struct ReleaseFilter {
    void operator()(void* filter) const { seccomp_release(filter); }
};

/// Memory, the open streams, and what abort() needs so that a defect is seen as one.
constexpr std::array allowed = {
    SCMP_SYS(read),         SCMP_SYS(write),        SCMP_SYS(lseek),          SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),   SCMP_SYS(brk),          SCMP_SYS(munmap),         SCMP_SYS(mremap),
    SCMP_SYS(madvise),      SCMP_SYS(futex),        SCMP_SYS(exit),           SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(getpid),
    SCMP_SYS(gettid),       SCMP_SYS(getrandom),    SCMP_SYS(clock_gettime)};

bool allow_without_code(scmp_filter_ctx filter, int call) {
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

} // namespace

bool enter_sandbox() {
    const rlimit no_files{0, 0}; // those that are open stay
    if (setrlimit(RLIMIT_NOFILE, &no_files) != 0) {
        return false;
    }
    const std::unique_ptr<void, ReleaseFilter> filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
    if (!filter) {
        return false;
    }
    for (const int call : allowed) {
        if (seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0) != 0) {
            return false;
        }
    }
    // abort() raises a signal in its own thread; tgkill of another process is of no use without
    // its number, and the user is the same: allowed for SIGABRT alone.
    if (seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                         SCMP_A2(SCMP_CMP_EQ, 6)) != 0) {
        return false;
    }
    return allow_without_code(filter.get(), SCMP_SYS(mmap)) &&
           allow_without_code(filter.get(), SCMP_SYS(mprotect)) && seccomp_load(filter.get()) == 0;
}

} // namespace songda::inspector
