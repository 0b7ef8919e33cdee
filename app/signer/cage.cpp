#include "app/signer/cage.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <grp.h>
#include <malloc.h>
#include <pwd.h>
#include <seccomp.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/syscall_filter.hpp"
#include "signer/seals/seal_book.hpp"

namespace songda::app {
namespace {

/// The run time of a sanitizer takes terabytes of addresses and asks the kernel for much: a program
/// built with one has limits and no cage.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

constexpr std::size_t stack_bytes = 256U << 10U;

/// All memory of a caged process is well below it.
constexpr rlim_t locked_bytes_min = 64U << 20U;
constexpr rlim_t files_bytes_max = rlim_t{256} << 20U;
constexpr rlim_t token_bytes_max = rlim_t{1} << 30U;
/// Connections (seal_service.hpp), what listens, standard streams; a library's own beside them.
constexpr rlim_t files_open_max = 80;
constexpr rlim_t token_open_max = 256;
constexpr rlim_t log_bytes_max = 16U << 20U;
/// A segment is full when it has so many, and takes one more batch.
constexpr rlim_t book_bytes_max = signer::SealBook::segment_bytes_usual + (rlim_t{4} << 20U);

/// Connections, memory, the clock, the register of seals, one line of log, its end.
constexpr std::array always = {SCMP_SYS(epoll_wait),
                               SCMP_SYS(epoll_pwait),
                               SCMP_SYS(epoll_ctl),
                               SCMP_SYS(accept4),
                               SCMP_SYS(getsockopt),
                               SCMP_SYS(recvfrom),
                               SCMP_SYS(sendto),
                               SCMP_SYS(read),
                               SCMP_SYS(write),
                               SCMP_SYS(close),
                               SCMP_SYS(fstat),
                               SCMP_SYS(newfstatat),
                               SCMP_SYS(pread64),
                               SCMP_SYS(futex),
                               SCMP_SYS(brk),
                               SCMP_SYS(munmap),
                               SCMP_SYS(mremap),
                               SCMP_SYS(madvise),
                               SCMP_SYS(exit),
                               SCMP_SYS(exit_group),
                               SCMP_SYS(rt_sigreturn),
                               SCMP_SYS(rt_sigaction),
                               SCMP_SYS(rt_sigprocmask),
                               SCMP_SYS(rt_sigtimedwait),
                               SCMP_SYS(restart_syscall),
                               SCMP_SYS(getpid),
                               SCMP_SYS(gettid),
                               SCMP_SYS(getrandom),
                               SCMP_SYS(clock_gettime),
                               SCMP_SYS(clock_nanosleep),
                               SCMP_SYS(sched_yield)};

/// The book of uses: its segment, at its end, and the name of the next one.
constexpr std::array of_book = {SCMP_SYS(pwrite64), SCMP_SYS(fdatasync), SCMP_SYS(fsync),
                                SCMP_SYS(ftruncate)};

/// What libraries of vendors do: they keep objects in files, or talk to a device or a machine.
constexpr std::array of_libraries = {SCMP_SYS(openat),
                                     SCMP_SYS(open),
                                     SCMP_SYS(access),
                                     SCMP_SYS(faccessat),
                                     SCMP_SYS(faccessat2),
                                     SCMP_SYS(stat),
                                     SCMP_SYS(lstat),
                                     SCMP_SYS(statx),
                                     SCMP_SYS(fcntl),
                                     SCMP_SYS(flock),
                                     SCMP_SYS(ftruncate),
                                     SCMP_SYS(fsync),
                                     SCMP_SYS(fdatasync),
                                     SCMP_SYS(lseek),
                                     SCMP_SYS(getdents64),
                                     SCMP_SYS(readlink),
                                     SCMP_SYS(readlinkat),
                                     SCMP_SYS(unlink),
                                     SCMP_SYS(unlinkat),
                                     SCMP_SYS(rename),
                                     SCMP_SYS(renameat2),
                                     SCMP_SYS(mkdir),
                                     SCMP_SYS(mkdirat),
                                     SCMP_SYS(pwrite64),
                                     SCMP_SYS(readv),
                                     SCMP_SYS(writev),
                                     SCMP_SYS(ioctl),
                                     SCMP_SYS(umask),
                                     SCMP_SYS(getcwd),
                                     SCMP_SYS(dup),
                                     SCMP_SYS(dup2),
                                     SCMP_SYS(dup3),
                                     SCMP_SYS(pipe2),
                                     SCMP_SYS(eventfd2),
                                     SCMP_SYS(socket),
                                     SCMP_SYS(socketpair),
                                     SCMP_SYS(connect),
                                     SCMP_SYS(bind),
                                     SCMP_SYS(getsockname),
                                     SCMP_SYS(getpeername),
                                     SCMP_SYS(setsockopt),
                                     SCMP_SYS(shutdown),
                                     SCMP_SYS(sendmsg),
                                     SCMP_SYS(sendmmsg),
                                     SCMP_SYS(recvmsg),
                                     SCMP_SYS(poll),
                                     SCMP_SYS(ppoll),
                                     SCMP_SYS(select),
                                     SCMP_SYS(pselect6),
                                     SCMP_SYS(epoll_create1),
                                     SCMP_SYS(nanosleep),
                                     SCMP_SYS(uname),
                                     SCMP_SYS(sysinfo),
                                     SCMP_SYS(getuid),
                                     SCMP_SYS(geteuid),
                                     SCMP_SYS(getgid),
                                     SCMP_SYS(getegid),
                                     SCMP_SYS(getppid),
                                     SCMP_SYS(set_robust_list),
                                     SCMP_SYS(rseq),
                                     SCMP_SYS(sigaltstack),
                                     SCMP_SYS(sched_getaffinity),
                                     SCMP_SYS(mlock),
                                     SCMP_SYS(mlock2),
                                     SCMP_SYS(munlock),
                                     SCMP_SYS(timerfd_create),
                                     SCMP_SYS(timerfd_settime),
                                     SCMP_SYS(gettimeofday),
                                     SCMP_SYS(time),
                                     SCMP_SYS(clock_getres)};

Error refused(const char* what) {
    return {Fault::unavailable, std::string(what) + ": " + std::strerror(errno)};
}

/// Of each thread that signs; the usual 8 MiB would all be locked.
void keep_stacks_small() {
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, stack_bytes);
    pthread_setattr_default_np(&small);
}

bool limit(__rlimit_resource_t what, rlim_t most) {
    const rlimit set{most, most};
    return setrlimit(what, &set) == 0;
}

/// Standard error may be a file, which may still grow a little; a line that does not fit is lost.
rlim_t log_limit() {
    std::signal(SIGXFSZ, SIG_IGN);
    struct stat state {};
    const bool file = fstat(STDERR_FILENO, &state) == 0 && S_ISREG(state.st_mode);
    return file ? static_cast<rlim_t>(state.st_size) + log_bytes_max : 0;
}

} // namespace

Result<void> become_user(const std::string& name) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return refused("no new privileges");
    }
    if (geteuid() != 0) {
        const passwd* const wanted = name.empty() ? nullptr : getpwnam(name.c_str());
        return wanted != nullptr && wanted->pw_uid != geteuid()
                   ? Error{Fault::invalid_input, "run_as: started neither as root nor as " + name}
                   : Result<void>();
    }
    const passwd* const user = name.empty() ? nullptr : getpwnam(name.c_str());
    if (user == nullptr) {
        return Error{Fault::invalid_input,
                     "started as root: run_as must name the user that holds the keys"};
    }
    const rlimit any{RLIM_INFINITY, RLIM_INFINITY};
    (void)setrlimit(RLIMIT_MEMLOCK, &any);
    if (initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
        setuid(user->pw_uid) != 0) {
        return refused("run_as");
    }
    // The change of user took it back.
    return prctl(PR_SET_DUMPABLE, 0) == 0 ? Result<void>() : refused("not dumpable");
}

bool lock_memory() {
    // One arena: each reserves 64 MiB of addresses, which would all count as locked.
    mallopt(M_ARENA_MAX, 1);
    if (!sanitized) { // its run time has no room in such a stack
        keep_stacks_small();
    }
    rlimit allowed{};
    if (getrlimit(RLIMIT_MEMLOCK, &allowed) != 0) {
        return false;
    }
    if (sanitized || (geteuid() != 0 && allowed.rlim_max < locked_bytes_min)) {
        return false; // it would be granted now and refused in the middle of the work
    }
    allowed.rlim_cur = allowed.rlim_max;
    return setrlimit(RLIMIT_MEMLOCK, &allowed) == 0 && mlockall(MCL_CURRENT | MCL_FUTURE) == 0;
}

Result<void> enter_cage(Cage cage, bool writes_book) {
    const bool files = cage == Cage::files;
    const rlim_t written_max =
        std::max(files ? log_limit() : log_bytes_max, writes_book ? book_bytes_max : rlim_t{0});
    if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_NPROC, files ? 0 : 64) ||
        !limit(RLIMIT_FSIZE, written_max) ||
        !limit(RLIMIT_NOFILE, files ? files_open_max : token_open_max) ||
        (!sanitized && !limit(RLIMIT_AS, files ? files_bytes_max : token_bytes_max))) {
        return refused("limits");
    }
    if (sanitized) {
        return {};
    }
    SyscallFilter filter;
    filter.allow(always);
    filter.allow_abort();
    filter.allow_without_code(SCMP_SYS(mmap));
    filter.allow_without_code(SCMP_SYS(mprotect));
    if (writes_book) {
        filter.allow(of_book);
        filter.allow_new_files(signer::SealBook::new_segment_flags);
    }
    if (!files) {
        filter.allow(of_libraries);
        filter.allow_threads();
    }
    return filter.load(SyscallFilter::Threads::all) ? Result<void>() : refused("seccomp");
}

} // namespace songda::app
